import CCRNN
import CKernels
import CLinked

/// The whole frame times a matrix, a few frames at once.
enum Dense: OperationFamily {
  private static func matrix(_ node: NodeView) -> Matrix {
    Matrix(
      node, firstBlob: 0, rows: node.output.pointee.elements, depth: node.input(0).pointee.elements,
      segments: Int(node.record.pointee.segments))
  }

  static func isValid(_ node: NodeView) -> Bool {
    node.inputCount == 1 && node.input(0).pointee.isOperand && node.hasValidActivation(blobs: CRNN_BLOB_MATRIX)
      && Matrix.isValid(
        node, firstBlob: 0, rows: node.output.pointee.elements, depth: node.input(0).pointee.elements,
        segments: Int(node.record.pointee.segments))
  }

  static func scratchBytes(_ node: NodeView, chunk: Int) -> Int {
    var cursor = Cursor()
    _ = MatrixSums(matrix(node), rows: Execution.tile(chunk: chunk), &cursor)
    return cursor.offset
  }

  static func run(
    _ execution: Execution, _ node: NodeView, _ state: UnsafeMutableRawPointer, first: Int64, count: Int
  ) {
    let matrix = self.matrix(node)
    let input = node.input(0)
    let output = MatrixOutput(execution, node, matrix, outputs: node.output.pointee.elements)
    var cursor = Cursor(execution.scratch)
    let sums = MatrixSums(matrix, rows: execution.tile, &cursor)
    let end = first &+ Int64(count)
    var next = first
    while next < end {
      let tile = execution.framesInRow(node.inputIndex(0), next, limit: end &- next)
      let frames = execution.frame(node.inputIndex(0), input.pointee.frameBytes, next)
      matrix.multiply(
        execution.kernels, OperandKind(input), frames, stride: input.pointee.frameBytes, count: tile, sums)
      var i = 0
      while i < tile {
        let frame = execution.frame(node.outputIndex, node.output.pointee.frameBytes, next &+ Int64(i))
        output.write(sums, row: i, count: 1, frame, stride: 0)
        i &+= 1
      }
      next &+= Int64(tile)
    }
  }
}

extension Execution {
  /// The node's activation over a whole frame; only PRelu must go position by position.
  func activatePerChannel(_ node: NodeView, _ values: UnsafeMutablePointer<Float>) {
    let tensor = node.output
    guard let slopes = node.slopes else {
      activate(node, values, tensor.pointee.elements)
      return
    }
    let channels = Int(tensor.pointee.channels)
    var i = 0
    while i < tensor.pointee.elements {
      activate(node, values + i, channels, slopes: slopes)
      i &+= channels
    }
  }
}

@c @implementation
func crnn_family_dense(
  _ request: Int32, _ node: UnsafeRawPointer?, _ execution: UnsafeRawPointer?, _ state: UnsafeMutableRawPointer?,
  _ first: Int64, _ count: Int
) -> Int { Dense.answer(request, node, execution, state, first, count) }
