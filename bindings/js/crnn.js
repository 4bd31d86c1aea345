// crnn in a web page or in node: the runtime as a WebAssembly module, with models and streams as objects. crnn.d.ts says what each
// function takes and gives; README.md has an example.

const DTYPES = [[Uint8Array, 1, 1], [Int16Array, 2, 2], [Float32Array, 3, 4], [Int32Array, 4, 4]]; // of crnn.h, and their bytes
const DTYPE_NAMES = [undefined, "u8", "s16", "f32", "s32"];
const INPUT = 0, OUTPUT = 1;
const OUTPUT_PENDING = 402;
const ALIGNMENT = 16;
const PAGE = 65536;

// Sizes and offsets of the structures of crnn.h where a pointer has four bytes.
const ERROR = { size: 252, message: 8 };
const REQUIREMENTS = { size: 40, model: 24 };
const STREAM_OPTIONS = { size: 24, chunk: 4, maximumFrames: 16 };
const PORT = {
  size: 72, name: 4, dtype: 8, rank: 12, shape: 16, integerScale: 48, perSequence: 52, fixedFrames: 56, rateNumerator: 64,
  rateDenominator: 68,
};
const ARRAY = { size: 144, data: 4, dtype: 8, rank: 12, shape: 16 };

/** A call that was refused: `status` is crnn.h's number, `code` its name. */
export class CrnnError extends Error {
  constructor(message, status, code) {
    super(message);
    this.name = "CrnnError";
    this.status = status;
    this.code = code;
  }
}

/** The module's memory behind what its program takes, lent out in parts. */
class Heap {
  #memory;
  #free; // [start, end], by start
  #sizes = new Map();

  constructor(memory, start) {
    this.#memory = memory;
    this.#free = [[Math.ceil(start / ALIGNMENT) * ALIGNMENT, memory.buffer.byteLength]];
  }

  take(bytes) {
    const size = Math.max(ALIGNMENT, Math.ceil(bytes / ALIGNMENT) * ALIGNMENT);
    let index = this.#free.findIndex(([start, end]) => end - start >= size);
    if (index < 0) {
      const end = this.#memory.buffer.byteLength;
      this.#memory.grow(Math.ceil(size / PAGE));
      this.#give(end, this.#memory.buffer.byteLength);
      index = this.#free.findIndex(([start, last]) => last - start >= size);
    }
    const part = this.#free[index];
    const address = part[0];
    part[0] += size;
    if (part[0] === part[1]) this.#free.splice(index, 1);
    this.#sizes.set(address, size);
    return address;
  }

  give(address) {
    const size = this.#sizes.get(address);
    if (size === undefined) return;
    this.#sizes.delete(address);
    this.#give(address, address + size);
  }

  #give(start, end) {
    let index = this.#free.findIndex((part) => part[0] > start);
    if (index < 0) index = this.#free.length;
    this.#free.splice(index, 0, [start, end]);
    for (const at of [index, index - 1]) {
      const [part, next] = [this.#free[at], this.#free[at + 1]];
      if (part && next && part[1] === next[0]) this.#free.splice(at, 2, [part[0], next[1]]);
    }
  }
}

/** Calls of the module, with structures written to and read from its memory. */
class Runtime {
  constructor(instance) {
    this.calls = instance.exports;
    this.heap = new Heap(this.calls.memory, this.calls.__heap_base.value);
    this.error = this.structure(ERROR.size);
    this.array = this.structure(ARRAY.size);
    this.scratch = this.heap.take(64);
  }

  get view() {
    return new DataView(this.calls.memory.buffer); // anew: memory that grows gets another buffer
  }

  structure(size) {
    const address = this.heap.take(size);
    new Uint8Array(this.calls.memory.buffer, address, size).fill(0);
    this.view.setUint32(address, size, true);
    return address;
  }

  string(address) {
    if (address === 0) return null;
    const bytes = new Uint8Array(this.calls.memory.buffer, address);
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
  }

