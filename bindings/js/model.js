// A packed network: crnn_model_* of crnn.h.
import { Decoder } from "./decoder.js";
import { framesOf } from "./runtime.js";
import { Stream } from "./stream.js";
import { REQUIREMENTS } from "./structures.js";

const INPUT = 0, OUTPUT = 1;
const MOST_SYMBOLS = 65536;  // of a decoder

export class Model {
  #runtime;
  #images;
  #handle;
  #file;
  #block;
  #isFreed = false;

  /** By `crnn.model(bytes)`. */
  constructor(runtime, images, bytes) {
    const file = runtime.copy(bytes);
    let block = 0;
    try {
      runtime.lending((lent) => {
        const requirements = lent.structure(REQUIREMENTS.size);
        runtime.check(runtime.calls.crnn_file_requirements(file, bytes.length, 0, requirements, runtime.error));
        const size = Number(runtime.view.getBigUint64(requirements + REQUIREMENTS.modelBytes, true));
        block = runtime.take(size);
        runtime.check(runtime.calls.crnn_model_init(block, size, file, bytes.length, 0, runtime.scratch, runtime.error));
      });
    } catch (error) {
      runtime.give(block);
      runtime.give(file);
      throw error;
    }
    this.#runtime = runtime;
    this.#images = images;
    this.#file = file;
    this.#block = block;
    this.#handle = runtime.view.getUint32(runtime.scratch, true);
    const ports = (direction) => Object.freeze(
      Array.from({ length: runtime.calls.crnn_model_port_count(this.#handle, direction) },
                 (_, index) => runtime.port(this.#handle, direction, index)));
    this.inputs = ports(INPUT);
    this.outputs = ports(OUTPUT);
    this.isBounded = runtime.calls.crnn_model_is_bounded(this.#handle) === 1;
  }

  /** For streams and decoders. */
  get handle() {
    if (this.#isFreed) throw new Error("the model was freed");
    return this.#handle;
  }

  /** A text that the file carries ("labels", "preprocess", …), or null. */
  text(key) {
    return this.#runtime.lending((lent) => this.#runtime.string(this.#runtime.calls.crnn_model_text(this.handle, lent.text(key))));
  }

  stream(options) {
    return new Stream(this.#runtime, this, this.handle, options);
  }

  /** A whole sequence: one array of frames for each input port (or the array, where there is one port); one array for each output port. */
  run(inputs, { chunk = 16 } = {}) {
    const arrays = Array.isArray(inputs) ? inputs : [inputs];
    if (arrays.length !== this.inputs.length) {
      throw new RangeError(`the model has ${this.inputs.length} input ports, not ${arrays.length}`);
    }
    const counts = arrays.map((values, index) => framesOf(values, this.inputs[index]).frames);
    const maximumFrames = this.isBounded ? Math.max(1, ...counts) : 0;
    const stream = this.stream({ chunk, maximumFrames });
    try {
      return Stream.whole(stream, arrays);
    } finally {
      stream.free();
    }
  }

  /** What the recipe in the file makes of a picture, for the first input port. */
  prepare(pixels) {
    if (!this.#images) throw new Error("load() was given no crnn_image.wasm, which prepares images");
    return this.#images.prepare(this.text("preprocess"), pixels, this.inputs[0]);
  }

  /** Turns output frames into text. */
  decoder(options) {
    return new Decoder(this.#runtime, this, options);
  }

  /** The text of a picture of a line, each of its symbols with its place in the picture. */
  read(pixels, options = {}) {
    const prepared = this.prepare(pixels);
    const output = options.output ?? 0;
    const values = this.run(prepared.frames)[output];
    // A text has at most as many symbols as there are frames; with room for one more it is known to be whole.
    const room = values ? framesOf(values, this.outputs[output]).frames + 1 : 1;
    const decoder = this.decoder({ maximumSymbols: Math.min(room, MOST_SYMBOLS), ...options });
    try {
      const reading = decoder.decode(values, framesOf(prepared.frames, this.inputs[0]).frames);
      for (const symbol of reading.symbols) symbol.box = prepared.box(symbol.input);
      return reading;
    } finally {
      decoder.free();
    }
  }

  /** Gives its memory back; none of its streams and decoders may be used any more. */
  free() {
    if (this.#isFreed) return;
    this.#isFreed = true;
    this.#runtime.give(this.#block);
    this.#runtime.give(this.#file);
  }
}
