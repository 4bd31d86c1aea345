// The runtime's own module, crnn.wasm: what models, streams and decoders share.
import { Module } from "./module.js";
import { ARRAY, PORT_INFO } from "./structures.js";

const DTYPES = [[Uint8Array, 1, 1], [Int16Array, 2, 2], [Float32Array, 3, 4], [Int32Array, 4, 4]]; // of crnn.h, and their bytes
const DTYPE_NAMES = [undefined, "u8", "s16", "f32", "s32"];
export const F32 = 3;

export class Runtime extends Module {
  constructor(exports, heap) {
    super(exports, heap, (status) => this.string(exports.crnn_status_name(status)));
    this.array = this.structure(ARRAY.size);
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
    return this.lending((lent) => {
      const info = lent.structure(PORT_INFO.size);
      this.check(this.calls.crnn_model_port(model, direction, index, info, this.error));
      const view = this.view;
      const rank = view.getInt32(info + PORT_INFO.rank, true);
      const shape = Array.from({ length: rank }, (_, axis) => Number(view.getBigInt64(info + PORT_INFO.shape + 8 * axis, true)));
      return Object.freeze({
        name: this.string(view.getUint32(info + PORT_INFO.name, true)),
        dtype: DTYPE_NAMES[view.getInt32(info + PORT_INFO.nativeDtype, true)],
        shape: Object.freeze(shape),
        integerScale: view.getFloat32(info + PORT_INFO.integerScale, true),
        perSequence: view.getInt32(info + PORT_INFO.perSequence, true) === 1,
        fixedFrames: Number(view.getBigInt64(info + PORT_INFO.fixedFrames, true)),
        rate: Object.freeze([view.getInt32(info + PORT_INFO.rateNumerator, true), view.getInt32(info + PORT_INFO.rateDenominator, true)]),
      });
    });
  }
}

export const frameSize = (port) => port.shape.reduce((size, extent) => size * extent, 1);

/** Frames given to a port: how many, and as which type. */
export function framesOf(values, port) {
  const known = DTYPES.find(([type]) => values instanceof type);
  if (!known) throw new TypeError(`port “${port.name}” takes a Float32Array, Uint8Array, Int16Array or Int32Array`);
  const frames = values.length / frameSize(port);
  if (!Number.isInteger(frames)) {
    throw new RangeError(`port “${port.name}” takes frames of ${frameSize(port)} values; ${values.length} are no whole number of them`);
  }
  return { frames, type: known[0], dtype: known[1], bytes: known[2] };
}
