import CCRNN
import CKernels

/// Convolution with one filter per channel: y[c] = Σ over taps of w[tap][c] x[tap][c].
enum Depthwise {
  private struct Scratch {
    let shape: UnsafeMutablePointer<WindowShape>
    let row: UnsafeMutablePointer<Int16>
    let taps: UnsafeMutablePointer<Int16>
    let accumulators: UnsafeMutablePointer<Int32>
    let values: UnsafeMutablePointer<Float>

    init(_ node: NodeView, _ cursor: inout Cursor) {
      let window = WindowShape(node)
      let padded = Depthwise.paddedChannels(node)
      shape = cursor.take(1, of: WindowShape.self)
      row = cursor.take(window.taps &* window.channels, of: Int16.self)
      taps = cursor.take(window.taps &* padded, of: Int16.self)
      accumulators = cursor.take(padded, of: Int32.self)
      values = cursor.take(padded, of: Float.self)
    }
  }

  private static func paddedChannels(_ node: NodeView) -> Int { (Int(node.output.pointee.channels) &+ 15) & ~15 }

  static func isValid(_ node: NodeView) -> Bool {
    guard node.inputCount == 1, node.input(0).pointee.isOperand, WindowShape.isValid(node),
      node.input(0).pointee.channels == node.output.pointee.channels, node.hasValidActivation(blobs: CRNN_BLOB_MATRIX)
    else { return false }
    let padded = paddedChannels(node)
    let taps = WindowShape(node).taps
    guard taps &* padded <= 1 << 26 else { return false }
    return node.blobLength(CRNN_MATRIX_WEIGHTS) == taps &* padded && node.blobLength(CRNN_MATRIX_SCALES) == 4 &* padded
      && node.blobLength(CRNN_MATRIX_OFFSETS) == 4 &* padded && node.blobLength(CRNN_MATRIX_BIAS) == 4 &* padded
  }

  static func scratchBytes(_ node: NodeView) -> Int {
    var cursor = Cursor()
    _ = Scratch(node, &cursor)
    return cursor.offset
  }

  static func run(_ execution: Execution, _ node: NodeView, first: Int64, count: Int) {
    let shape = WindowShape(node)
    var cursor = Cursor(execution.scratch)
    let scratch = Scratch(node, &cursor)
    scratch.shape.initialize(to: shape)
    let gather = OperandGather(execution, node, scratch.shape, widening: true)
    let output = node.output.pointee
    let channels = shape.channels
    let padded = paddedChannels(node)
    scratch.taps.clear(count: shape.taps &* padded)
    var f = 0
    while f < count {
      let frame = execution.frame(node.outputIndex, output.frameBytes, first &+ Int64(f))
      var position = 0
      while position < shape.outputHeight &* shape.outputWidth {
        gather.rows(
          frame: first &+ Int64(f), y: position / shape.outputWidth, x: position % shape.outputWidth, count: 1,
          firstChannel: 0, channelCount: channels, depth: 0, scratch.row)
        var tap = 0
        while tap < shape.taps {
          (scratch.taps + tap &* padded).copy(from: scratch.row + tap &* channels, count: channels)
          tap &+= 1
        }
        execution.kernels.pointee.depthwise_s16(
          scratch.taps, node.blob(CRNN_MATRIX_WEIGHTS, as: Int8.self), node.blob(CRNN_MATRIX_OFFSETS, as: Int32.self),
          shape.taps, padded, scratch.accumulators)
        execution.kernels.pointee.convert(scratch.accumulators, scratch.values, padded)
        execution.kernels.pointee.multiply_add(
          scratch.values, node.blob(CRNN_MATRIX_SCALES, as: Float.self), node.blob(CRNN_MATRIX_BIAS, as: Float.self),
          scratch.values, padded)
        execution.activate(node, scratch.values, channels, slopes: node.slopes)
        execution.store(scratch.values, output, frame + position &* channels &* output.elementSize, channels)
        position &+= 1
      }
      f &+= 1
    }
  }
}
