import Glibc

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

extension GreedyCTC: TextReader {
  /// The confidence is the probability of the best path: the product of the largest value of each frame.
  func reading(_ values: [Float]) -> TextReading {
    let classes = alphabet.count + 1
    var logarithm = 0.0
    var isDistribution = true
    for start in stride(from: 0, to: values.count - values.count % classes, by: classes) {
      let frame = values[start..<start + classes]
      isDistribution = isDistribution && (frame.reduce(0, +) - 1).magnitude < 1e-3
      logarithm += log(Double(frame.max() ?? 0))
    }
    return TextReading(text: text(values), confidence: isDistribution ? Float(exp(logarithm)) : nil)
  }
}
