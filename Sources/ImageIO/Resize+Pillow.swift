/// Pillow's filters (Image.resize): along each axis a kernel, as wide as the pixels that one new pixel covers (so that shrinking
/// averages), along rows and along columns, with 8 bits between the two and weights in 22-bit fixed point.
enum PillowResize {
  /// False where memory is missing.
  static func weighted(_ source: Pixels, to target: Pixels, _ resizing: Resizing, _ kernel: PillowKernel) -> Bool {
    // Since Pillow 13, columns come first where the height shrinks by more than twice as many pixels as the width. Rounding to 8 bits
    // between the two makes that visible with kernels that overshoot (bicubic, lanczos).
    let (columns, rows) = (resizing.columns, resizing.rows)
    let shrinks = rows.old &- rows.new
    let isColumnsFirst = shrinks > 0 && shrinks > 2 &* (columns.old &- columns.new)
    let (width, height) = isColumnsFirst ? (source.width, target.height) : (target.width, source.height)
    guard let middle = allocatePixels(width, height, source.channels) else { return false }
    defer { release(middle) }
    let between = Pixels(middle, width: width, height: height, channels: source.channels)
    return isColumnsFirst
      ? alongColumns(source, to: between, rows, kernel) && alongRows(between, to: target, columns, kernel)
      : alongRows(source, to: between, columns, kernel) && alongColumns(between, to: target, rows, kernel)
  }

  /// NEAREST: the pixel under the centre of the new one, whose place Pillow finds by adding up steps.
  static func nearest(_ source: Pixels, to target: Pixels, _ resizing: Resizing) -> Bool {
    guard let columns = allocate(Int.self, target.width) else { return false }
    defer { release(columns) }
    places(resizing.columns) { columns[$0] = $1 }
    places(resizing.rows) { copy(source.row($1), to: target.row($0), target, columns) }
    return true
  }

  private static func places(_ axis: Axis, _ body: (_ new: Int, _ old: Int) -> Void) {
    let step = Double(axis.old) / Double(axis.new)
    var center = step * 0.5
    var i = 0
    while i < axis.first &+ axis.count {
      if i >= axis.first { body(i &- axis.first, min(Int(center), axis.old &- 1) &- axis.origin) }
      center += step
      i &+= 1
    }
  }

  private static func alongRows(
    _ source: Pixels, to target: Pixels, _ axis: Axis, _ kernel: PillowKernel
  ) -> Bool {
    let channels = source.channels
    var begin = 0
    while begin < target.width {
      guard let weights = FilterWeights(axis, kernel, from: begin) else { return false }
      defer { weights.free() }
      var y = 0
      while y < target.height {
        let input = source.row(y)
        let output = target.row(y) + begin &* channels
        var x = 0
        while x < weights.size {
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
      begin &+= weights.size
    }
    return true
  }

  private static func alongColumns(
    _ source: Pixels, to target: Pixels, _ axis: Axis, _ kernel: PillowKernel
  ) -> Bool {
    let rowLength = target.width &* target.channels
    var begin = 0
    while begin < target.height {
      guard let weights = FilterWeights(axis, kernel, from: begin) else { return false }
      defer { weights.free() }
      var y = 0
      while y < weights.size {
        let weight = weights.row(y)
        let first = source.row(Int(weights.first[y]))
        let output = target.row(begin &+ y)
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
      begin &+= weights.size
    }
    return true
  }
}

/// For some new pixels of one axis, as many as take little memory: the old pixels that each is made of, and their weights.
private struct FilterWeights {
  static let bits: Int32 = 22
  static let half: Int32 = 1 << (bits - 1)
  /// Numbers, of four bytes, that are enough to hold the weights of several pixels.
  private static let mostEntries = 1 << 18

  /// How many new pixels.
  let size: Int
  let first: UnsafeMutablePointer<Int32>
  let count: UnsafeMutablePointer<Int32>
  private let values: UnsafeMutablePointer<Int32>
  private let width: Int

  /// The sum, rounded to a grey level. Weights add up to one, but for the rounding of each.
  static func pixel(_ sum: Int32) -> UInt8 { UInt8(truncatingIfNeeded: min(max(sum >> bits, 0), 255)) }

  func row(_ index: Int) -> UnsafeMutablePointer<Int32> { values + index &* width }

  func free() { release(first) }

  /// Those from the one on that is `begin` behind the first that are made. Nil where memory is missing.
  init?(_ axis: Axis, _ kernel: PillowKernel, from begin: Int) {
    let old = axis.old
    let scale = Double(old) / Double(axis.new)
    let width = scale < 1 ? 1 : scale
    let support = width * kernel.support
    let inverse = 1 / width
    // Both lie below 2^31, so the conversions cannot fail.
    let whole = Int(support)
    self.width = (Double(whole) < support ? whole &+ 1 : whole) &* 2 &+ 1
    // An axis is below 2^31 long.
    size = max(1, min(axis.count &- begin, Self.mostEntries &/ (self.width &+ 2)))
    let (entries, overflow) = size.multipliedReportingOverflow(by: self.width &+ 2)
    guard !overflow, let memory = allocate(Int32.self, entries) else { return nil }
    first = memory
    count = memory + size
    values = memory + 2 &* size

    var x = 0
    while x < size {
      let center = (Double(axis.first &+ begin &+ x) + 0.5) * scale
      let start = max(0, Int(center - support + 0.5))
      let end = min(old, Int(center + support + 0.5))
      var sum = 0.0
      var i = start
      while i < end {
        sum += kernel.value((Double(i) - center + 0.5) * inverse)
        i &+= 1
      }
      let weights = values + x &* self.width
      i = start
      while i < end {
        let weight = kernel.value((Double(i) - center + 0.5) * inverse) / (sum == 0 ? 1 : sum)
        // Rounded to the nearest, halves away from zero.
        weights[i &- start] = Int32((weight < 0 ? -0.5 : 0.5) + weight * Double(1 << Self.bits))
        i &+= 1
      }
      first[x] = Int32(truncatingIfNeeded: start &- axis.origin)
      count[x] = Int32(truncatingIfNeeded: end &- start)
      x &+= 1
    }
  }
}
