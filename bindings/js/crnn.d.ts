/** Frames of a port, one after another, each in C order. Pixels given as Uint8Array stand for value / 255, audio given as Int16Array for
 * value / 32768, unless the port says otherwise (`integerScale`); Int32Array is for indices. */
export type Frames = Float32Array | Uint8Array | Int16Array | Int32Array;

export interface Port {
  readonly name: string;
  /** What the network works with: giving this type costs no conversion. */
  readonly dtype: "u8" | "s16" | "f32" | "s32";
  /** Of a frame. */
  readonly shape: readonly number[];
  /** An integer i given to this port stands for i * integerScale; 0: u8 / 255, s16 / 32768. */
  readonly integerScale: number;
  /** One frame for each sequence instead of a stream of frames. */
  readonly perSequence: boolean;
  /** A sequence has exactly this many frames; 0: any number. */
  readonly fixedFrames: number;
  /** Frames for each tick of the model's time base: [numerator, denominator]. */
  readonly rate: readonly [number, number];
}

export interface StreamOptions {
  /** Frames that the engine takes in one step, 1 by default: more cost memory and are faster; the answer is the same to the bit. */
  chunk?: number;
  /** The longest sequence, for each input port; needed where `model.isBounded`. */
  maximumFrames?: number;
}

/** A call that was refused: `status` is the number of crnn.h, `code` its name ("CRNN_ERROR_FILE_CHECKSUM"). */
export class CrnnError extends Error {
  readonly status: number;
  readonly code: string;
}

/** One running sequence over a model. */
export class Stream {
  private constructor();
  /** Bytes of the stream, all that it ever takes. */
  readonly bytes: number;
  /** Takes frames, any number of them, at input port `input` (0); gives what is ready at each output port, often nothing (length 0). */
  push(frames: Frames, input?: number): Float32Array[];
  /** No more frames come at port `input`, or, without a number, at any port; gives what is ready at each output port. */
  finish(input?: number): Float32Array[];
  /** Back to the state of a fresh stream. */
  reset(): void;
  /** Gives its memory back; a second time does nothing. */
  free(): void;
}

/** A packed network. Its memory is given back by `free` alone. */
export class Model {
  private constructor();
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /** It needs the whole sequence: streams need `maximumFrames`. */
  readonly isBounded: boolean;
  /** A text that the file carries, or null: "labels" (one a line), "alphabet", "preprocess", … */
  text(key: string): string | null;
  stream(options?: StreamOptions): Stream;
  /** A whole sequence: an array of frames for each input port (or the array itself, where there is one); one array for each output port. */
  run(inputs: Frames | Frames[], options?: { chunk?: number }): Float32Array[];
  free(): void;
}

export interface Crnn {
  /** Of the library, such as "0.1.0". */
  readonly version: string;
  readonly instructionSet: "simd128" | "reference";
  /** Bytes of the module's memory, which grows with models and streams. */
  readonly memoryBytes: number;
  /** A model of the bytes of a packed file, which are copied. Throws a CrnnError where they are no such file, or damaged. */
  model(bytes: ArrayBuffer | Uint8Array): Model;
}

/** Whether this engine runs crnn.wasm; crnn-scalar.wasm runs everywhere, with the same results to the bit. */
export function hasSIMD(): boolean;

/** The runtime, from the bytes of crnn.wasm or crnn-scalar.wasm, or from what fetch() gives of them; without an argument, fetched from
 * beside this file. */
export function load(source?: ArrayBuffer | Uint8Array | Response | Promise<Response>): Promise<Crnn>;
