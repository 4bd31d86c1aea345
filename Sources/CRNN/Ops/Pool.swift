import CCRNN
import CKernels
import CLinked

/// Pooling over (time, height, width): the maximum on codes, the average and the p-norm on values.
enum Pool: OperationFamily {
  private struct Scratch {
    let sum: UnsafeMutablePointer<Float>
    let value: UnsafeMutablePointer<Float>

    init(_ node: NodeView, _ cursor: inout Cursor) {
      let channels = Int(node.output.pointee.channels)
      sum = cursor.take(channels, of: Float.self)
      value = cursor.take(channels, of: Float.self)
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
    var cursor = Cursor()
    _ = Scratch(node, &cursor)
    return cursor.offset
  }

  static func run(
    _ execution: Execution, _ node: NodeView, _ state: UnsafeMutableRawPointer, first: Int64, count: Int
  ) {
    let shape = WindowShape(node)
    let output = node.output
    let isWhole = node.parameter(0) == CRNN_POOL_MAXIMUM && hasWholeWindows(shape)
    var f = 0
    while f < count {
      let frame = execution.frame(node.outputIndex, output.pointee.frameBytes, first &+ Int64(f))
      if isWhole {
        maximumOfRows(execution, node, shape, first &+ Int64(f), frame)
        f &+= 1
        continue
      }
      var position = 0
      while position < shape.outputHeight &* shape.outputWidth {
        let window = Window(
          shape: shape, frame: first &+ Int64(f), y: position / shape.outputWidth, x: position % shape.outputWidth)
        let target = frame + position &* shape.channels &* output.pointee.elementSize
        if node.parameter(0) == CRNN_POOL_MAXIMUM {
          maximum(execution, node, window, target)
        } else {
          sum(execution, node, window, target)
        }
        position &+= 1
      }
      f &+= 1
    }
  }

  /// No window reaches over the edges of a frame.
  private static func hasWholeWindows(_ shape: WindowShape) -> Bool {
    shape.padHeight == 0 && shape.padWidth == 0
      && (shape.outputHeight &- 1) &* shape.strideHeight &+ (shape.kernelHeight &- 1) &* shape.dilationHeight
        < shape.height
      && (shape.outputWidth &- 1) &* shape.strideWidth &+ (shape.kernelWidth &- 1) &* shape.dilationWidth < shape.width
  }

  /// Tap by tap, each for a whole row of output positions at once.
  private static func maximumOfRows(
    _ execution: Execution, _ node: NodeView, _ shape: WindowShape, _ index: Int64, _ target: UnsafeMutableRawPointer
  ) {
    let input = node.input(0)
    let final = execution.tensors[node.inputIndex(0)].final
    let channels = shape.channels
    let rowBytes = shape.outputWidth &* channels &* input.pointee.elementSize
    var taps = 0
    var tap = 0
    while tap < shape.taps {
      let kw = tap % shape.kernelWidth
      let kh = tap / shape.kernelWidth % shape.kernelHeight
      let kt = tap / (shape.kernelWidth &* shape.kernelHeight)
      tap &+= 1
      let time = index &* Int64(shape.strideTime) &- Int64(shape.padTime) &+ Int64(kt &* shape.dilationTime)
      guard time >= 0, final < 0 || time < final else { continue }
      let frame = execution.frame(node.inputIndex(0), input.pointee.frameBytes, time)
      var y = 0
      while y < shape.outputHeight {
        let iy = y &* shape.strideHeight &+ kh &* shape.dilationHeight
        let source = frame + (iy &* shape.width &+ kw &* shape.dilationWidth) &* channels &* input.pointee.elementSize
        let row = target + y &* rowBytes
        // The first tap is the maximum so far.
        execution.maximum(
          source, shape.strideWidth &* channels, UnsafeRawPointer(taps == 0 ? source : row),
          taps == 0 ? shape.strideWidth &* channels : channels, row, channels, input, rows: shape.outputWidth, channels)
        y &+= 1
      }
      taps &+= 1
    }
    // A window that lies in the padding alone.
    if taps == 0 { execution.fillZero(input, target, shape.outputHeight &* shape.outputWidth &* channels) }
  }

  /// One output position.
  private struct Window {
    let shape: WindowShape
    let frame: Int64
    let y: Int
    let x: Int

