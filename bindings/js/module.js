// A WebAssembly module of the runtime's: its functions, and structures written to and read from its memory.
import { Heap } from "./heap.js";
import { ERROR } from "./structures.js";

/** A call that was refused: `status` is crnn.h's number, `code` its name. */
export class CrnnError extends Error {
  constructor(message, status, code) {
    super(message);
    this.name = "CrnnError";
    this.status = status;
    this.code = code;
  }
}

export class Module {
  #heap;

  /** `statusName` gives the name of a status. */
  constructor(exports, heap, statusName) {
    this.calls = exports;
    this.#heap = heap;
    this.statusName = statusName;
    this.error = this.structure(ERROR.size);
    this.scratch = this.take(64);
  }

  /** The exports of `bytes`, and the heap behind their program's own memory, which functions that allocate are lent from too. */
  static async instantiate(bytes) {
    let heap;
    const allocate = (count) => {
      try {
        return heap.take(count >>> 0);
      } catch {
        return 0;
      }
    };
    const { instance } = await WebAssembly.instantiate(bytes, { env: { allocate, free: (address) => heap.give(address >>> 0) } });
    heap = new Heap(instance.exports.memory, instance.exports.__heap_base.value);
    return [instance.exports, heap];
  }

  get view() {
    return new DataView(this.calls.memory.buffer); // anew: memory that grows gets another buffer
  }

  /** `count` values of a typed array's type, where they lie. */
  values(type, address, count) {
    return new type(this.calls.memory.buffer, address, count);
  }

  take(bytes) {
    return this.#heap.take(bytes);
  }

  give(address) {
    this.#heap.give(address);
  }

  /** Memory for `body`, which may ask for more of it by the function that it is given; all is given back at its end. */
  lending(body) {
    const taken = [];
    const keep = (address) => {
      taken.push(address);
      return address;
    };
    try {
      return body({
        bytes: (count) => keep(this.take(count)),
        structure: (size) => keep(this.structure(size)),
        copy: (values) => keep(this.copy(values)),
        text: (text) => (text === null ? 0 : keep(this.copy(new TextEncoder().encode(`${text}\0`)))),
      });
    } finally {
      for (const address of taken) this.give(address);
    }
  }

  structure(size) {
    const address = this.take(size);
    this.values(Uint8Array, address, size).fill(0);
    this.view.setUint32(address, size, true);
    return address;
  }

  copy(bytes) {
    const address = this.take(bytes.length);
    this.values(Uint8Array, address, bytes.length).set(bytes);
    return address;
  }

  string(address) {
    if (address === 0) return null;
    const bytes = new Uint8Array(this.calls.memory.buffer, address);
    return new TextDecoder().decode(bytes.slice(0, bytes.indexOf(0)));
  }

  check(status) {
    if (status !== 0) throw new CrnnError(this.string(this.error + ERROR.message), status, this.statusName(status));
  }
}
