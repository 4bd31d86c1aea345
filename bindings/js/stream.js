// One running sequence over a model: crnn_stream_* of crnn.h.
import { F32, frameSize, framesOf } from "./runtime.js";
import { STREAM_OPTIONS } from "./structures.js";

const OUTPUT_PENDING = 402;

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
    if (!Number.isInteger(chunk)) throw new RangeError(`chunk is ${chunk}; it must be a whole number`);
    runtime.lending((lent) => {
      const options = lent.structure(STREAM_OPTIONS.size);
      runtime.view.setInt32(options + STREAM_OPTIONS.chunk, chunk, true);
      runtime.view.setBigInt64(options + STREAM_OPTIONS.maximumFrames, BigInt(maximumFrames), true);
      runtime.check(runtime.calls.crnn_stream_size(handle, options, runtime.scratch, runtime.error));
      this.bytes = runtime.view.getUint32(runtime.scratch, true);
      this.#block = runtime.take(this.bytes);
      try {
        runtime.check(
          runtime.calls.crnn_stream_init(handle, this.#block, this.bytes, options, runtime.scratch, runtime.error));
      } catch (error) {
        runtime.give(this.#block);
        throw error;
      }
    });
    this.#runtime = runtime;
    this.#model = model;
    this.#chunk = chunk || 1;  // as the library takes 0
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
    const handle = this.#handle;
    const { type, dtype, bytes } = framesOf(values, port);
    const address = this.#room(count * size * bytes);
    const piece = values.subarray(first * size, (first + count) * size);
    this.#runtime.values(type, address, count * size).set(piece);
    const array = this.#runtime.describe(port, address, count, dtype);
    return this.#runtime.calls.crnn_stream_push(this.#model.handle, handle, input, array, this.#runtime.error);
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
    this.#runtime.give(this.#block);
    this.#runtime.give(this.#buffer);
    this.#buffer = this.#bufferBytes = 0;
  }

  get #handle() {
    if (this.#isFreed) throw new Error("the stream was freed");
    return this.#stream;
  }

  #room(bytes) {
    if (this.#bufferBytes < bytes) {
      this.#runtime.give(this.#buffer);
      this.#buffer = this.#runtime.take(bytes);
      this.#bufferBytes = bytes;
    }
    return this.#buffer;
  }

  /** Adds what is ready at every output port; whether that was anything. */
  #pull(ready) {
    const handle = this.#handle;
    let isAny = false;
    const pull = (port, index) => {
      const size = frameSize(port);
      let isMoving = false;
      for (;;) {
        const address = this.#room(this.#chunk * size * 4);
        const array = this.#runtime.describe(port, address, this.#chunk, F32);
        this.#runtime.check(
          this.#runtime.calls.crnn_stream_pull(
            this.#model.handle, handle, index, array, this.#runtime.scratch, this.#runtime.error));
        const frames = Number(this.#runtime.view.getBigInt64(this.#runtime.scratch, true));
        if (frames === 0) return isMoving;
        isMoving = isAny = true;
        ready[index].push(this.#runtime.values(Float32Array, address, frames * size).slice());
      }
    };
    // A port that was full may have held up those before it.
    while (this.#model.outputs.map(pull).filter(Boolean).length > 0);
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