    /// The values at a tap, or nil where it lies in the padding.
    @inline(__always)
    func values(
      _ execution: Execution, _ tensor: Int, _ record: UnsafePointer<crnn_tensor_record>, _ kt: Int, _ kh: Int,
      _ kw: Int
    ) -> UnsafeRawPointer? {
      let time = frame &* Int64(shape.strideTime) &- Int64(shape.padTime) &+ Int64(kt &* shape.dilationTime)
      let final = execution.tensors[tensor].final
      let iy = y &* shape.strideHeight &- shape.padHeight &+ kh &* shape.dilationHeight
      let ix = x &* shape.strideWidth &- shape.padWidth &+ kw &* shape.dilationWidth
      guard time >= 0, final < 0 || time < final, iy >= 0, iy < shape.height, ix >= 0, ix < shape.width else {
        return nil
      }
      let element = (iy &* shape.width &+ ix) &* shape.channels
      return UnsafeRawPointer(
        execution.frame(tensor, record.pointee.frameBytes, time) + element &* record.pointee.elementSize)
    }

    /// Taps in the input or its padding: all of them, but for a last, partial window, which reaches past the padding after the end.
    func paddedTaps(_ execution: Execution, _ tensor: Int) -> Int {
      let final = execution.tensors[tensor].final
      guard final >= 0 else { return shape.taps }
      let start = frame &* Int64(shape.strideTime) &- Int64(shape.padTime)
      let room = final &+ Int64(shape.padTimeAfter) &- start
      let dilation = Int64(shape.dilationTime)
      let times = min(Int64(shape.kernelTime), max(1, (room &+ dilation &- 1) / dilation))
      return Int(truncatingIfNeeded: times) &* shape.kernelHeight &* shape.kernelWidth
    }
  }

  private static func maximum(
    _ execution: Execution, _ node: NodeView, _ window: Window, _ target: UnsafeMutableRawPointer
  ) {
    let input = node.input(0)
    let channels = window.shape.channels
    var isFirst = true
    var tap = 0
    while tap < window.shape.taps {
      let kw = tap % window.shape.kernelWidth
      let kh = tap / window.shape.kernelWidth % window.shape.kernelHeight
      let kt = tap / (window.shape.kernelWidth &* window.shape.kernelHeight)
      tap &+= 1
      guard let source = window.values(execution, node.inputIndex(0), input, kt, kh, kw) else { continue }
      if isFirst {
        target.copyMemory(from: source, byteCount: channels &* input.pointee.elementSize)
        isFirst = false
      } else {
        execution.maximum(source, 0, target, 0, target, 0, input, rows: 1, channels)
      }
    }
    // A window that lies in the padding alone.
    if isFirst { execution.fillZero(input, target, channels) }
  }

  private static func sum(
    _ execution: Execution, _ node: NodeView, _ window: Window, _ target: UnsafeMutableRawPointer
  ) {
    let input = node.input(0)
    let channels = window.shape.channels
    var cursor = Cursor(execution.scratch)
    let scratch = Scratch(node, &cursor)
    let isNorm = node.parameter(0) == CRNN_POOL_LP
    let exponent = node.real(0)
    scratch.sum.clear(count: channels)
    var count = 0
    var tap = 0
    while tap < window.shape.taps {
      let kw = tap % window.shape.kernelWidth
      let kh = tap / window.shape.kernelWidth % window.shape.kernelHeight
      let kt = tap / (window.shape.kernelWidth &* window.shape.kernelHeight)
      tap &+= 1
      guard let source = window.values(execution, node.inputIndex(0), input, kt, kh, kw) else { continue }
      count &+= 1
      execution.load(source, input, scratch.value, channels)
      if isNorm {
        execution.activate(CRNN_ACTIVATION_ABSOLUTE, 0, scratch.value, channels)
        execution.activate(CRNN_ACTIVATION_POWER, exponent, scratch.value, channels)
      }
      crnn_use_combine(execution.kernels)(
        Int32(truncatingIfNeeded: CRNN_BINARY_ADD), scratch.sum, scratch.value, scratch.sum, channels)
    }
    if isNorm {
      execution.activate(CRNN_ACTIVATION_POWER, 1 / exponent, scratch.sum, channels)
    } else {
      let divisor =
        node.hasFlag(CRNN_NODE_COUNT_PADDING) ? window.paddedTaps(execution, node.inputIndex(0)) : max(count, 1)
      execution.multiply(scratch.sum, by: 1 / Float(divisor), channels)
    }
    execution.activate(node, scratch.sum, channels, slopes: node.slopes)
    execution.store(scratch.sum, node.output, target, channels)
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