  withString(text, body) {
    const bytes = new TextEncoder().encode(`${text}\0`);
    const address = this.heap.take(bytes.length);
    new Uint8Array(this.calls.memory.buffer, address, bytes.length).set(bytes);
    try {
      return body(address);
    } finally {
      this.heap.give(address);
    }
  }

  check(status) {
    if (status === 0) return;
    throw new CrnnError(
      this.string(this.error + ERROR.message), status, this.string(this.calls.crnn_status_name(status)));
  }

  /** Fills in the one array that calls are given: `frames` frames of a port at an address. */
  describe(port, address, frames, dtype) {
    const view = this.view;
    view.setUint32(this.array + ARRAY.data, address, true);
    view.setInt32(this.array + ARRAY.dtype, dtype, true);
    view.setInt32(this.array + ARRAY.rank, port.shape.length + 1, true);
    [frames, ...port.shape].forEach((extent, axis) => {
      view.setBigInt64(this.array + ARRAY.shape + 8 * axis, BigInt(extent), true);
    });
    return this.array;
  }

  port(model, direction, index) {
    const info = this.structure(PORT.size);
    try {
      this.check(this.calls.crnn_model_port(model, direction, index, info, this.error));
      const view = this.view;
      const rank = view.getInt32(info + PORT.rank, true);
      const shape = Array.from({ length: rank }, (_, axis) => Number(view.getBigInt64(info + PORT.shape + 8 * axis, true)));
      return Object.freeze({
        name: this.string(view.getUint32(info + PORT.name, true)),
        dtype: DTYPE_NAMES[view.getInt32(info + PORT.dtype, true)],
        shape: Object.freeze(shape),
        integerScale: view.getFloat32(info + PORT.integerScale, true),
        perSequence: view.getInt32(info + PORT.perSequence, true) === 1,
        fixedFrames: Number(view.getBigInt64(info + PORT.fixedFrames, true)),
        rate: Object.freeze([view.getInt32(info + PORT.rateNumerator, true), view.getInt32(info + PORT.rateDenominator, true)]),
      });
    } finally {
      this.heap.give(info);
    }
  }
}

const frameSize = (port) => port.shape.reduce((size, extent) => size * extent, 1);

/** Frames given to a port: how many, and as which type. */
function framesOf(values, port) {
  const known = DTYPES.find(([type]) => values instanceof type);
  if (!known) throw new TypeError(`port “${port.name}” takes a Float32Array, Uint8Array, Int16Array or Int32Array`);
  const frames = values.length / frameSize(port);
  if (!Number.isInteger(frames)) {
    throw new RangeError(`port “${port.name}” takes frames of ${frameSize(port)} values; ${values.length} are no whole number of them`);
  }
  return { frames, dtype: known[1], bytes: known[2] };
}

export class Stream {
  #runtime;
  #model;
  #block;
  #stream;
  #chunk;
  #buffer = 0;
  #bufferBytes = 0;
  #isFreed = false;

