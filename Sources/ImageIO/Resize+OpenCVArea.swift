extension OpenCVResize {
  /// INTER_AREA: the mean over what a new pixel covers, where both sides shrink; else two neighbours a side. False where memory is
  /// missing.
  static func area(_ source: Pixels, to target: Pixels, _ resizing: Resizing) -> Bool {
    let (columns, rows) = (resizing.columns, resizing.rows)
    guard columns.new <= columns.old, rows.new <= rows.old else {
      return bilinear(source, to: target, resizing, isArea: true)
    }
    let (channels, length) = (source.channels, target.width &* target.channels)
    guard let row = allocate(Float.self, 2 &* length) else { return false }
    defer { release(row) }
    let sums = row + length
    var y = 0
    while y < target.height {
      clear(sums, length)
      Cover(of: y, rows).forEach { line, share in
        shrink(source.row(line), columns, channels, to: row)
        var x = 0
        while x < length {
          sums[x] += row[x] * share
          x &+= 1
        }
      }
      let output = target.row(y)
      var x = 0
      while x < length {
        output[x] = UInt8(truncatingIfNeeded: min(roundedToEven(sums[x]), 255))
        x &+= 1
      }
      y &+= 1
    }
    return true
  }

  private static func shrink(
    _ source: UnsafeMutablePointer<UInt8>, _ axis: Axis, _ channels: Int, to row: UnsafeMutablePointer<Float>
  ) {
    clear(row, axis.count &* channels)
    var x = 0
    while x < axis.count {
      Cover(of: x, axis).forEach { column, share in
        var channel = 0
        while channel < channels {
          row[x &* channels &+ channel] += Float(source[column &* channels &+ channel]) * share
          channel &+= 1
        }
      }
      x &+= 1
    }
  }

  private static func clear(_ values: UnsafeMutablePointer<Float>, _ count: Int) {
    var i = 0
    while i < count {
      values[i] = 0
      i &+= 1
    }
  }
}

/// What one new pixel covers of an axis that shrinks: whole old pixels, and parts of those at its ends. Less than a thousandth of a
/// pixel is left out.
private struct Cover {
  private let start: Double
  private let end: Double
  private let width: Double
  private let first: Int
  private let last: Int
  private let origin: Int

  /// Of the wanted pixel `index`.
  init(of index: Int, _ axis: Axis) {
    let old = axis.old
    let scale = OpenCVResize.step(old, axis.new)
    origin = axis.origin
    start = Double(axis.first &+ index) * scale
    end = start + scale
    width = min(scale, Double(old) - start)
    let whole = Int(start)
    last = min(Int(end), old &- 1)
    first = min(Double(whole) < start ? whole &+ 1 : whole, last)
  }

  /// The pixels in the view of the old ones.
  func forEach(_ body: (_ pixel: Int, _ share: Float) -> Void) {
    if Double(first) - start > 1e-3 { body(first &- 1 &- origin, Float((Double(first) - start) / width)) }
    var pixel = first
    while pixel < last {
      body(pixel &- origin, Float(1 / width))
      pixel &+= 1
    }
    if end - Double(last) > 1e-3 { body(last &- origin, Float(min(min(end - Double(last), 1), width) / width)) }
  }
}
