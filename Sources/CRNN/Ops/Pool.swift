import CCRNN
import CKernels
import CLinked

/// Pooling over (time, height, width): the maximum on codes, the average and the p-norm on values.
enum Pool: OperationFamily {
  private struct Scratch {
    /// Of a row of output positions.
    let sums: UnsafeMutablePointer<Float>
    /// Of a row of input positions.
    let values: UnsafeMutablePointer<Float>

    init(_ shape: WindowShape, _ cursor: inout Cursor) {
      sums = cursor.take(shape.outputWidth &* shape.channels, of: Float.self)
      values = cursor.take(shape.width &* shape.channels, of: Float.self)
    }
  }

  static func isValid(_ node: NodeView) -> Bool {
    guard node.inputCount == 1, node.input(0).pointee.isNumeric, node.output.pointee.isNumeric,
      WindowShape.isValid(node), node.input(0).pointee.channels == node.output.pointee.channels
    else { return false }
    switch node.parameter(0) {
    case CRNN_POOL_MAXIMUM:
      return node.input(0).hasSameCodes(as: node.output) && node.blobCount == 0
        && Int(node.record.pointee.activation) == CRNN_ACTIVATION_IDENTITY
    case CRNN_POOL_AVERAGE, CRNN_POOL_LP: return node.hasValidActivation(blobs: 0)
    default: return false
    }
  }

  static func scratchBytes(_ node: NodeView, chunk: Int) -> Int {
    if node.parameter(0) == CRNN_POOL_MAXIMUM { return 0 }
    var cursor = Cursor()
    _ = Scratch(WindowShape(node), &cursor)
    return cursor.offset
  }

  static func run(
    _ execution: Execution, _ node: NodeView, _ state: UnsafeMutableRawPointer, first: Int64, count: Int
  ) {
    var window = WindowShape(node)
    withUnsafePointer(to: &window) { shape in
      var f = 0
      while f < count {
        let frame = execution.frame(node.outputIndex, node.output.pointee.frameBytes, first &+ Int64(f))
        var y = 0
        while y < shape.pointee.outputHeight {
          let target =
            frame
            + y &* shape.pointee.outputWidth &* shape.pointee.channels &* node.output.pointee.elementSize
          if node.parameter(0) == CRNN_POOL_MAXIMUM {
            maximum(execution, node, shape, first &+ Int64(f), y: y, target)
          } else {
            sums(execution, node, shape, first &+ Int64(f), y: y, target)
          }
          y &+= 1
        }
        f &+= 1
      }
    }
  }

  /// The input's row along which a row of taps runs, `row` of kernelTime × kernelHeight, for output row `y`; nil where it lies in the padding.
  @inline(never)
  private static func line(
    _ execution: Execution, _ node: NodeView, _ shape: UnsafePointer<WindowShape>, _ index: Int64, y: Int, row: Int
  ) -> UnsafeRawPointer? {
    let tensor = node.inputIndex(0)
    let (kt, kh) = (row &/ shape.pointee.kernelHeight, row &% shape.pointee.kernelHeight)
    let time =
      index &* Int64(shape.pointee.strideTime) &- Int64(shape.pointee.padTime)
      &+ Int64(kt &* shape.pointee.dilationTime)
    let final = execution.tensors[tensor].final
    let iy = y &* shape.pointee.strideHeight &- shape.pointee.padHeight &+ kh &* shape.pointee.dilationHeight
    guard time >= 0, final < 0 || time < final, iy >= 0, iy < shape.pointee.height else { return nil }
    let rowBytes = shape.pointee.width &* shape.pointee.channels &* node.input(0).pointee.elementSize
    return UnsafeRawPointer(
      execution.frame(tensor, node.input(0).pointee.frameBytes, time) + iy &* rowBytes)
  }

  /// Where along a row tap `kw` of output position `x` lies.
  @inline(__always)
  private static func column(_ shape: UnsafePointer<WindowShape>, x: Int, kw: Int) -> Int {
    x &* shape.pointee.strideWidth &- shape.pointee.padWidth &+ kw &* shape.pointee.dilationWidth
  }

