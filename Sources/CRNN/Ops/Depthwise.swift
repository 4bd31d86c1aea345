import CCRNN
import CKernels
import CLinked

/// Convolution with one filter per channel: y[c] = Σ over taps of w[tap][c] x[tap][c], several positions at a time.
enum Depthwise: OperationFamily {
  /// Positions at once at most.
  private static let mostPositions = 16

  private struct Scratch {
    let shape: UnsafeMutablePointer<WindowShape>
    let table: UnsafeMutablePointer<UnsafeRawPointer>
    let zeros: UnsafeMutableRawPointer
    let sums: MatrixSums
    /// Positions that there is room for.
    let most: Int

    init(_ node: NodeView, _ cursor: inout Cursor) {
      let window = WindowShape(node)
      let padded = Depthwise.paddedChannels(node)
      most = max(4, min(mostPositions, 2048 &/ padded)) & ~3
      shape = WindowShape.take(&cursor)
      table = UnsafeMutableRawPointer(cursor.take(most &* window.taps, of: Int64.self))
        .assumingMemoryBound(to: UnsafeRawPointer.self)
      zeros = UnsafeMutableRawPointer(cursor.take(padded, of: Int16.self))
      sums = MatrixSums(most &* padded, segments: 1, &cursor)
    }
  }

  private static func paddedChannels(_ node: NodeView) -> Int { (Int(node.output.pointee.channels) &+ 15) & ~15 }

  static func isValid(_ node: NodeView) -> Bool {
    guard node.inputCount == 1, node.input(0).pointee.isOperand, WindowShape.isValid(node),
      node.input(0).pointee.channels == node.output.pointee.channels, node.hasValidActivation(blobs: CRNN_BLOB_MATRIX)
    else { return false }
    let padded = paddedChannels(node)
    let taps = WindowShape(node).taps
    guard Int64(taps) &* Int64(padded) <= 1 << 26 else { return false }
    return node.blobLength(CRNN_MATRIX_WEIGHTS) == taps &* padded && node.blobLength(CRNN_MATRIX_SCALES) == 4 &* padded
      && node.blobLength(CRNN_MATRIX_OFFSETS) == 4 &* padded && node.blobLength(CRNN_MATRIX_BIAS) == 4 &* padded
  }

  static func scratchBytes(_ node: NodeView, chunk: Int) -> Int {
    var cursor = Cursor()
    _ = Scratch(node, &cursor)
    return cursor.offset
  }

  static func run(
    _ execution: Execution, _ node: NodeView, _ state: UnsafeMutableRawPointer, first: Int64, count: Int
  ) {
    var cursor = Cursor(execution.scratch)
    let scratch = Scratch(node, &cursor)
    scratch.shape.initialize(to: WindowShape(node))
    let shape = UnsafePointer(scratch.shape)
    let padded = paddedChannels(node)
    let matrix = Matrix(channels: padded, of: node)
    let taps = TapPointers(execution, node, shape, zeros: scratch.zeros, firstChannel: 0)
    let output = MatrixOutput(execution, node, matrix, outputs: shape.pointee.channels)
    let bytes = shape.pointee.channels &* node.output.pointee.elementSize
    execution.fillZero(node.input(0), scratch.zeros, padded)
    var f = 0
    while f < count {
      let index = first &+ Int64(f)
      let frame = execution.frame(node.outputIndex, node.output.pointee.frameBytes, index)
      var (y, x) = (0, 0)
      while y < shape.pointee.outputHeight {
        let together = min(scratch.most, shape.pointee.outputWidth &- x)
        taps.write(frame: index, y: y, x: x, count: together, asRows: false, scratch.table, stride: together)
        multiply(execution, node, matrix, scratch, taps: shape.pointee.taps, count: together)
        output.write(
          scratch.sums, row: 0, count: together, frame + (y &* shape.pointee.outputWidth &+ x) &* bytes,
          stride: shape.pointee.channels)
        x &+= together
        if x == shape.pointee.outputWidth { (y, x) = (y &+ 1, 0) }
      }
      f &+= 1
    }
  }

  private static func multiply(
    _ execution: Execution, _ node: NodeView, _ matrix: Matrix, _ scratch: Scratch, taps: Int, count: Int
  ) {
    let table = UnsafeRawPointer(scratch.table)
    if Int(node.input(0).pointee.store) == CRNN_STORE_S16 {
      crnn_use_depthwise_s16(execution.kernels)(
        table.assumingMemoryBound(to: UnsafePointer<Int16>.self), taps, count, matrix.weights, matrix.offsets,
        matrix.rowsPerGroup, scratch.sums.accumulators)
    } else {
      crnn_use_depthwise_u8(execution.kernels)(
        table.assumingMemoryBound(to: UnsafePointer<UInt8>.self), taps, count, matrix.weights, matrix.offsets,
        matrix.rowsPerGroup, scratch.sums.accumulators)
    }
  }
}

@c @implementation
func crnn_family_depthwise(
  _ request: Int32, _ node: UnsafeRawPointer?, _ execution: UnsafeRawPointer?, _ state: UnsafeMutableRawPointer?,
  _ first: Int64, _ count: Int
) -> Int { Depthwise.answer(request, node, execution, state, first, count) }
