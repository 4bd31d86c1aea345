// crnn in a web page or in node: the runtime as a WebAssembly module, with models, streams and decoders as objects. crnn.d.ts says what
// each function takes and gives; README.md has an example.
import { Decoder } from "./decoder.js";
import { Images } from "./images.js";
import { Model } from "./model.js";
import { Module } from "./module.js";
import { Runtime } from "./runtime.js";

export { Decoder } from "./decoder.js";
export { decodeImage } from "./images.js";
export { Model } from "./model.js";
export { CrnnError } from "./module.js";
export { Stream } from "./stream.js";

class Crnn {
  #runtime;
  #images;

  constructor(runtime, images) {
    this.#runtime = runtime;
    this.#images = images;
  }

  /** The library's version, such as "0.1.0". */
  get version() {
    const version = this.#runtime.calls.crnn_version();
    return `${Math.floor(version / 1e6)}.${Math.floor(version / 1e3) % 1e3}.${version % 1e3}`;
  }

  /** The kernels that run: "simd128" or "scalar". */
  get instructionSet() {
    return this.#runtime.string(this.#runtime.calls.crnn_isa_name(this.#runtime.calls.crnn_isa_count() - 1));
  }

  /** Bytes of the modules' memory. */
  get memoryBytes() {
    return [this.#runtime, this.#images].reduce((bytes, module) => bytes + (module?.calls.memory.buffer.byteLength ?? 0), 0);
  }

  /** A model of a packed file's bytes. */
  model(bytes) {
    return new Model(this.#runtime, this.#images, bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes));
  }

  /** A decoder of frames that come from elsewhere. */
  decoder(options) {
    return new Decoder(this.#runtime, null, options);
  }
}

/** The smallest module with an instruction of SIMD128. */
const WITH_SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

export const hasSIMD = () => WebAssembly.validate(WITH_SIMD);

/** The bytes of a module, or null where none is given. */
async function bytesOf(source) {
  const given = await source;
  if (typeof Response === "undefined" || !(given instanceof Response)) return given ?? null;
  if (!given.ok) throw new Error(`${given.url}: ${given.status} ${given.statusText}`);
  return given.arrayBuffer();
}

const beside = (name) => fetch(new URL(name, import.meta.url));

/** The runtime of a module's bytes or of what fetching it gives, and likewise what prepares images; without arguments, both from beside
 * this file. */
export async function load(source, images) {
  const given = [source ?? beside(hasSIMD() ? "crnn.wasm" : "crnn-scalar.wasm"), source ? images : images ?? beside("crnn_image.wasm")];
  const [main, preparing] = await Promise.all(given.map(bytesOf));
  const runtime = new Runtime(...(await Module.instantiate(main)));
  const names = (status) => runtime.statusName(status);
  return new Crnn(runtime, preparing && new Images(...(await Module.instantiate(preparing)), names));
}
