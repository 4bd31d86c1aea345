import CCRNN
import CKernels

/// The whole frame times a matrix, a few frames at once.
enum Dense {
  private struct Scratch {
    let rows: UnsafeMutablePointer<Int16>
    let sums: MatrixSums

    init(_ node: NodeView, tile: Int, _ cursor: inout Cursor) {
      let matrix = Dense.matrix(node)
      rows = cursor.take(tile &* 4 &* matrix.depthGroups, of: Int16.self)
      sums = MatrixSums(matrix, rows: tile, &cursor)
    }
  }

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

  static func scratchBytes(_ node: NodeView, tile: Int) -> Int {
    var cursor = Cursor()
    _ = Scratch(node, tile: tile, &cursor)
    return cursor.offset
  }

  static func run(_ execution: Execution, _ node: NodeView, first: Int64, count: Int) {
    let matrix = self.matrix(node)
    let input = node.input(0).pointee
    let output = node.output.pointee
    var cursor = Cursor(execution.scratch)
    let scratch = Scratch(node, tile: execution.tile, &cursor)
    let depth = 4 &* matrix.depthGroups
    var next = 0
    while next < count {
      let tile = min(execution.tile, count &- next)
      var i = 0
      while i < tile {
        let frame = execution.frame(node.inputIndex(0), input.frameBytes, first &+ Int64(next &+ i))
        execution.widen(frame, input, scratch.rows + i &* depth, depth: depth)
        i &+= 1
      }
      matrix.apply(execution.kernels, scratch.rows, stride: depth, count: tile, scratch.sums)
      i = 0
      while i < tile {
        let frame = execution.frame(node.outputIndex, output.frameBytes, first &+ Int64(next &+ i))
        let values = scratch.sums.values + i &* matrix.rowsPerGroup
        execution.activatePerChannel(node, values, output)
        execution.store(values, output, frame, output.elements)
        i &+= 1
      }
      next &+= tile
    }
  }
}

extension Execution {
  /// A frame's codes as 16-bit operands, zero from its end to `depth`.
  func widen(
    _ frame: UnsafeRawPointer, _ tensor: crnn_tensor_record, _ row: UnsafeMutablePointer<Int16>, depth: Int
  ) {
    let count = tensor.elements
    if Int(tensor.store) == CRNN_STORE_U8 {
      kernels.pointee.widen_u8(frame.assumingMemoryBound(to: UInt8.self), row, count)
    } else {
      row.copy(from: frame.assumingMemoryBound(to: Int16.self), count: count)
    }
    if count < depth { (row + count).clear(count: depth &- count) }
  }

  /// The node's activation over a whole frame; only PRelu must go position by position.
  func activatePerChannel(_ node: NodeView, _ values: UnsafeMutablePointer<Float>, _ tensor: crnn_tensor_record) {
    guard let slopes = node.slopes else {
      activate(node, values, tensor.elements)
      return
    }
    let channels = Int(tensor.channels)
    var i = 0
    while i < tensor.elements {
      activate(node, values + i, channels, slopes: slopes)
      i &+= channels
    }
  }
}