  /// A row of output positions, tap by tap for all neighbours that have the same taps inside the row.
  private static func maximum(
    _ execution: Execution, _ node: NodeView, _ shape: UnsafePointer<WindowShape>, _ index: Int64, y: Int,
    _ row: UnsafeMutableRawPointer
  ) {
    let input = node.input(0)
    let channels = shape.pointee.channels
    let positionBytes = channels &* input.pointee.elementSize
    var x = 0
    while x < shape.pointee.outputWidth {
      var (first, end) = (0, shape.pointee.kernelWidth)
      while first < end, column(shape, x: x, kw: first) < 0 { first &+= 1 }
      while end > first, column(shape, x: x, kw: end &- 1) >= shape.pointee.width { end &-= 1 }
      var count = 1
      if first == 0, end == shape.pointee.kernelWidth {
        while x &+ count < shape.pointee.outputWidth,
          column(shape, x: x &+ count, kw: end &- 1) < shape.pointee.width
        { count &+= 1 }
      }
      let target = row + x &* positionBytes
      // The first tap is the maximum so far.
      var isFirst = true
      var lines = 0
      while lines < shape.pointee.kernelTime &* shape.pointee.kernelHeight {
        let line = self.line(execution, node, shape, index, y: y, row: lines)
        lines &+= 1
        guard let line else { continue }
        var kw = first
        while kw < end {
          let source = line + column(shape, x: x, kw: kw) &* positionBytes
          let step = shape.pointee.strideWidth &* channels
          execution.maximum(
            source, step, isFirst ? source : UnsafeRawPointer(target), isFirst ? step : channels, target, channels,
            input, rows: count, channels)
          isFirst = false
          kw &+= 1
        }
      }
      // Windows that lie in the padding alone.
      if isFirst { execution.fillZero(input, target, count &* channels) }
      x &+= count
    }
  }

  /// A row of output positions: each row of taps becomes values in one go, which are then added where they belong, for each position in the
  /// order of the taps.
  private static func sums(
    _ execution: Execution, _ node: NodeView, _ shape: UnsafePointer<WindowShape>, _ index: Int64, y: Int,
    _ target: UnsafeMutableRawPointer
  ) {
    var cursor = Cursor(execution.scratch)
    let scratch = Scratch(shape.pointee, &cursor)
    let isNorm = node.parameter(0) == CRNN_POOL_LP
    let exponent = node.real(0)
    let channels = shape.pointee.channels
    let count = shape.pointee.outputWidth &* channels
    let inputs = shape.pointee.width &* channels
    scratch.sums.clear(count: count)
    // Rows of taps inside the input.
    var inside = 0
    var lines = 0
    while lines < shape.pointee.kernelTime &* shape.pointee.kernelHeight {
      let line = self.line(execution, node, shape, index, y: y, row: lines)
      lines &+= 1
      guard let line else { continue }
      inside &+= 1
      execution.load(line, node.input(0), scratch.values, inputs)
      if isNorm {
        // A square has no sign.
        if exponent != 2, exponent != 4 { execution.activate(CRNN_ACTIVATION_ABSOLUTE, 0, scratch.values, inputs) }
        execution.activate(CRNN_ACTIVATION_POWER, exponent, scratch.values, inputs)
      }
      add(execution, shape, scratch)
    }
    if isNorm {
      execution.activate(CRNN_ACTIVATION_POWER, 1 / exponent, scratch.sums, count)
    } else {
      divide(execution, node, shape, index, lines: inside, scratch.sums)
    }
    // PRelu has a slope for each channel.
    let part = node.slopes == nil ? count : channels
    var done = 0
    while done < count {
      execution.activate(node, scratch.sums + done, part, slopes: node.slopes)
      done &+= part
    }
    execution.store(scratch.sums, node.output, target, count)
  }

  /// A row of taps to the sums of a row of output positions.
  private static func add(_ execution: Execution, _ shape: UnsafePointer<WindowShape>, _ scratch: Scratch) {
    let channels = shape.pointee.channels
    var kw = 0
    while kw < shape.pointee.kernelWidth {
      var x = 0
      while x < shape.pointee.outputWidth {
        let ix = column(shape, x: x, kw: kw)
        if ix >= 0, ix < shape.pointee.width {
          let sums = scratch.sums + x &* channels
          crnn_use_combine(execution.kernels)(
            Int32(truncatingIfNeeded: CRNN_BINARY_ADD), sums, scratch.values + ix &* channels, sums, channels)
        }
        x &+= 1
      }
      kw &+= 1
    }
  }

