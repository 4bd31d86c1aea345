import CCRNN
import CCRNNImage

/// A decoder of one thread, made when it is first needed, and again, with room for longer texts, where a longer line comes.
struct LineDecoder {
  /// What a decoder's `maximum_symbols` may be.
  private static let mostSymbols: Int64 = 65_536

  private let model: OpaquePointer
  private let options: UnsafePointer<crnn_ctc_options>
  private var decoder: OpaquePointer?
  private var room: Int64 = 0

  init(_ model: OpaquePointer, _ options: UnsafePointer<crnn_ctc_options>) {
    (self.model, self.options) = (model, options)
  }

  /// For another thread.
  var another: LineDecoder { LineDecoder(model, options) }

  func free() { crnn_ctc_destroy(decoder) }

  /// A decoder for lines of `frames` frames.
  mutating func prepare(_ frames: Int64, _ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    var options = options.pointee
    var wanted = Int64(options.maximum_symbols)
    if wanted == 0 {
      // Few sizes, so that lines which grow slowly do not make a decoder each.
      wanted = 64
      while wanted < min(frames, LineDecoder.mostSymbols) { wanted &*= 2 }
    }
    guard decoder == nil || wanted > room else { return CRNN_OK }
    crnn_ctc_destroy(decoder)
    decoder = nil
    options.maximum_symbols = Int32(truncatingIfNeeded: wanted)
    room = wanted
    return crnn_ctc_create(model, &options, &decoder, error)
  }

  /// The best texts of a line whose frames the model has given.
  mutating func read(
    _ lane: ImageLane, _ model: ImageModel, _ best: Int, _ reading: UnsafeMutablePointer<crnn_reading>,
    _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    guard let arrays = lane.arrays else { return CRNN_ERROR_ARGUMENT }
    let inputFrames = arrays[0].shape.0
    var status = prepare(lane.frames, error)
    if status == CRNN_OK { status = crnn_ctc_reset(decoder, error) }
    if status == CRNN_OK { status = crnn_ctc_push(decoder, arrays + 1 + Int(model.output), error) }
    if status == CRNN_OK { status = crnn_ctc_finish(decoder, inputFrames, error) }
    if status == CRNN_OK { status = keep(SourceSpans(lane, layout: model.recipe.layout), best, reading, error) }
    guard status == CRNN_OK else { return status }
    reading.pointee.width = lane.fullWidth
    reading.pointee.height = lane.fullHeight
    reading.pointee.reserved = 0
    reading.pointee.frames = inputFrames
    return CRNN_OK
  }

  /// Copies the texts into one block: the texts, their symbols, boxes, characters.
  private func keep(
    _ spans: SourceSpans, _ best: Int, _ reading: UnsafeMutablePointer<crnn_reading>,
    _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    var first = result()
    var status = crnn_ctc_result_at(decoder, 0, &first, error)
    guard status == CRNN_OK else { return status }
    let count = max(1, min(best, Int(first.count)))
    var (symbolCount, characters) = (0, 0)
    var rank = 0
    while rank < count {
      var text = result()
      status = crnn_ctc_result_at(decoder, Int32(truncatingIfNeeded: rank), &text, error)
      guard status == CRNN_OK else { return status }
      // Of at most 1,024 texts of at most 65,536 symbols.
      symbolCount &+= Int(text.symbol_count)
      characters &+= text.text_bytes &+ 1
      rank &+= 1
    }
    let symbolsAt = count &* MemoryLayout<crnn_read_text>.stride
    let boxesAt = symbolsAt &+ symbolCount &* MemoryLayout<crnn_ctc_symbol>.stride
    let charactersAt = boxesAt &+ symbolCount &* MemoryLayout<crnn_image_box>.stride
    guard let block = allocate(UInt8.self, charactersAt &+ characters) else {
      return Message(error, CRNN_ERROR_MEMORY).text("no memory for the reading").status
    }
    let memory = UnsafeMutableRawPointer(block)
    let texts = memory.bindMemory(to: crnn_read_text.self, capacity: count)
    var symbols = (memory + symbolsAt).bindMemory(to: crnn_ctc_symbol.self, capacity: symbolCount)
    var boxes = (memory + boxesAt).bindMemory(to: crnn_image_box.self, capacity: symbolCount)
    var end = (memory + charactersAt).bindMemory(to: CChar.self, capacity: characters)
    rank = 0
    while rank < count {
      var text = result()
      status = crnn_ctc_result_at(decoder, Int32(truncatingIfNeeded: rank), &text, error)
      guard status == CRNN_OK, let source = text.text, let from = text.symbols ?? UnsafePointer(symbols) else {
        release(block)
        return status
      }
      let length = Int(text.symbol_count)
      var i = 0
      while i < length {
        symbols[i] = from[i]
        boxes[i] = spans.box(from[i].first_input, from[i].last_input)
        i &+= 1
      }
      i = 0
      while i <= text.text_bytes {
        end[i] = source[i]
        i &+= 1
      }
      text.text = UnsafePointer(end)
      text.symbols = UnsafePointer(symbols)
      texts[rank] = crnn_read_text(result: text, boxes: UnsafePointer(boxes))
      symbols += length
      boxes += length
      end += text.text_bytes &+ 1
      rank &+= 1
    }
    reading.pointee.texts = UnsafePointer(texts)
    reading.pointee.count = Int32(truncatingIfNeeded: count)
    return CRNN_OK
  }

  private func result() -> crnn_ctc_result {
    var result = crnn_ctc_result()
    result.struct_size = MemoryLayout<crnn_ctc_result>.size
    return result
  }
}
