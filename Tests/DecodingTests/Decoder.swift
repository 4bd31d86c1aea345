import CCRNN

/// A decoder through the C interface, and what it says.
final class Decoder {
  struct Refusal: Error, CustomStringConvertible {
    let status: crnn_status
    let description: String
  }

  struct Symbol: Equatable {
    var character: Int
    var confidence: Float
    var frames: ClosedRange<Int>
    /// `first...last`, or empty.
    var input: Range<Int>
    var text: String
  }

  struct Reading: Equatable {
    var text: String
    var symbols: [Symbol]
    var stableCount: Int
    var count: Int
    var isComplete: Bool
    var isTruncated: Bool
    var confidence: Float
    var logarithm: Double
    var score: Double
  }

  let pointer: OpaquePointer
  private let blocks: [UnsafeMutableRawPointer]

  init(
    alphabet: String? = nil, blank: Int = 0, model: OpaquePointer? = nil, width: Int = 0, maximumSymbols: Int = 0,
    values: crnn_ctc_values = CRNN_CTC_AUTOMATIC, lexicon: [UInt8]? = nil, ngram: [UInt8]? = nil,
    weight: Float = 0.5, bonus: Float = 0
  ) throws {
    var options = crnn_ctc_options()
    options.struct_size = MemoryLayout<crnn_ctc_options>.size
    options.width = Int32(width)
    options.maximum_symbols = Int32(maximumSymbols)
    options.values = values
    options.blank = Int32(blank)
    options.ngram_weight = weight
    options.insertion_bonus = bonus
    let text = Array((alphabet ?? "").utf8CString)
    // Where they end, memory ends: a checker of addresses sees what is read behind them.
    let copies = [text.map { UInt8(bitPattern: $0) }, lexicon ?? [], ngram ?? []].map { bytes in
      let memory = UnsafeMutableRawPointer.allocate(byteCount: max(bytes.count, 1), alignment: 4)
      memory.copyMemory(from: bytes, byteCount: bytes.count)
      return memory
    }
    blocks = copies
    if alphabet != nil { options.alphabet = UnsafePointer(copies[0].assumingMemoryBound(to: CChar.self)) }
    if let lexicon { (options.lexicon, options.lexicon_bytes) = (UnsafeRawPointer(copies[1]), lexicon.count) }
    if let ngram { (options.ngram, options.ngram_bytes) = (UnsafeRawPointer(copies[2]), ngram.count) }
    var pointer: OpaquePointer?
    do {
      try Decoder.check { crnn_ctc_create(model, &options, &pointer, $0) }
    } catch {
      for block in copies { block.deallocate() }
      throw error
    }
    guard let pointer else { throw Refusal(status: CRNN_OK, description: "no decoder was made") }
    self.pointer = pointer
  }

  deinit {
    crnn_ctc_destroy(pointer)
    for block in blocks { block.deallocate() }
  }

  func reset() throws { try Decoder.check { crnn_ctc_reset(pointer, $0) } }

  /// - Parameter values: `[frames × classes]`.
  func push(_ values: [Float], classes: Int) throws {
    var values = values
    try values.withUnsafeMutableBytes { bytes in
      var array = crnn_array()
      array.struct_size = MemoryLayout<crnn_array>.size
      array.data = bytes.baseAddress
      array.dtype = CRNN_F32
      array.rank = 2
      array.shape.0 = Int64(bytes.count / 4 / classes)
      array.shape.1 = Int64(classes)
      try Decoder.check { crnn_ctc_push(pointer, &array, $0) }
    }
  }

  func finish(inputFrames: Int = -1) throws { try Decoder.check { crnn_ctc_finish(pointer, Int64(inputFrames), $0) } }

  func reading(_ rank: Int = 0) throws -> Reading {
    var result = crnn_ctc_result()
    result.struct_size = MemoryLayout<crnn_ctc_result>.size
    try Decoder.check { crnn_ctc_result_at(pointer, Int32(rank), &result, $0) }
    let bytes = UnsafeRawBufferPointer(start: result.text, count: result.text_bytes)
    let symbols = UnsafeBufferPointer(start: result.symbols, count: Int(result.symbol_count)).map { symbol in
      Symbol(
        character: Int(symbol.character), confidence: symbol.confidence,
        frames: Int(symbol.first_frame)...Int(symbol.last_frame),
        input: Int(symbol.first_input)..<Int(clamping: symbol.last_input &+ 1),
        text: String(decoding: bytes[Int(symbol.text_offset)...].prefix(Int(symbol.text_bytes)), as: UTF8.self))
    }
    return Reading(
      text: String(cString: result.text), symbols: symbols, stableCount: Int(result.stable_count),
      count: Int(result.count), isComplete: result.is_complete != 0, isTruncated: result.is_truncated != 0,
      confidence: result.confidence, logarithm: result.log_probability, score: result.score)
  }

  /// All of one sequence at once.
  func decode(_ values: [Float], classes: Int) throws -> Reading {
    try reset()
    try push(values, classes: classes)
    try finish()
    return try reading()
  }

  static func check(_ call: (UnsafeMutablePointer<crnn_error>) -> crnn_status) throws {
    var error = crnn_error()
    error.struct_size = MemoryLayout<crnn_error>.size
    let status = call(&error)
    guard status != CRNN_OK else { return }
    throw Refusal(
      status: status,
      description: withUnsafeBytes(of: error.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
  }
}