  /// Sums to means, of `lines` rows of taps or of all taps.
  private static func divide(
    _ execution: Execution, _ node: NodeView, _ shape: UnsafePointer<WindowShape>, _ index: Int64, lines: Int,
    _ sums: UnsafeMutablePointer<Float>
  ) {
    let padded =
      node.hasFlag(CRNN_NODE_COUNT_PADDING) ? paddedTaps(shape, index, execution.tensors[node.inputIndex(0)].final) : 0
    var x = 0
    while x < shape.pointee.outputWidth {
      var taps = padded
      if padded == 0 {
        var kw = 0
        while kw < shape.pointee.kernelWidth {
          let ix = column(shape, x: x, kw: kw)
          taps &+= ix >= 0 && ix < shape.pointee.width ? lines : 0
          kw &+= 1
        }
      }
      let channels = shape.pointee.channels
      execution.multiply(sums + x &* channels, by: 1 / Float(max(taps, 1)), channels)
      x &+= 1
    }
  }

  /// Taps in the input or its padding: all of them, but for a last, partial window, which reaches past the padding after the end.
  private static func paddedTaps(_ shape: UnsafePointer<WindowShape>, _ index: Int64, _ final: Int64) -> Int {
    guard final >= 0 else { return shape.pointee.taps }
    let start = index &* Int64(shape.pointee.strideTime) &- Int64(shape.pointee.padTime)
    let room = final &+ Int64(shape.pointee.padTimeAfter) &- start
    let dilation = Int64(shape.pointee.dilationTime)
    let times = room <= 0 ? 1 : min(Int64(shape.pointee.kernelTime), (room &+ dilation &- 1) &/ dilation)
    return Int(truncatingIfNeeded: times) &* shape.pointee.kernelHeight &* shape.pointee.kernelWidth
  }
}

extension Execution {
  /// y = max(a, b) on codes or floats, over `count` elements of each row; strides are in elements.
  func maximum(
    _ a: UnsafeRawPointer, _ aStride: Int, _ b: UnsafeRawPointer, _ bStride: Int, _ y: UnsafeMutableRawPointer,
    _ yStride: Int, _ tensor: UnsafePointer<crnn_tensor_record>, rows: Int, _ count: Int
  ) {
    switch Int(tensor.pointee.store) {
    case CRNN_STORE_U8:
      crnn_use_maximum_u8(kernels)(
        a.assumingMemoryBound(to: UInt8.self), aStride, b.assumingMemoryBound(to: UInt8.self), bStride,
        y.assumingMemoryBound(to: UInt8.self), yStride, rows, count)
    case CRNN_STORE_S16:
      crnn_use_maximum_s16(kernels)(
        a.assumingMemoryBound(to: Int16.self), aStride, b.assumingMemoryBound(to: Int16.self), bStride,
        y.assumingMemoryBound(to: Int16.self), yStride, rows, count)
    default:
      crnn_use_maximum_f32(kernels)(
        a.assumingMemoryBound(to: Float.self), aStride, b.assumingMemoryBound(to: Float.self), bStride,
        y.assumingMemoryBound(to: Float.self), yStride, rows, count)
    }
  }

  func activate(_ kind: Int, _ alpha: Float, _ values: UnsafeMutablePointer<Float>, _ count: Int) {
    var activation = crnn_activation(
      kind: Int32(truncatingIfNeeded: kind), alpha: alpha, beta: 0, slopes: nil)
    crnn_use_activate(kernels)(&activation, values, count)
  }

  func multiply(_ values: UnsafeMutablePointer<Float>, by factor: Float, _ count: Int) {
    var i = 0
    while i < count {
      values[i] *= factor
      i &+= 1
    }
  }
}

@c @implementation
func crnn_family_pool(
  _ request: Int32, _ node: UnsafeRawPointer?, _ execution: UnsafeRawPointer?, _ state: UnsafeMutableRawPointer?,
  _ first: Int64, _ count: Int
) -> Int { Pool.answer(request, node, execution, state, first, count) }
