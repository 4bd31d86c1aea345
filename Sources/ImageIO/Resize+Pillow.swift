/// Pillow's bilinear filter: along each axis a triangle, as wide as the pixels that one new pixel covers (so that shrinking
/// averages), first along rows, then along columns, with 8 bits between the two and weights in 22-bit fixed point.
enum PillowResize {
  /// False where memory is missing.
  static func bilinear(_ source: Pixels, to target: Pixels) -> Bool {
    guard let middle = allocate(UInt8.self, target.width &* source.height &* source.channels) else { return false }
    defer { release(middle) }
    let between = Pixels(middle, width: target.width, height: source.height, channels: source.channels)
    return alongRows(source, to: between) && alongColumns(between, to: target)
  }

  private static func alongRows(_ source: Pixels, to target: Pixels) -> Bool {
    guard let weights = FilterWeights(from: source.width, to: target.width) else { return false }
    defer { weights.free() }
    let channels = source.channels
    var y = 0
    while y < target.height {
      let input = source.row(y)
      let output = target.row(y)
      var x = 0
      while x < target.width {
        let weight = weights.row(x)
        let first = input + Int(weights.first[x]) &* channels
        var channel = 0
        while channel < channels {
          var sum = FilterWeights.half
          var i = 0
          while i < Int(weights.count[x]) {
            sum &+= Int32(first[i &* channels &+ channel]) &* weight[i]
            i &+= 1
          }
          output[x &* channels &+ channel] = FilterWeights.pixel(sum)
          channel &+= 1
        }
        x &+= 1
      }
      y &+= 1
    }
    return true
  }

  private static func alongColumns(_ source: Pixels, to target: Pixels) -> Bool {
    guard let weights = FilterWeights(from: source.height, to: target.height) else { return false }
    defer { weights.free() }
    let rowLength = target.width &* target.channels
    var y = 0
    while y < target.height {
      let weight = weights.row(y)
      let first = source.row(Int(weights.first[y]))
      let output = target.row(y)
      var x = 0
      while x < rowLength {
        var sum = FilterWeights.half
        var i = 0
        while i < Int(weights.count[y]) {
          sum &+= Int32(first[i &* source.rowBytes &+ x]) &* weight[i]
          i &+= 1
        }
        output[x] = FilterWeights.pixel(sum)
        x &+= 1
      }
      y &+= 1
    }
    return true
  }
}

/// For each new pixel of one axis: the old pixels that it is made of, and their weights.
private struct FilterWeights {
  static let bits: Int32 = 22
  static let half: Int32 = 1 << (bits - 1)

  let first: UnsafeMutablePointer<Int32>
  let count: UnsafeMutablePointer<Int32>
  private let values: UnsafeMutablePointer<Int32>
  private let width: Int

  /// The sum, rounded to a grey level. Weights are above zero and add up to one, but for the rounding of each.
  static func pixel(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: min(max(sum >> bits, 0), 255)) }

  func row(_ index: Int) -> UnsafeMutablePointer<Int32> { values + index &* width }

  func free() { release(first) }

  /// `old` and `new`: pixels along the axis. Nil where memory is missing.
  init?(from old: Int, to new: Int) {
    let scale = Double(old) / Double(new)
    let support = scale < 1 ? 1 : scale
    let inverse = 1 / support
    // Both lie below 2^31, so the conversions cannot fail.
    let whole = Int(support)
    width = (Double(whole) < support ? whole &+ 1 : whole) &* 2 &+ 1
    let (entries, overflow) = new.multipliedReportingOverflow(by: width &+ 2)
    guard !overflow, let memory = allocate(Int32.self, entries) else { return nil }
    first = memory
    count = memory + new
    values = memory + 2 &* new

    var x = 0
    while x < new {
      let center = (Double(x) + 0.5) * scale
      let start = max(0, Int(center - support + 0.5))
      let end = min(old, Int(center + support + 0.5))
      var sum = 0.0
      var i = start
      while i < end {
        sum += Self.triangle((Double(i) - center + 0.5) * inverse)
        i &+= 1
      }
      let weights = values + x &* width
      i = start
      while i < end {
        let weight = Self.triangle((Double(i) - center + 0.5) * inverse) / sum
        weights[i &- start] = Int32(0.5 + weight * Double(1 << Self.bits))
        i &+= 1
      }
      first[x] = Int32(truncatingIfNeeded: start)
      count[x] = Int32(truncatingIfNeeded: end &- start)
      x &+= 1
    }
  }

  private static func triangle(_ x: Double) -> Double {
    let distance = x < 0 ? -x : x
    return distance < 1 ? 1 - distance : 0
  }
}
