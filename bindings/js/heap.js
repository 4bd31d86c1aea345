// Memory of a WebAssembly module, lent to what its functions are given.

const ALIGNMENT = 16; // CRNN_MEMORY_ALIGNMENT
const PAGE = 65536;

/** The module's memory behind what its program takes, lent out in parts. */
export class Heap {
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
