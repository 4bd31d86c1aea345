#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension Histogram {
  /// Ranges between the whole of `seen` and a tenth of it, both ends alike.
  private static func candidates(_ seen: ValueRange) -> [ValueRange] {
    stride(from: Float(1), to: 0.1, by: -0.02).map {
      ValueRange(minimum: seen.minimum * $0, maximum: seen.maximum * $0)
    }
  }

  /// The range whose 255 steps leave the least mean squared error: step² / 12 inside, the distance to the end outside.
  func rangeOfLeastError(within seen: ValueRange) -> ValueRange {
    let bins = bins
    return Histogram.least(Histogram.candidates(seen)) { range in
      let step = Double(range.maximum - range.minimum) / 255
      return bins.reduce(0) { sum, bin in
        let outside = Double(max(max(bin.value - range.maximum, range.minimum - bin.value), 0))
        return sum + Double(bin.count) * (outside > 0 ? outside * outside : step * step / 12)
      }
    } ?? seen
  }

  /// The range of which 255 codes keep most: the divergence Σ p log(p / q) of what was seen, p, its ends holding all that lies beyond
  /// them, from the same spread evenly over the occupied parts of each code, q, is least.
  ///
  /// S. Migacz, "8-bit Inference with TensorRT", 2017, on histograms of 4,080 equal bins.
  func rangeOfLeastDivergence(within seen: ValueRange) -> ValueRange {
    let bins = bins
    return Histogram.least(Histogram.candidates(seen)) { range in
      let width = range.maximum - range.minimum
      guard width > 0 else { return 0 }
      let (codes, parts) = (255, 16)
      var inside = [Double](repeating: 0, count: codes * parts)
      var all = inside
      for bin in bins {
        let place = Histogram.part((bin.value - range.minimum) / width, of: codes * parts)
        all[place] += Double(bin.count)
        if range.minimum <= bin.value, bin.value <= range.maximum { inside[place] += Double(bin.count) }
      }
      let (total, kept) = (all.reduce(0, +), inside.reduce(0, +))
      guard total > 0, kept > 0 else { return .infinity }
      var divergence = 0.0
      for code in 0..<codes {
        let range = code * parts..<(code + 1) * parts
        let occupied = range.filter { all[$0] > 0 }
        guard !occupied.isEmpty else { continue }
        // What has no share of the codes counts as a millionth.
        let even = max(range.reduce(0) { $0 + inside[$1] } / Double(occupied.count) / kept, 1e-6 / total)
        for place in occupied { divergence += all[place] / total * log(all[place] / total / even) }
      }
      return divergence
    } ?? seen
  }

  /// Of equal ones the first, the widest.
  private static func least(_ candidates: [ValueRange], _ cost: (ValueRange) -> Double) -> ValueRange? {
    var best: (range: ValueRange, cost: Double)?
    for range in candidates {
      let cost = cost(range)
      if cost < best?.cost ?? .infinity { best = (range, cost) }
    }
    return best?.range
  }
}
