import CCRNN
import Testing

@Suite struct RefusalTests {
  private func refusal(_ body: () throws -> Void) -> Decoder.Refusal? {
    do {
      try body()
      return nil
    } catch { return error as? Decoder.Refusal }
  }

  @Test func options() {
    func status(_ body: @autoclosure () throws -> Decoder) -> crnn_status? { refusal { _ = try body() }?.status }
    #expect(status(try Decoder(alphabet: "ab", width: -1)) == CRNN_ERROR_ARGUMENT)
    #expect(status(try Decoder(alphabet: "ab", width: 1025)) == CRNN_ERROR_ARGUMENT)
    #expect(status(try Decoder(alphabet: "ab", maximumSymbols: 65537)) == CRNN_ERROR_ARGUMENT)
    #expect(status(try Decoder(alphabet: "ab", blank: 3)) == CRNN_ERROR_ARGUMENT)
    #expect(status(try Decoder(alphabet: "ab", blank: -1)) == CRNN_ERROR_ARGUMENT)
    #expect(status(try Decoder(alphabet: "ab", values: 4)) == CRNN_ERROR_ARGUMENT)
    #expect(status(try Decoder(alphabet: "ab", width: 1, weight: .nan)) == CRNN_ERROR_ARGUMENT)
    #expect(status(try Decoder(alphabet: "ab", width: 1, bonus: .infinity)) == CRNN_ERROR_ARGUMENT)
    #expect(status(try Decoder(alphabet: "ab", bonus: 1)) == CRNN_ERROR_ARGUMENT)
    #expect(status(try Decoder(alphabet: "ab", lexicon: [0])) == CRNN_ERROR_ARGUMENT)
    #expect(status(try Decoder()) == CRNN_ERROR_ARGUMENT)
    #expect(status(try Decoder(alphabet: "", width: 1024, maximumSymbols: 1)) == nil)
  }

  @Test func calls() throws {
    let decoder = try Decoder(alphabet: "ab", width: 2)
    #expect(refusal { try decoder.push([1, 0, 0, 0], classes: 4) }?.status == CRNN_ERROR_SHAPE)
    #expect(refusal { _ = try decoder.reading(1) }?.status == CRNN_ERROR_ARGUMENT)
    #expect(refusal { _ = try decoder.reading(-1) }?.status == CRNN_ERROR_ARGUMENT)
    #expect(try decoder.reading(0).text == "")
    #expect(refusal { try decoder.finish(inputFrames: -2) }?.status == CRNN_ERROR_ARGUMENT)
    try decoder.finish()
    try decoder.finish()
    #expect(refusal { try decoder.push([1, 0, 0], classes: 3) }?.status == CRNN_ERROR_FINISHED)
    try decoder.reset()
    try decoder.push([0, 1, 0], classes: 3)
    #expect(try decoder.reading(0).text == "a")
    #expect(crnn_ctc_reset(nil, nil) == CRNN_ERROR_ARGUMENT)
    #expect(crnn_ctc_push(nil, nil, nil) == CRNN_ERROR_ARGUMENT)
    #expect(crnn_ctc_push(decoder.pointer, nil, nil) == CRNN_ERROR_ARGUMENT)
    #expect(crnn_ctc_result_at(decoder.pointer, 0, nil, nil) == CRNN_ERROR_ARGUMENT)
    crnn_ctc_destroy(nil)
  }

  @Test func alphabetsThatAreNoText() {
    // The options take bytes; a String cannot hold these.
    var text: [CChar] = [-128, 97, 0]
    var bytes = 0
    var options = crnn_ctc_options()
    options.struct_size = MemoryLayout<crnn_ctc_options>.size
    text.withUnsafeBufferPointer { buffer in
      options.alphabet = buffer.baseAddress
      #expect(crnn_ctc_size(nil, &options, &bytes, nil) == CRNN_ERROR_ARGUMENT)
    }
    text = [97, -128, -128, -128, -128, 0]
    text.withUnsafeBufferPointer { buffer in
      options.alphabet = buffer.baseAddress
      #expect(crnn_ctc_size(nil, &options, &bytes, nil) == CRNN_ERROR_ARGUMENT)
    }
    #expect(bytes == 0)
  }
}
