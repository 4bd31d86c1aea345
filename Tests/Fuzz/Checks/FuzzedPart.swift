/// What is given bytes that nobody vouches for. Each check returns, whatever the bytes are: an error is an answer, a trap, a
/// hang, and an access outside of a buffer are findings.
public enum FuzzedPart: String, CaseIterable, Sendable {
  /// A model file as it is.
  case model
  /// A model file whose checksums are made right first, so that only the loader's own checks stand between it and the engine.
  case repaired
  /// The same file for what `inspect` and `verify` read of it.
  case packed
  /// Calls in any order on a stream of a sound network.
  case calls
  /// A saved stream of a sound network, restored.
  case saved
  case onnx
  case npy
  case npz
  /// The same arrays as sequences for a network.
  case sequences
  /// Pictures, decoded and prepared by recipes.
  case png
  case jpeg
  /// What an answer to a picture hangs on: options and the picture.
  case explain
  /// A recipe for images.
  case recipe
  /// A list of words, and an ARPA file, packed and then read by a decoder.
  case words
  case arpa
  /// Packed blocks with their checksums made right.
  case lexicon
  case ngram
  /// Frames of any floats and any options, for a decoder.
  case ctc
  /// The number of a random network, which must give the reference's bits with every instruction set, in any pieces.
  case differential

  public func check(_ bytes: UnsafeRawBufferPointer) {
    switch self {
    case .model: ModelFuzzing.check(bytes, repairs: false)
    case .repaired: ModelFuzzing.check(bytes, repairs: true)
    case .packed: ModelFuzzing.verify(bytes)
    case .calls: StreamFuzzing.call(bytes)
    case .saved: StreamFuzzing.restore(bytes)
    case .onnx: ConverterFuzzing.readONNX(bytes)
    case .npy: ConverterFuzzing.readNPY(bytes)
    case .npz: ConverterFuzzing.readNPZ(bytes)
    case .sequences: ConverterFuzzing.readSequences(bytes)
    case .png, .jpeg: ImageFuzzing.decode(bytes)
    case .explain: ExplanationFuzzing.explain(bytes)
    case .recipe: ImageFuzzing.parse(bytes)
    case .words: LanguageFuzzing.packWords(bytes)
    case .arpa: LanguageFuzzing.packARPA(bytes)
    case .lexicon: LanguageFuzzing.readBlock(bytes, asLexicon: true)
    case .ngram: LanguageFuzzing.readBlock(bytes, asLexicon: false)
    case .ctc: DecoderFuzzing.call(bytes)
    case .differential: StreamFuzzing.compare(bytes)
    }
  }
}
