// Sizes and offsets of the structures of crnn.h and crnn_image.h where a pointer has four bytes; `PORT_INFO` is crnn_port_info.

export const ERROR = { size: 252, message: 8 };
export const REQUIREMENTS = { size: 40, modelBytes: 24 };
export const STREAM_OPTIONS = { size: 24, chunk: 4, maximumFrames: 16 };
export const PORT_INFO = {
  size: 72, name: 4, nativeDtype: 8, rank: 12, shape: 16, integerScale: 48, perSequence: 52, fixedFrames: 56, rateNumerator: 64,
  rateDenominator: 68,
};
export const ARRAY = { size: 144, data: 4, dtype: 8, rank: 12, shape: 16 };
export const CTC_OPTIONS = {
  size: 56, width: 4, maximumSymbols: 8, output: 12, input: 16, values: 20, blank: 24, alphabet: 28, lexicon: 32, lexiconBytes: 36,
  ngram: 40, ngramBytes: 44, ngramWeight: 48, insertionBonus: 52,
};
export const CTC_SYMBOL = {
  size: 48, character: 0, confidence: 4, textOffset: 8, textBytes: 12, firstFrame: 16, lastFrame: 24, firstInput: 32, lastInput: 40,
};
export const CTC_RESULT = {
  size: 56, text: 4, textBytes: 8, symbols: 12, symbolCount: 16, stableCount: 20, count: 24, isComplete: 28, isTruncated: 32,
  confidence: 36, logProbability: 40, score: 48,
};
export const IMAGE_RECIPE = { size: 80, channels: 4, layout: 32, normalised: 52 };
export const IMAGE = { size: 48, width: 4, height: 8, channels: 12, pixels: 32 };
export const IMAGE_PLACEMENT = { size: 28, width: 4, height: 8, x: 12, y: 16, innerWidth: 20, innerHeight: 24 };
