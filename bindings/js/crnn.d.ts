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

/** Frames from `start` to before `end`; none where they are equal. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A part of a picture, in its pixels from the left upper corner; whole numbers only where nothing was resized. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One character of a text. */
export interface CtcSymbol {
  readonly text: string;
  /** Its place in the alphabet. */
  readonly index: number;
  /** Its highest probability in any of its frames, 0 to 1. */
  readonly confidence: number;
  /** The network's output frames that say it, in the most probable way to say the whole text. */
  readonly frames: Span;
  /** The frames of the input port that those come from; empty without a model. */
  readonly input: Span;
}

/** A text. */
export interface Reading<S extends CtcSymbol = CtcSymbol> {
  readonly text: string;
  /** Its probability by the network, 0 to 1. */
  readonly confidence: number;
  readonly symbols: readonly S[];
  /** How many characters, the first, no later frame can change; after the end, all. */
  readonly stable: number;
  /** False where a lexicon was given and the text does not end with a whole word of it. */
  readonly isComplete: boolean;
  /** It has `maximumSymbols` characters; more may have followed. */
  readonly isTruncated: boolean;
  /** Natural logarithm of the text's probability, over all ways to say it that the beam kept; greedy: of one. */
  readonly logProbability: number;
  /** What alternatives are ordered by: `logProbability` with what n-gram model and bonus add. */
  readonly score: number;
}

export interface DecoderOptions {
  /** 0, the default: greedy, the best class of each frame; 1 to 1,024: a beam of so many texts. */
  width?: number;
  /** The longest text, 1 to 65,536; 256 by default, for `model.read` as long as the line can be. */
  maximumSymbols?: number;
  /** A lexicon packed by `crnn language`: the text consists of its words. Needs a width. */
  lexicon?: ArrayBuffer | Uint8Array;
  /** An n-gram model of characters packed by `crnn language`. Needs a width. */
  ngram?: ArrayBuffer | Uint8Array;
  /** 0 to 100, 0.5 by default: what the n-gram model's logarithms count beside the network's. */
  ngramWeight?: number;
  /** -50 to 50, 0 by default: added to a text's score for each character. Needs a width. */
  insertionBonus?: number;
  /** The classes' characters (code points) in order, without the blank, in place of the model's. */
  alphabet?: string;
  /** The blank's class, with `alphabet`; the last by default. */
  blank?: number;
  /** What frames hold; by default what the model's last layer gives, without a model probabilities. */
  values?: "probabilities" | "logProbabilities" | "scores";
  /** The output port that frames come from, and the input port that spans are told in; 0 by default. */
  output?: number;
  input?: number;
}

/** Turns frames into text, as they come. However they are cut into pieces, the text is the same to the bit. */
export class Decoder {
  private constructor();
  /** Bytes of the decoder, all that it ever takes. */
  readonly bytes: number;
  /** Takes frames of the network's output, any number of them. */
  push(frames: Float32Array): void;
  /** Ends the sequence, which had `inputFrames` frames at the input port (spans are cut to them); gives the best text. */
  finish(inputFrames?: number): Reading;
  /** Begins a new sequence. */
  reset(): void;
  /** The text so far, and after `finish` the text; with a rank above 0, the next best ones. */
  reading(rank?: number): Reading;
  /** The best texts, best first: all that the beam kept, or `limit` of them. */
  alternatives(limit?: number): Reading[];
  /** One whole sequence of output frames. */
  decode(frames: Float32Array, inputFrames?: number): Reading;
  /** Runs the model on one whole sequence, given as to `model.run`, and decodes what it gives. */
  read(inputs: Frames | Frames[]): Reading;
  /** Gives its memory back; a second time does nothing. */
  free(): void;
}

/** Pixels, rows from top to bottom, 8 bits a channel: 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. An ImageData is one. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array | Uint8ClampedArray;
}

/** What a recipe made of a picture. */
export interface Prepared {
  /** For `model.run` and `stream.push`: bytes, or floats where the recipe has a mean or a deviation. */
  readonly frames: Uint8Array | Float32Array;
  /** The size of the result, and where in it the picture lies (crnn_image_placement of crnn_image.h). */
  readonly placement: {
    readonly width: number;
    readonly height: number;
    readonly x: number;
    readonly y: number;
    readonly innerWidth: number;
    readonly innerHeight: number;
  };
  /** What a frame is: a column, a row, or all of it. */
  readonly layout: "columns" | "rows" | "whole";
  /** The part of the picture that these frames show. */
  box(span: Span): Box;
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
  /** Makes a picture into what the first input port takes, by the recipe that stands in the file: the same bits as `Model.prepare` in
   * Python gives for these pixels. Needs crnn_image.wasm. */
  prepare(pixels: Pixels): Prepared;
  /** A decoder for a network that reads text (CTC). */
  decoder(options?: DecoderOptions): Decoder;
  /** Reads the text of a picture of a line (CTC); `box` is the part of the picture that a symbol was read from. Needs crnn_image.wasm. */
  read(pixels: Pixels, options?: DecoderOptions): Reading<CtcSymbol & { readonly box: Box }>;
  free(): void;
}

export interface Crnn {
  /** Of the library, such as "0.1.0". */
  readonly version: string;
  /** The kernels that run. */
  readonly instructionSet: "simd128" | "scalar";
  /** Bytes of the modules' memory, which grows with models, streams and pictures. */
  readonly memoryBytes: number;
  /** A model of the bytes of a packed file, which are copied. Throws a CrnnError where they are no such file, or damaged. */
  model(bytes: ArrayBuffer | Uint8Array): Model;
  /** A decoder for frames that come from elsewhere: with an `alphabet`. */
  decoder(options: DecoderOptions & { alphabet: string }): Decoder;
}

/** Whether this engine runs crnn.wasm; crnn-scalar.wasm runs everywhere, with the same results to the bit. */
export function hasSIMD(): boolean;

/** The bytes of a module, or what fetch() gives of them. */
export type Source = ArrayBuffer | Uint8Array | Response | Promise<ArrayBuffer | Uint8Array | Response>;

/** The runtime, from crnn.wasm or crnn-scalar.wasm, and, where `images` is given, what prepares pictures, from crnn_image.wasm; without
 * arguments, both fetched from beside this file. */
export function load(source?: Source, images?: Source): Promise<Crnn>;

/** The pixels of a PNG or JPEG file (or whatever the browser reads), in browsers alone. Colour profiles are not applied; a JPEG is turned
 * as its EXIF data say, so that one is refused where `recipe`, a model's text "preprocess", says `orientation=stored`. The browser's decoder may
 * differ from libjpeg by a grey level, and colours of half-transparent pixels are rounded. */
export function decodeImage(blob: Blob, recipe?: string | null): Promise<ImageData>;
