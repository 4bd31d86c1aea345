import CCRNN
import CRNN

/// The runtime's greedy decoder, for the texts that a text recogniser's outputs say.
package struct TextDecoder: Sendable {
  /// UTF-8 with a NUL at the end.
  private let alphabet: [CChar]
  private let blank: Int32
  private let classes: Int

  /// nil where what has `classes` values a frame is no text: the network has no alphabet, or it does not fit.
  ///
  /// - Parameter text: a text that goes with the network, by its key.
  package init?(_ text: (String) -> String?, classes: Int) {
    guard let alphabet = text("alphabet"), let blank = text("ctc.blank").flatMap({ Int32($0) }),
      alphabet.unicodeScalars.count + 1 == classes
    else { return nil }
    self.init(alphabet: alphabet, blank: blank)
  }

  package init(alphabet: String, blank: Int32) {
    self.alphabet = Array(alphabet.utf8CString)
    self.blank = blank
    classes = alphabet.unicodeScalars.count + 1
  }

  /// - Parameter values: `[frames × classes]`.
  package func text(_ values: [Float]) throws -> String {
    try values.withUnsafeBufferPointer { try text($0) }
  }

  private func text(_ values: UnsafeBufferPointer<Float>) throws -> String {
    let frames = values.count / classes
    let isDistribution = (0..<frames).allSatisfy { frame in
      (values[frame * classes..<(frame + 1) * classes].reduce(0, +) - 1).magnitude < 1e-3
    }
    var options = crnn_ctc_options()
    options.struct_size = MemoryLayout<crnn_ctc_options>.size
    options.maximum_symbols = Int32(clamping: min(max(frames, 1), 65_536))
    // What a softmax makes of values has the same order, and the text asks for no more.
    options.values = isDistribution ? CRNN_CTC_PROBABILITIES : CRNN_CTC_SCORES
    options.blank = blank
    return try alphabet.withUnsafeBufferPointer { alphabet in
      options.alphabet = alphabet.baseAddress
      var decoder: OpaquePointer?
      try RuntimeCall.check { crnn_ctc_create(nil, &options, &decoder, $0) }
      defer { crnn_ctc_destroy(decoder) }
      var array = crnn_array()
      array.struct_size = MemoryLayout<crnn_array>.size
      array.data = UnsafeMutableRawPointer(mutating: values.baseAddress)
      array.dtype = CRNN_F32
      array.rank = 2
      array.shape.0 = Int64(frames)
      array.shape.1 = Int64(classes)
      try RuntimeCall.check { crnn_ctc_push(decoder, &array, $0) }
      try RuntimeCall.check { crnn_ctc_finish(decoder, -1, $0) }
      var result = crnn_ctc_result()
      result.struct_size = MemoryLayout<crnn_ctc_result>.size
      try RuntimeCall.check { crnn_ctc_result_at(decoder, 0, &result, $0) }
      return String(cString: result.text)
    }
  }
}
