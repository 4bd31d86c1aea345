/// A text that the decoder follows.
///
/// All ways to say it that have come so far end in the blank or in the last character, and are summed apart (A. Graves et al.,
/// "Connectionist temporal classification", 2006). Beside both sums stands the most probable of their ways, which the spans of the
/// characters are of. All four are relative to 2^`CTCDecoder.exponent`.
struct CTCHypothesis {
  /// Stand for the text, and for the text without its last character.
  var key: UInt64 = 1
  var parent: UInt64 = 0
  var blank: Float = 1
  var symbol: Float = 0
  /// Below 0: there is none.
  var bestBlank: Float = 1
  var bestSymbol: Float = -1
  /// What lexicon, n-gram model and bonus have multiplied the sums by for the last character, and the logarithm for all of them.
  var factor: Float = 1
  var language: Float = 0
  /// The class of the last character, or -1.
  var last: Int32 = -1
  var length: Int32 = 0
  /// The characters of the best way that ends in the blank; of the one that ends in a character, those before it; of the better
  /// of both, all, once `closeRuns` has seen to it.
  var linkBlank = CTCLink.none
  var linkSymbol = CTCLink.none
  var closed = CTCLink.none
  /// Of the last character in the best way that ends in it.
  var first: UInt32 = 0
  var peak: Float = 0
  var lexicon: UInt32 = 0
  var ngram: UInt32 = 0

  var total: Float { blank + symbol }

  /// Takes in the ways to say the text that say it without its last character, and that character in `frame`, where its probability
  /// is `value`. A character that is said twice has a blank between.
  @inline(never)
  mutating func extend(_ text: UnsafePointer<CTCHypothesis>, _ value: Float, _ frame: Int64) {
    let repeats = text.pointee.last == last
    symbol += (repeats ? text.pointee.blank : text.pointee.total) * value * factor
    let best =
      (repeats ? text.pointee.bestBlank : max(text.pointee.bestBlank, text.pointee.bestSymbol)) * value * factor
    guard best > bestSymbol else { return }
    bestSymbol = best
    linkSymbol = repeats ? text.pointee.linkBlank : text.pointee.closed
    first = UInt32(truncatingIfNeeded: frame)
    peak = value
  }
}

/// A character of a way whose frames have passed. Ways share the characters before those in which they differ.
struct CTCLink {
  static var none: UInt32 { UInt32.max }

  var previous: UInt32
  var first: UInt32
  var last: UInt32
  var peak: Float
  var character: UInt16
  /// 0: free.
  var mark: UInt16
}