  /** By `model.stream()`. */
  constructor(runtime, model, handle, { chunk = 1, maximumFrames = 0 } = {}) {
    const options = runtime.structure(STREAM_OPTIONS.size);
    try {
      const view = runtime.view;
      view.setInt32(options + STREAM_OPTIONS.chunk, chunk, true);
      view.setBigInt64(options + STREAM_OPTIONS.maximumFrames, BigInt(maximumFrames), true);
      runtime.check(runtime.calls.crnn_stream_size(handle, options, runtime.scratch, runtime.error));
      this.bytes = runtime.view.getUint32(runtime.scratch, true);
      this.#block = runtime.heap.take(this.bytes);
      try {
        runtime.check(
          runtime.calls.crnn_stream_init(handle, this.#block, this.bytes, options, runtime.scratch, runtime.error));
      } catch (error) {
        runtime.heap.give(this.#block);
        throw error;
      }
    } finally {
      runtime.heap.give(options);
    }
    this.#runtime = runtime;
    this.#model = model;
    this.#chunk = chunk;
    this.#stream = runtime.view.getUint32(runtime.scratch, true);
  }

  /** Frames of any number for an input port; what is ready at each output port. */
  push(values, input = 0) {
    const port = this.#model.inputs[input];
    if (!port) throw new RangeError(`there is no input port ${input}`);
    const { frames } = framesOf(values, port);
    const ready = this.#model.outputs.map(() => []);
    for (let done = 0; done < frames; ) {
      const count = Math.min(this.#chunk, frames - done);
      const status = this.#give(values, input, done, count);
      if (status === 0) done += count;
      else if (status !== OUTPUT_PENDING || !this.#pull(ready)) this.#runtime.check(status);
    }
    this.#pull(ready);
    return ready.map(joined);
  }

  /** Pushes `count` frames from frame `first` on; the status. */
  #give(values, input, first, count) {
    const port = this.#model.inputs[input];
    const size = frameSize(port);
    const { dtype, bytes } = framesOf(values, port);
    const address = this.#room(count * size * bytes);
    const piece = values.subarray(first * size, (first + count) * size);
    new values.constructor(this.#runtime.calls.memory.buffer, address, count * size).set(piece);
    const array = this.#runtime.describe(port, address, count, dtype);
    return this.#runtime.calls.crnn_stream_push(this.#model.handle, this.#handle, input, array, this.#runtime.error);
  }

  /** A whole sequence from the start: every port is given what it takes, in turn, until all have ended; for `model.run`. */
  static whole(stream, arrays) {
    const runtime = stream.#runtime;
    const ports = arrays.map((values, index) => (
      { values, done: 0, frames: framesOf(values, stream.#model.inputs[index]).frames, isFinished: false }));
    const ready = stream.#model.outputs.map(() => []);
    while (ports.some((port) => !port.isFinished)) {
      let [isMoving, refused] = [false, 0];
      ports.forEach((port, index) => {
        if (port.isFinished) return;
        if (port.done === port.frames) {
          refused = runtime.calls.crnn_stream_finish(stream.#model.handle, stream.#handle, index, runtime.error);
          isMoving ||= port.isFinished = refused === 0;
          return;
        }
        // Of a slower port, less than a chunk is sure to be taken.
        for (let count = Math.min(stream.#chunk, port.frames - port.done); count > 0; count >>= 1) {
          refused = stream.#give(port.values, index, port.done, count);
          if (refused === 0) {
            port.done += count;
            isMoving = true;
            return;
          }
          if (refused !== OUTPUT_PENDING) runtime.check(refused);
        }
      });
      const hasPulled = stream.#pull(ready);
      if (!isMoving && !hasPulled) runtime.check(refused);
    }
    return ready.map(joined);
  }

  /** No more frames come at an input port, or, without a number, at any; what is ready at each output port. */
  finish(input) {
    const ready = this.#model.outputs.map(() => []);
    const ports = input === undefined ? this.#model.inputs.keys() : [input];
    for (const port of ports) {
      this.#runtime.check(
        this.#runtime.calls.crnn_stream_finish(this.#model.handle, this.#handle, port, this.#runtime.error));
      this.#pull(ready);
    }
    return ready.map(joined);
  }

  /** Back to the state of a fresh stream. */
  reset() {
    this.#runtime.check(this.#runtime.calls.crnn_stream_reset(this.#model.handle, this.#handle, this.#runtime.error));
  }

  /** Gives its memory back. */
  free() {
    if (this.#isFreed) return;
    this.#isFreed = true;
    this.#runtime.heap.give(this.#block);
    this.#runtime.heap.give(this.#buffer);
  }

  get #handle() {
    if (this.#isFreed) throw new Error("the stream was freed");
    return this.#stream;
  }

  #room(bytes) {
    if (this.#bufferBytes < bytes) {
      this.#runtime.heap.give(this.#buffer);
      this.#buffer = this.#runtime.heap.take(bytes);
      this.#bufferBytes = bytes;
    }
    return this.#buffer;
  }

  /** Adds what is ready at every output port; whether that was anything. */
  #pull(ready) {
    let isAny = false;
    this.#model.outputs.forEach((port, index) => {
      const size = frameSize(port);
      for (;;) {
        const address = this.#room(this.#chunk * size * 4);
        const array = this.#runtime.describe(port, address, this.#chunk, 3);
        this.#runtime.check(
          this.#runtime.calls.crnn_stream_pull(
            this.#model.handle, this.#handle, index, array, this.#runtime.scratch, this.#runtime.error));
        const frames = Number(this.#runtime.view.getBigInt64(this.#runtime.scratch, true));
        if (frames === 0) return;
        isAny = true;
        ready[index].push(new Float32Array(this.#runtime.calls.memory.buffer, address, frames * size).slice());
      }
    });
    return isAny;
  }
}

function joined(parts) {
  if (parts.length === 1) return parts[0];
  const all = new Float32Array(parts.reduce((count, part) => count + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

export class Model {
  #runtime;
  #handle;
  #file;
  #block;
  #isFreed = false;

  /** By `crnn.model(bytes)`. */
  constructor(runtime, bytes) {
    const file = runtime.heap.take(bytes.length);
    const requirements = runtime.structure(REQUIREMENTS.size);
    let block = 0;
    try {
      new Uint8Array(runtime.calls.memory.buffer, file, bytes.length).set(bytes);
      runtime.check(runtime.calls.crnn_file_requirements(file, bytes.length, 0, requirements, runtime.error));
      const size = Number(runtime.view.getBigUint64(requirements + REQUIREMENTS.model, true));
      block = runtime.heap.take(size);
      runtime.check(runtime.calls.crnn_model_init(block, size, file, bytes.length, 0, runtime.scratch, runtime.error));
    } catch (error) {
      runtime.heap.give(block);
      runtime.heap.give(file);
      throw error;
    } finally {
      runtime.heap.give(requirements);
    }
    this.#runtime = runtime;
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

  /** For streams of this module. */
  get handle() {
    if (this.#isFreed) throw new Error("the model was freed");
    return this.#handle;
  }

  /** A text that the file carries ("labels", "preprocess", …), or null. */
  text(key) {
    return this.#runtime.withString(key, (address) => this.#runtime.string(this.#runtime.calls.crnn_model_text(this.handle, address)));
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

  /** Gives its memory back; none of its streams may be used any more. */
  free() {
    if (this.#isFreed) return;
    this.#isFreed = true;
    this.#runtime.heap.give(this.#block);
    this.#runtime.heap.give(this.#file);
  }
}

class Crnn {
  #runtime;

  constructor(instance) {
    this.#runtime = new Runtime(instance);
  }

  /** The library's version, such as "0.1.0". */
  get version() {
    const version = this.#runtime.calls.crnn_version();
    return `${Math.floor(version / 1e6)}.${Math.floor(version / 1e3) % 1e3}.${version % 1e3}`;
  }

  /** The kernels that run: "simd128" or "reference". */
  get instructionSet() {
    return this.#runtime.string(this.#runtime.calls.crnn_isa_name(this.#runtime.calls.crnn_isa_count() - 1));
  }

  /** Bytes of the module's memory. */
  get memoryBytes() {
    return this.#runtime.calls.memory.buffer.byteLength;
  }

  /** A model of a packed file's bytes. */
  model(bytes) {
    return new Model(this.#runtime, bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes));
  }
}

/** The smallest module with an instruction of SIMD128. */
const WITH_SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

export const hasSIMD = () => WebAssembly.validate(WITH_SIMD);

/** The runtime of a module's bytes or of what fetching it gives; without one, of crnn.wasm or crnn-scalar.wasm beside this file. */
export async function load(source) {
  let given = await (source ?? fetch(new URL(hasSIMD() ? "crnn.wasm" : "crnn-scalar.wasm", import.meta.url)));
  if (typeof Response !== "undefined" && given instanceof Response) {
    if (!given.ok) throw new Error(`${given.url}: ${given.status} ${given.statusText}`);
    given = await given.arrayBuffer();
  }
  const { instance } = await WebAssembly.instantiate(given);
  return new Crnn(instance);
}
