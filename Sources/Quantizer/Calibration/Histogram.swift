/// How often values of each size were seen: one bin for each sign, exponent and leading six bits of the fraction, so a bin's
/// width is at most 1.6 % of its values, whatever their range.
struct Histogram {
  private static let droppedBits = 17
  private static let binsPerSign = 1 << (31 - droppedBits)
  private var positive = [Int](repeating: 0, count: binsPerSign)
  private var negative = [Int](repeating: 0, count: binsPerSign)
  private var total = 0

  mutating func include(_ values: UnsafeBufferPointer<Float>) {
    positive.withUnsafeMutableBufferPointer { positive in
      negative.withUnsafeMutableBufferPointer { negative in
        for value in values where value.isFinite {
          let bin = Int(abs(value).bitPattern >> UInt32(Histogram.droppedBits))
          if value < 0 { negative[bin] += 1 } else { positive[bin] += 1 }
          total += 1
        }
      }
    }
  }

  /// Non-empty bins: the middle of each, and how many values lie in it, from the smallest value to the largest.
  var bins: [(value: Float, count: Int)] {
    func middle(_ bin: Int) -> Float {
      if bin == 0 { return 0 }
      let half = UInt32(1) << UInt32(Histogram.droppedBits - 1)
      return Float(bitPattern: UInt32(bin) << UInt32(Histogram.droppedBits) | half)
    }
    return negative.indices.reversed().compactMap { negative[$0] > 0 ? (-middle($0), negative[$0]) : nil }
      + positive.indices.compactMap { positive[$0] > 0 ? (middle($0), positive[$0]) : nil }
  }

  /// Which of so many equal parts a fraction of a range lies in; what lies beyond it counts to its ends.
  static func part(_ fraction: Float, of parts: Int) -> Int {
    // Above 0 is not what NaN is.
    guard fraction > 0 else { return 0 }
    return min(Int(min(fraction, 1) * Float(parts)), parts - 1)
  }

  /// How many values lie in each of equal parts of a range.
  func counts(within range: ValueRange, parts: Int) -> [Int] {
    let width = range.maximum - range.minimum
    guard range.isFinite, width > 0, width.isFinite else { return [] }
    var counts = [Int](repeating: 0, count: parts)
    for bin in bins {
      counts[Histogram.part((bin.value - range.minimum) / width, of: parts)] += bin.count
    }
    return counts
  }

  /// The range that `percent` of the values do not exceed, and `percent` do not fall below.
  func range(percent: Double) -> ValueRange {
    let outside = Double(total) * (1 - percent / 100)
    return ValueRange(
      minimum: -limit(negative, outside: outside), maximum: limit(positive, outside: outside))
  }

  /// The upper edge of the bin below which all but `outside` values of one sign lie.
  private func limit(_ counts: [Int], outside: Double) -> Float {
    var above = 0
    for bin in counts.indices.reversed() where counts[bin] > 0 {
      above += counts[bin]
      if Double(above) > outside {
        let edge = Float(bitPattern: UInt32(bin + 1) << UInt32(Histogram.droppedBits))
        return min(edge, .greatestFiniteMagnitude)
      }
    }
    return 0
  }
}
