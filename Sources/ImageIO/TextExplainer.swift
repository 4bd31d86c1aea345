import CCRNN
import CCRNNImage

/// Reads an image's text, tells where its characters stand, and how probable a text is.
struct TextExplainer {
  private let classifier: ImageModel
  private let options: crnn_explain_options
  private let alphabet: ExplainedAlphabet

  init(_ classifier: ImageModel, _ options: crnn_explain_options, _ alphabet: ExplainedAlphabet) {
    (self.classifier, self.options, self.alphabet) = (classifier, options, alphabet)
  }

  /// Decodes what the lane has run, and writes text and characters to `result`.
  func read(
    _ lane: ImageLane, _ result: UnsafeMutablePointer<crnn_explanation>,
    _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    var decoding = crnn_ctc_options()
    if let given = options.decoding {
      guard given.pointee.struct_size >= MemoryLayout<crnn_ctc_options>.size else {
        return Message(error, CRNN_ERROR_ARGUMENT).text("decoding is not initialised with CRNN_CTC_OPTIONS_INITIALIZER")
          .status
      }
      decoding = given.pointee
    }
    // As many characters as there may be.
    if decoding.maximum_symbols == 0 {
      decoding.maximum_symbols = Int32(truncatingIfNeeded: min(max(lane.frames, 1), 65_536))
    }
    decoding.struct_size = MemoryLayout<crnn_ctc_options>.size
    decoding.output = options.output
    var decoder: OpaquePointer?
    var status = crnn_ctc_create(classifier.model, &decoding, &decoder, error)
    guard status == CRNN_OK else { return status }
    defer { crnn_ctc_destroy(decoder) }
    guard var frames = lane.output(classifier) else { return CRNN_ERROR_MEMORY }
    status = crnn_ctc_push(decoder, &frames, error)
    guard status == CRNN_OK else { return status }
    status = crnn_ctc_finish(decoder, lane.inputFrames, error)
    guard status == CRNN_OK else { return status }
    var line = crnn_ctc_result()
    line.struct_size = MemoryLayout<crnn_ctc_result>.size
    status = crnn_ctc_result_at(decoder, 0, &line, error)
    return status == CRNN_OK ? keep(line, lane, result, error) : status
  }

  private func keep(
    _ line: crnn_ctc_result, _ lane: ImageLane,
    _ result: UnsafeMutablePointer<crnn_explanation>, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    let count = Int(line.symbol_count)
    result.pointee.text = allocate(CChar.self, line.text_bytes &+ 1)
    result.pointee.symbols = allocate(crnn_explained_symbol.self, count)
    guard let text = result.pointee.text, let symbols = result.pointee.symbols, let source = line.text else {
      return noMemory(error)
    }
    crnn_copy(text, source, line.text_bytes &+ 1)
    result.pointee.symbol_count = line.symbol_count
    guard count > 0, let read = line.symbols else { return CRNN_OK }
    let spans = SourceSpans(lane, layout: classifier.recipe.layout)
    var i = 0
    while i < count {
      symbols[i] = crnn_explained_symbol(
        symbol: read[i], box: spans.box(read[i].first_input, read[i].last_input))
      i &+= 1
    }
    return CRNN_OK
  }

  /// Of the text that the options name, or of the one that was read.
  func probability(
    _ lane: ImageLane, _ result: UnsafeMutablePointer<crnn_explanation>, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> (probability: TextProbability?, status: crnn_status) {
    guard let values = lane.result else { return (nil, noMemory(error)) }
    var count = Int(result.pointee.symbol_count)
    var given: UnsafePointer<UInt8>?
    if let text = options.text {
      let start = UnsafeRawPointer(text).assumingMemoryBound(to: UInt8.self)
      given = start
      count = 0
      var place = start
      while place[0] != 0 {
        guard let found = alphabet.find(place) else {
          let message = Message(error, CRNN_ERROR_ARGUMENT).text("the alphabet has no '")
            .characters(place, ExplainedAlphabet.length(place)).text("', which character ").number(count &+ 1)
          return (nil, message.text(" of the text is").status)
        }
        place += found.bytes
        count &+= 1
      }
    }
    let frames = Int(truncatingIfNeeded: lane.frames)
    let kind = options.decoding.map { $0.pointee.values } ?? CRNN_CTC_AUTOMATIC
    let isSoftmaxNeeded =
      kind == CRNN_CTC_AUTOMATIC
      ? !TextProbability.areProbabilities(values, frames: frames, valuesPerFrame: classifier.values)
      : kind != CRNN_CTC_PROBABILITIES
    let probability = TextProbability(
      count: count, blank: Int(alphabet.blank), valuesPerFrame: classifier.values, isSoftmaxNeeded: isSoftmaxNeeded
    ) { index in
      guard let place = given else {
        return alphabet.classOf(result.pointee.symbols.map { $0[index].symbol.character } ?? 0)
      }
      guard let found = alphabet.find(place) else { return 0 }
      given = place + found.bytes
      return alphabet.classOf(found.character)
    }
    return (probability, probability == nil ? noMemory(error) : CRNN_OK)
  }

  private func noMemory(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    Message(error, CRNN_ERROR_MEMORY).text("no memory for the text").status
  }
}
