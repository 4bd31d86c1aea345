import CCRNN
import CCRNNImage

/// How frames become text, for `crnn_read_batch` and `crnn_explain_image`; what is read in place of a language lives as long as this.
final class LineReading: @unchecked Sendable {
  /// Texts for each line at most.
  let best: Int
  private let hasSpans: Bool
  private var options = crnn_ctc_options()

  /// - Parameters:
  ///   - width: of the beam; 0: greedy.
  ///   - lexicon, ngram: packed.
  ///   - spans: whether symbols are wanted.
  init(
    width: Int, lexicon: [UInt8]?, ngram: [UInt8]?, ngramWeight: Float, insertionBonus: Float, best: Int, spans: Bool
  ) {
    self.best = best
    hasSpans = spans
    options.struct_size = MemoryLayout<crnn_ctc_options>.size
    options.width = Int32(clamping: width)
    options.ngram_weight = ngramWeight
    options.insertion_bonus = insertionBonus
    (options.lexicon, options.lexicon_bytes) = LineReading.copy(lexicon)
    (options.ngram, options.ngram_bytes) = LineReading.copy(ngram)
  }

  deinit {
    options.lexicon?.deallocate()
    options.ngram?.deallocate()
  }

  var hasLanguage: Bool { options.lexicon != nil || options.ngram != nil }

  func withOptions<Result>(_ body: (UnsafePointer<crnn_ctc_options>) throws -> Result) rethrows -> Result {
    try withUnsafePointer(to: options) { try body($0) }
  }

  func text(_ read: crnn_read_text) -> TextReading {
    var reading = TextReading(text: String(cString: read.result.text), confidence: read.result.confidence)
    guard hasSpans, let symbols = read.result.symbols, let boxes = read.boxes else { return reading }
    let bytes = UnsafeRawBufferPointer(start: read.result.text, count: read.result.text_bytes)
    reading.symbols = (0..<Int(read.result.symbol_count)).map { index in
      let (symbol, box) = (symbols[index], boxes[index])
      let end = Int(symbol.text_offset + symbol.text_bytes)
      return TextReading.Symbol(
        text: String(decoding: bytes[Int(symbol.text_offset)..<end], as: UTF8.self), confidence: symbol.confidence,
        input: Int(symbol.first_input)..<Int(symbol.last_input) + 1,
        box: [box.left, box.top, box.right, box.bottom].map { Int($0) })
    }
    return reading
  }

  /// In memory that is aligned as a packed block must be.
  private static func copy(_ bytes: [UInt8]?) -> (UnsafeRawPointer?, Int) {
    guard let bytes else { return (nil, 0) }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(1, bytes.count), alignment: 16)
    memory.copyMemory(from: bytes, byteCount: bytes.count)
    return (UnsafeRawPointer(memory), bytes.count)
  }
}
