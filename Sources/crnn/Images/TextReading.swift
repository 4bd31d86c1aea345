/// A text line as it was read.
struct TextReading: Equatable {
  var text: String
  /// The probability of what was read, 0 to 1; nil where the network's output tells none.
  var confidence: Float?
}

/// Reads a network's output, `[frames × classes]`, as text; one line after the other, on one thread at a time.
protocol TextReader {
  func reading(_ values: [Float]) throws -> TextReading
}
