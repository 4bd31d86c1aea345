extension OpenCVResize {
  /// Filters over so many old pixels in a row, however far the image shrinks; weights in 11-bit fixed point.
  enum Kernel {
    /// INTER_CUBIC, four pixels: Keys (1981) with a = -3/4.
    case bicubic
    /// INTER_LANCZOS4, eight pixels: four lobes, scaled so that the weights add up to one.
    case lanczos

    var count: Int { self == .bicubic ? 4 : 8 }

    /// The weight of pixel `index`, where the new pixel lies `fraction` behind pixel `count / 2 - 1`.
    func value(_ index: Int, fraction: Float) -> Float {
      let signed = Double(fraction) + Double(count / 2 &- 1) - Double(index)
      let x = signed < 0 ? -signed : signed
      switch self {
      case .bicubic:
        return Float(x < 1 ? (1.25 * x - 2.25) * x * x + 1 : (((x - 5) * x + 8) * x - 4) * -0.75)
      case .lanczos: return Float(sinc(x) * sinc(x / 4))
      }
    }
  }

  /// False where memory is missing.
  static func neighbours(_ source: Pixels, to target: Pixels, _ resizing: Resizing, _ kernel: Kernel) -> Bool {
    guard let horizontal = Taps(resizing.columns, kernel) else { return false }
    defer { horizontal.free() }
    guard let vertical = Taps(resizing.rows, kernel) else { return false }
    defer { vertical.free() }
    // All old rows at the new width would be as much as the image again: the rows that one new row needs are enough.
    let (channels, length) = (source.channels, target.width &* target.channels)
    guard let rows = allocate(Int32.self, kernel.count &* length) else { return false }
    defer { release(rows) }
    var made = vertical.first[0]
    var y = 0
    while y < target.height {
      let output = target.row(y)
      let first = vertical.first[y]
      // Row r of the old image, which repeats its edges beyond them, lies in place r modulo the count.
      made = max(made, first)
      while made < first &+ kernel.count {
        let place = rows + slot(made, kernel.count) &* length
        let row = min(max(made, 0), resizing.rows.old &- 1) &- resizing.rows.origin
        horizontal.apply(source.row(row), resizing.columns, channels, to: place)
        made &+= 1
      }
      var x = 0
      while x < length {
        var sum = 0
        var tap = 0
        while tap < kernel.count {
          sum &+= Int(rows[slot(first &+ tap, kernel.count) &* length &+ x]) &* Int(vertical.weight(y, tap))
          tap &+= 1
        }
        output[x] = UInt8(truncatingIfNeeded: min(max((sum &+ 1 << 21) >> 22, 0), 255))
        x &+= 1
      }
      y &+= 1
    }
    return true
  }

  private static func slot(_ row: Int, _ count: Int) -> Int { row & (count &- 1) }

  /// INTER_NEAREST: the old pixel under the new one's left upper corner. False where memory is missing.
  static func nearest(_ source: Pixels, to target: Pixels, _ resizing: Resizing) -> Bool {
    guard let columns = allocate(Int.self, target.width) else { return false }
    defer { release(columns) }
    var x = 0
    while x < target.width {
      columns[x] = place(of: x, resizing.columns)
      x &+= 1
    }
    var y = 0
    while y < target.height {
      copy(source.row(place(of: y, resizing.rows)), to: target.row(y), target, columns)
      y &+= 1
    }
    return true
  }

  private static func place(of index: Int, _ axis: Axis) -> Int {
    min(Int(Double(axis.first &+ index) * step(axis.old, axis.new)), axis.old &- 1) &- axis.origin
  }

  /// From one new pixel to the next, in old ones, as OpenCV computes it: the inverse of the inverse.
  static func step(_ old: Int, _ new: Int) -> Double { 1 / (Double(new) / Double(old)) }
}

/// For each new pixel of one axis, the first of the old pixels that it is made of (which may lie outside) and their weights.
private struct Taps {
  let first: UnsafeMutablePointer<Int>
  private let weights: UnsafeMutablePointer<Int32>
  private let count: Int

  /// Nil where memory is missing.
  init?(_ axis: Axis, _ kernel: OpenCVResize.Kernel) {
    count = kernel.count
    guard let first = allocate(Int.self, axis.count) else { return nil }
    guard let weights = allocate(Int32.self, axis.count &* kernel.count) else {
      release(first)
      return nil
    }
    (self.first, self.weights) = (first, weights)
    let scale = OpenCVResize.step(axis.old, axis.new)
    var i = 0
    while i < axis.count {
      let center = Float((Double(axis.first &+ i) + 0.5) * scale - 0.5)
      let whole = center < 0 ? -1 : Int(center)
      let fraction = center - Float(whole)
      first[i] = whole &- (count / 2 &- 1)
      var sum: Float = 0
      var tap = 0
      while tap < count {
        sum += kernel.value(tap, fraction: fraction)
        tap &+= 1
      }
      tap = 0
      while tap < count {
        weights[i &* count &+ tap] = fixedPoint(kernel.value(tap, fraction: fraction) / sum)
        tap &+= 1
      }
      i &+= 1
    }
  }

  func free() {
    release(first)
    release(weights)
  }

  func weight(_ pixel: Int, _ tap: Int) -> Int32 { weights[pixel &* count &+ tap] }

  /// One row of the old image at the new width, not yet rounded.
  func apply(
    _ source: UnsafeMutablePointer<UInt8>, _ axis: Axis, _ channels: Int, to output: UnsafeMutablePointer<Int32>
  ) {
    var x = 0
    while x < axis.count {
      var channel = 0
      while channel < channels {
        var sum: Int32 = 0
        var tap = 0
        while tap < count {
          let column = min(max(first[x] &+ tap, 0), axis.old &- 1) &- axis.origin
          sum &+= Int32(source[column &* channels &+ channel]) &* weight(x, tap)
          tap &+= 1
        }
        output[x &* channels &+ channel] = sum
        channel &+= 1
      }
      x &+= 1
    }
  }
}
