/// A text that a line may say.
struct TextReading {
  var text: String
  /// The probability of the text by the network, 0 to 1.
  var confidence: Float
  /// Where its characters were seen; empty where that is not asked for.
  var symbols: [Symbol] = []

  struct Symbol {
    var text: String
    var confidence: Float
    /// Frames of the prepared image: its columns, in most recipes.
    var input: Range<Int>
    /// Left, top, right, bottom, in pixels of the picture; right and bottom lie outside.
    var box: [Int]
  }
}
