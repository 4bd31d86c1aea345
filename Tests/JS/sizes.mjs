// node Tests/JS/sizes.mjs CRNN_IMAGE.wasm: pictures and recipes whose sizes pass what 32 bits hold are refused, none traps. Prints `ok NAME` or
// `not ok NAME: why`.
import { readFileSync } from "node:fs";
import { Module } from "../../bindings/js/module.js";
import { ARRAY, IMAGE, IMAGE_PLACEMENT, IMAGE_RECIPE } from "../../bindings/js/structures.js";

const module = new Module(...(await Module.instantiate(readFileSync(process.argv[2]))), String);
const [ARGUMENT, CAPACITY, MEMORY, TOO_LARGE] = [100, 400, 501, 602];
const LARGEST = 2 ** 31 - 1, MOST = 2 ** 28 - 1;

/** The status of preparing such a picture, of whose pixels nothing is read, into no memory; what it needs. */
function prepared(text, width, height, channels) {
  return module.lending((lent) => {
    const [recipe, image, frames] = [IMAGE_RECIPE, IMAGE, ARRAY].map(({ size }) => lent.structure(size));
    module.check(module.calls.crnn_image_recipe_parse(lent.text(text), recipe, module.error));
    for (const [field, value] of Object.entries({ width, height, channels, pixels: lent.bytes(16) })) {
      module.view.setInt32(image + IMAGE[field], value, true);
    }
    return module.calls.crnn_image_prepare(recipe, image, 0, 0, 0, frames, module.scratch, module.error);
  });
}

function measured(text, width, height) {
  return module.lending((lent) => {
    const [recipe, placement] = [IMAGE_RECIPE, IMAGE_PLACEMENT].map(({ size }) => lent.structure(size));
    module.check(module.calls.crnn_image_recipe_parse(lent.text(text), recipe, module.error));
    return module.calls.crnn_image_measure(recipe, width, height, placement, module.error);
  });
}

function test(name, actual, expected) {
  console.log(actual === expected ? `ok ${name}` : `not ok ${name}: status ${actual}, not ${expected}`);
  if (actual !== expected) process.exitCode = 1;
}

const huge = "rgb,resize=65535x65535:pillow:bicubic";
test("a picture past all addresses", prepared("grey", LARGEST, LARGEST, 4), ARGUMENT);
test("a picture past 2^28 bytes", prepared("grey", MOST + 1, 1, 1), ARGUMENT);
test("the largest picture", prepared("grey", MOST, 1, 1), CAPACITY);
test("the largest picture, one pixel high after it", prepared("grey,resize=*x1:pillow:box", 1, MOST, 1), CAPACITY);
test("a side that is scaled past 2^31", prepared("grey,resize=*x65535:opencv:area", MOST, 1, 1), TOO_LARGE);
test("padding beside a side that is scaled", prepared("grey,resize=65535x65535:opencv:area,pad=end", MOST, 1, 1), MEMORY);
test("a result past all addresses", prepared(huge, 10, 10, 3), MEMORY);
test("a result of floats past all addresses", prepared(`${huge},mean=0.5`, 10, 10, 3), MEMORY);
test("measuring a long picture", measured("grey,resize=*x65535:pillow:box", LARGEST, 1), TOO_LARGE);
test("measuring a padded long picture", measured(`${huge},pad=centre`, LARGEST, LARGEST), 0);
