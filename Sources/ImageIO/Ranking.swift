import CCRNN
import CCRNNImage

/// The best of a frame's values.
enum Ranking {
  /// Writes at most `room` classes, best first, of equal ones that with the lower index first; what is no number comes last. Returns how
  /// many.
  static func write(
    _ values: UnsafePointer<Float>, _ count: Int, to classes: UnsafeMutablePointer<crnn_class>, room: Int32
  ) -> Int32 {
    guard room > 0 else { return 0 }
    if count == 1 {
      // The probability of one class beside another.
      let isSecond: Int32 = values[0] >= 0.5 ? 1 : 0
      classes[0] = crnn_class(index: isSecond, confidence: isSecond == 1 ? values[0] : 1 - values[0])
      if room > 1 {
        classes[1] = crnn_class(index: 1 &- isSecond, confidence: isSecond == 1 ? 1 - values[0] : values[0])
      }
      return min(room, 2)
    }
    var written = 0
    var index = 0
    while index < count {
      let candidate = crnn_class(index: Int32(truncatingIfNeeded: index), confidence: values[index])
      index &+= 1
      // Those that are worse move down by one place; the last falls out where there is no room.
      var place = written
      while place > 0, isBetter(candidate.confidence, classes[place &- 1].confidence) {
        if place < Int(room) { classes[place] = classes[place &- 1] }
        place &-= 1
      }
      guard place < Int(room) else { continue }
      classes[place] = candidate
      written = min(written &+ 1, Int(room))
    }
    return Int32(truncatingIfNeeded: written)
  }

  private static func isBetter(_ a: Float, _ b: Float) -> Bool { a > b || (b.isNaN && !a.isNaN) }
}
