// node Tests/JS/prepared.mjs CRNN.wasm CRNN_IMAGE.wasm CASES.json FOLDER: what the module makes of the pictures of these cases, for
// test_js.py to compare. Prints one JSON object a case: the prepared frames in hexadecimal, or the error, and what was read.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CrnnError, load } from "../../bindings/js/crnn.js";

const [module, images, cases, folder] = process.argv.slice(2);
const crnn = await load(readFileSync(module), readFileSync(images));
const models = new Map();

for (const { model: name, width, height, pixels, options } of JSON.parse(readFileSync(cases, "utf8"))) {
  if (!models.has(name)) models.set(name, crnn.model(readFileSync(join(folder, name))));
  const model = models.get(name);
  const picture = { width, height, data: new Uint8Array(Buffer.from(pixels, "hex")) };
  const answer = {};
  try {
    const { frames, placement, layout } = model.prepare(picture);
    Object.assign(answer, { frames: Buffer.from(frames.buffer).toString("hex"), placement, layout });
    if (options) {
      for (const key of ["lexicon", "ngram"]) if (options[key]) options[key] = readFileSync(join(folder, options[key]));
      answer.reading = model.read(picture, options);
      const decoder = model.decoder(options);
      decoder.read(frames);
      answer.alternatives = decoder.alternatives(3).map((reading) => [reading.text, reading.score]);
      decoder.free();
    }
  } catch (error) {
    if (!(error instanceof CrnnError)) throw error;
    answer.error = [error.code, error.message];
  }
  console.log(JSON.stringify(answer));
}
const before = crnn.memoryBytes;
for (const model of models.values()) model.free();
if (crnn.memoryBytes !== before) throw new Error("memory");
