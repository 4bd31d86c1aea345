/// OpenCV's INTER_LINEAR on bytes: between the two nearest old pixels of each axis, however far the image shrinks, with
/// weights in 11-bit fixed point.
enum OpenCVResize {
  /// INTER_LINEAR. False where memory is missing.
  static func bilinear(_ source: Pixels, to target: Pixels, _ resizing: Resizing) -> Bool {
    bilinear(source, to: target, resizing, isArea: false)
  }

  /// `isArea`: with the weights that INTER_AREA has where a side does not shrink.
  static func bilinear(_ source: Pixels, to target: Pixels, _ resizing: Resizing, isArea: Bool) -> Bool {
    let channels = source.channels
    guard let columns = allocate(Neighbours.self, target.width) else { return false }
    defer { release(columns) }
    var x = 0
    while x < target.width {
      columns[x] = Neighbours(of: x, resizing.columns, isArea: isArea)
      x &+= 1
    }
    var y = 0
    while y < target.height {
      let vertical = Neighbours(of: y, resizing.rows, isArea: isArea)
      let upper = source.row(vertical.first)
      let lower = source.row(vertical.second)
      let output = target.row(y)
      x = 0
      while x < target.width {
        let horizontal = columns[x]
        var channel = 0
        while channel < channels {
          let left = horizontal.first &* channels &+ channel
          let right = horizontal.second &* channels &+ channel
          let above = Int32(upper[left]) &* horizontal.firstWeight &+ Int32(upper[right]) &* horizontal.secondWeight
          let below = Int32(lower[left]) &* horizontal.firstWeight &+ Int32(lower[right]) &* horizontal.secondWeight
          // The order of OpenCV's shifts: 8 + 11 bits minus 4, times 11 bits, minus 16, leaves two to round.
          let sum = ((above >> 4) &* vertical.firstWeight) >> 16 &+ ((below >> 4) &* vertical.secondWeight) >> 16
          output[x &* channels &+ channel] = UInt8(truncatingIfNeeded: min(max((sum &+ 2) >> 2, 0), 255))
          channel &+= 1
        }
        x &+= 1
      }
      y &+= 1
    }
    return true
  }
}

/// The two old pixels around the centre of a new one, and their weights, which add up to 2048.
private struct Neighbours: BitwiseCopyable {
  let first, second: Int
  let firstWeight, secondWeight: Int32

  /// Of the wanted pixel `index`; they lie in the view of the old ones.
  init(of index: Int, _ axis: Axis, isArea: Bool) {
    let (position, old, new) = (axis.first &+ index, axis.old, axis.new)
    let scale = OpenCVResize.step(old, new)
    // Both lie above -0.5 and below 2^31; converting truncates, which is the floor for what is not below zero.
    var whole: Int
    var fraction: Float
    if isArea {
      whole = Int(Double(position) * scale)
      fraction = Float(Double(position &+ 1) - Double(whole &+ 1) * (Double(new) / Double(old)))
      fraction = fraction <= 0 ? 0 : fraction - Float(Int(fraction))
    } else {
      let center = Float((Double(position) + 0.5) * scale - 0.5)
      whole = center < 0 ? -1 : Int(center)
      fraction = center - Float(whole)
    }
    if whole < 0 { (whole, fraction) = (0, 0) }
    if whole >= old &- 1 { (whole, fraction) = (old &- 1, 0) }
    first = whole &- axis.origin
    second = min(whole &+ 1, old &- 1) &- axis.origin
    secondWeight = fixedPoint(fraction)
    firstWeight = fixedPoint(1 - fraction)
  }
}

/// A weight in 11-bit fixed point.
func fixedPoint(_ weight: Float) -> Int32 { roundedToEven(weight * 2048) }

/// The nearest whole number of a value below 2^22, ties to even.
func roundedToEven(_ value: Float) -> Int32 {
  // Adding and subtracting 1.5 * 2^23 rounds so.
  let magic: Float = 12_582_912
  return Int32((value + magic) - magic)
}
