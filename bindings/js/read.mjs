// node read.mjs MODEL.crnn LINE.pgm…: the text of pictures of lines, with how sure the network is and which columns it saw each symbol in.
// Takes the netpbm formats PGM and PPM with 8 bits (`pngtopnm line.png >line.pgm`), since node has no decoder for others. Before:
// `make cross`.
import { readFileSync } from "node:fs";
import { load } from "./crnn.js";

const built = (path) => readFileSync(new URL(`../../build/cross/${path}`, import.meta.url));

/** `P5` (grey) or `P6` (RGB), width, height and 255, with comments between them, one byte of white space, pixels. */
function netpbm(file) {
  const gap = String.raw`\s+(?:#[^\n]*\n\s*)*`;
  const header = new RegExp(String.raw`^P([56])${gap}(\d+)${gap}(\d+)${gap}255\s`).exec(file.subarray(0, 1000).toString("latin1"));
  if (!header) throw new Error("no PGM or PPM with 8 bits");
  const [width, height] = [Number(header[2]), Number(header[3])];
  const [start, bytes] = [header[0].length, width * height * (header[1] === "5" ? 1 : 3)];
  return { width, height, data: file.subarray(start, start + bytes) };
}

const [file, ...pictures] = process.argv.slice(2);
if (pictures.length === 0) {
  console.error("usage: node read.mjs MODEL.crnn LINE.pgm…");
  process.exit(2);
}
const crnn = await load(built("wasm32-simd128/crnn.wasm"), built("wasm32/crnn_image.wasm"));
const model = crnn.model(readFileSync(file));
for (const picture of pictures) {
  try {
    const line = model.read(netpbm(readFileSync(picture)), { width: 16 });
    console.log(`${picture}\t${line.text}\t${line.confidence.toFixed(3)}`);
    for (const { text, confidence, box } of line.symbols) {
      console.log(`  ${text}\t${confidence.toFixed(3)}\tcolumns ${box.x.toFixed(0)} to ${(box.x + box.width).toFixed(0)}`);
    }
  } catch (error) {
    console.error(`${picture}: ${error.message}`);
    process.exitCode = 1;
  }
}
