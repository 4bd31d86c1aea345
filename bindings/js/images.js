// Pictures to what a model takes: the recipe that stands in its file, carried out by crnn_image.wasm.
import { Module } from "./module.js";
import { ARRAY, IMAGE, IMAGE_PLACEMENT, IMAGE_RECIPE, PORT_INFO } from "./structures.js";

const LAYOUTS = [undefined, "columns", "rows", "whole"];

export class Images extends Module {
  /** `pixels` by the recipe, for the port. */
  prepare(recipeText, pixels, port) {
    const { width, height, data } = pixels;
    const channels = data.length / (width * height);
    if (!(data instanceof Uint8Array || data instanceof Uint8ClampedArray) || ![1, 2, 3, 4].includes(channels)) {
      throw new TypeError("an image is { width, height, data } with data a Uint8Array of 1 to 4 channels, such as an ImageData");
    }
    return this.lending((lent) => {
      const recipe = lent.structure(IMAGE_RECIPE.size);
      this.check(this.calls.crnn_image_recipe_parse(lent.text(recipeText), recipe, this.error));
      const placement = lent.structure(IMAGE_PLACEMENT.size);
      this.check(this.calls.crnn_image_measure(recipe, width, height, placement, this.error));
      const [image, info, frames] = [IMAGE, PORT_INFO, ARRAY].map(({ size }) => lent.structure(size));
      const address = lent.copy(data);
      const placed = {};
      for (const field of ["width", "height", "x", "y", "innerWidth", "innerHeight"]) {
        placed[field] = this.view.getInt32(placement + IMAGE_PLACEMENT[field], true);
      }
      const isFloat = this.view.getInt32(recipe + IMAGE_RECIPE.normalised, true) === 1;
      const count = placed.width * placed.height * this.view.getInt32(recipe + IMAGE_RECIPE.channels, true);
      const bytes = isFloat ? 4 * count : count;
      const output = lent.bytes(bytes);

      const view = this.view;
      view.setInt32(image + IMAGE.width, width, true);
      view.setInt32(image + IMAGE.height, height, true);
      view.setInt32(image + IMAGE.channels, channels, true);
      view.setUint32(image + IMAGE.pixels, address, true);
      view.setInt32(info + PORT_INFO.rank, port.shape.length, true);
      port.shape.forEach((extent, axis) => view.setBigInt64(info + PORT_INFO.shape + 8 * axis, BigInt(extent), true));
      view.setFloat32(info + PORT_INFO.integerScale, port.integerScale, true);
      view.setBigInt64(info + PORT_INFO.fixedFrames, BigInt(port.fixedFrames), true);
      this.check(this.calls.crnn_image_prepare(recipe, image, info, output, bytes, frames, 0, this.error));
      const layout = LAYOUTS[this.view.getInt32(recipe + IMAGE_RECIPE.layout, true)];
      return new Prepared(this.values(isFloat ? Float32Array : Uint8Array, output, count).slice(), placed, layout, pixels);
    });
  }
}

/** What became of a picture, and where in it frames lie. */
class Prepared {
  #source;

  constructor(frames, placement, layout, { width, height }) {
    this.frames = frames;
    this.placement = Object.freeze(placement);
    this.layout = layout;
    this.#source = { width, height };
  }

  /** The part of the picture that the frames from `start` to before `end` show. */
  box({ start, end }) {
    const { width, height } = this.#source;
    const { x, y, innerWidth, innerHeight } = this.placement;
    const part = (offset, inner, length) => {
      const [first, last] = [start, end].map((frame) => Math.min(Math.max((frame - offset) * length / inner, 0), length));
      return [first, last - first];
    };
    const [left, across] = this.layout === "columns" ? part(x, innerWidth, width) : [0, width];
    const [top, down] = this.layout === "rows" ? part(y, innerHeight, height) : [0, height];
    return { x: left, y: top, width: across, height: down };
  }
}

/** The pixels of a picture file, by the browser: no colour profile is applied, and a JPEG is turned as its EXIF data say. */
export async function decodeImage(blob, recipe = "") {
  const start = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
  if (start[0] === 0xff && start[1] === 0xd8 && /(^|,) *orientation=stored *(,|$)/.test(recipe ?? "")) {
    throw new Error("the model takes JPEGs as they are stored, and a browser turns them upright: give it a PNG");
  }
  const bitmap = await createImageBitmap(blob, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
  try {
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d", { willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, bitmap.width, bitmap.height);
  } finally {
    bitmap.close();
  }
}
