// Text from the frames of a network that was trained with CTC: crnn_ctc_* of crnn.h. docs/ctc.md has the formulas.
import { F32, frameSize, framesOf } from "./runtime.js";
import { CTC_OPTIONS, CTC_RESULT, CTC_SYMBOL } from "./structures.js";

const VALUES = { probabilities: 1, logProbabilities: 2, scores: 3 };

export class Decoder {
  #runtime;
  #model;
  #port;
  #input;
  #decoder;
  #kept = [];

  /** By `model.decoder()`, or `crnn.decoder()` without a model. */
  constructor(runtime, model, {
    width = 0, lexicon, ngram, ngramWeight = 0.5, insertionBonus = 0, maximumSymbols = 256, alphabet, blank, values, output = 0, input = 0,
  } = {}) {
    if (values !== undefined && !Object.hasOwn(VALUES, values)) {
      throw new RangeError(`values is ${values}; it must be one of ${Object.keys(VALUES).join(", ")}`);
    }
    if (!model && alphabet === undefined) throw new RangeError("a decoder without a model needs an alphabet");
    if (blank !== undefined && alphabet === undefined) {
      throw new RangeError("blank goes with alphabet; without it the model says both");
    }
    const characters = alphabet === undefined ? 0 : [...alphabet].length;
    this.#runtime = runtime;
    this.#model = model;
    this.#input = input;
    this.#port = model ? model.outputs[output] : { name: "frames", shape: [characters + 1] };
    const handle = model ? model.handle : 0;
    const keep = (bytes) => {
      const address = runtime.copy(bytes);
      this.#kept.push(address);
      return address;
    };
    try {
      runtime.lending((lent) => {
        const options = lent.structure(CTC_OPTIONS.size);
        const integer = (field, value) => runtime.view.setInt32(options + CTC_OPTIONS[field], value, true);
        const block = (field, bytes) => {
          if (bytes === undefined) return;
          const packed = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
          integer(field, keep(packed));
          integer(`${field}Bytes`, packed.length);
        };
        integer("width", width);
        integer("maximumSymbols", maximumSymbols);
        integer("output", output);
        integer("input", input);
        integer("values", VALUES[values] ?? 0);
        integer("blank", blank ?? characters);
        if (alphabet !== undefined) integer("alphabet", keep(new TextEncoder().encode(`${alphabet}\0`)));
        block("lexicon", lexicon);
        block("ngram", ngram);
        runtime.view.setFloat32(options + CTC_OPTIONS.ngramWeight, ngramWeight, true);
        runtime.view.setFloat32(options + CTC_OPTIONS.insertionBonus, insertionBonus, true);
        runtime.check(runtime.calls.crnn_ctc_size(handle, options, runtime.scratch, runtime.error));
        this.bytes = runtime.view.getUint32(runtime.scratch, true);
        const memory = runtime.take(this.bytes);
        this.#kept.push(memory);
        runtime.check(runtime.calls.crnn_ctc_init(handle, memory, this.bytes, options, runtime.scratch, runtime.error));
        this.#decoder = runtime.view.getUint32(runtime.scratch, true);
      });
    } catch (error) {
      this.free();
      throw error;
    }
  }

  /** Takes frames of the network's output, any number of them. */
  push(values) {
    const { frames, dtype } = framesOf(values, this.#port);
    if (dtype !== F32) throw new TypeError("a decoder takes a Float32Array");
    const { calls } = this.#runtime;
    this.#runtime.lending((lent) => {
      const address = lent.bytes(values.byteLength);
      this.#runtime.values(Float32Array, address, values.length).set(values);
      this.#runtime.check(calls.crnn_ctc_push(this.#handle, this.#runtime.describe(this.#port, address, frames, F32), this.#runtime.error));
    });
  }

  /** The end of the sequence, whose length at the input port is `inputFrames`; the best text. */
  finish(inputFrames = -1) {
    this.#runtime.check(this.#runtime.calls.crnn_ctc_finish(this.#handle, BigInt(inputFrames), this.#runtime.error));
    return this.reading();
  }

  /** Begins a new sequence. */
  reset() {
    this.#runtime.check(this.#runtime.calls.crnn_ctc_reset(this.#handle, this.#runtime.error));
  }

  /** The text so far, after the end the text; `rank` 0 is the best. */
  reading(rank = 0) {
    return this.#result(rank).reading;
  }

  /** The best texts, best first: all that the beam kept, or `limit` of them. */
  alternatives(limit = Infinity) {
    const { reading, count } = this.#result(0);
    const others = Array.from({ length: Math.max(0, Math.min(limit, count) - 1) }, (_, index) => this.reading(index + 1));
    return [reading, ...others];
  }

  /** One whole sequence of output frames. */
  decode(values, inputFrames) {
    this.reset();
    this.push(values);
    return this.finish(inputFrames);
  }

  /** Runs the network on one whole sequence, given as to `model.run`, and decodes what it gives. */
  read(inputs) {
    if (!this.#model) throw new RangeError("this decoder has no model to run");
    const arrays = Array.isArray(inputs) ? inputs : [inputs];
    const results = this.#model.run(arrays);
    const { frames } = framesOf(arrays[this.#input], this.#model.inputs[this.#input]);
    return this.decode(results[this.#model.outputs.indexOf(this.#port)], frames);
  }

  /** Gives its memory back. */
  free() {
    this.#decoder = 0;
    for (const address of this.#kept.splice(0)) this.#runtime.give(address);
  }

  get #handle() {
    if (!this.#decoder) throw new Error("the decoder was freed");
    return this.#decoder;
  }

  #result(rank) {
    const runtime = this.#runtime;
    return runtime.lending((lent) => {
      const result = lent.structure(CTC_RESULT.size);
      runtime.check(runtime.calls.crnn_ctc_result_at(this.#handle, rank, result, runtime.error));
      const view = runtime.view;
      const integer = (field) => view.getInt32(result + CTC_RESULT[field], true);
      const text = runtime.values(Uint8Array, integer("text"), integer("textBytes"));
      const symbols = Array.from({ length: integer("symbolCount") }, (_, index) => (
        symbolAt(view, integer("symbols") + index * CTC_SYMBOL.size, text)));
      return {
        count: integer("count"),
        reading: {
          text: new TextDecoder().decode(text),
          confidence: view.getFloat32(result + CTC_RESULT.confidence, true),
          symbols,
          stable: integer("stableCount"),
          isComplete: integer("isComplete") === 1,
          isTruncated: integer("isTruncated") === 1,
          logProbability: view.getFloat64(result + CTC_RESULT.logProbability, true),
          score: view.getFloat64(result + CTC_RESULT.score, true),
        },
      };
    });
  }
}

function symbolAt(view, address, text) {
  const integer = (field) => view.getInt32(address + CTC_SYMBOL[field], true);
  const span = (first, last) => ({
    start: Number(view.getBigInt64(address + CTC_SYMBOL[first], true)), end: Number(view.getBigInt64(address + CTC_SYMBOL[last], true)) + 1,
  });
  const start = integer("textOffset");
  return {
    text: new TextDecoder().decode(text.subarray(start, start + integer("textBytes"))),
    index: integer("character"),
    confidence: view.getFloat32(address + CTC_SYMBOL.confidence, true),
    frames: span("firstFrame", "lastFrame"),
    input: span("firstInput", "lastInput"),
  };
}
