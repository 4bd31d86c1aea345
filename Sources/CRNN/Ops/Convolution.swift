import CCRNN
import CKernels

/// Convolution over (time, height, width): each output position is a row of operands times the weight matrix, several positions
/// at a time, so that a panel of weights is read once for all of them.
enum Convolution {
  /// Positions at once: of one frame, where it has several, as many as take little memory, which for `bytes` bytes each is at least four.
  private static func positionsAtOnce(_ node: NodeView, tile: Int, bytes: Int) -> Int {
    let positions = Int(node.output.pointee.height) &* Int(node.output.pointee.width)
    return positions == 1 ? tile : max(4, min(2048 / bytes, positions &+ 3)) & ~3
  }

  private struct Scratch {
    let shape: UnsafeMutablePointer<WindowShape>
    let rows: UnsafeMutablePointer<Int16>
    let sums: MatrixSums
    /// Positions that `sums` has room for, and `rows`, which is not more.
    let most: Int
    let mostGathered: Int

    init(_ node: NodeView, _ matrix: Matrix, tile: Int, _ cursor: inout Cursor) {
      most = positionsAtOnce(node, tile: tile, bytes: 4 &* matrix.rowsPerGroup)
      mostGathered = min(most, positionsAtOnce(node, tile: tile, bytes: 8 &* matrix.depthGroups))
      shape = cursor.take(1, of: WindowShape.self)
      rows = cursor.take(mostGathered &* 4 &* matrix.depthGroups, of: Int16.self)
      sums = MatrixSums(matrix, rows: most, &cursor)
    }
  }

  private static func depth(_ node: NodeView) -> Int {
    let r = node.record.pointee
    return Int(r.kernel.0) &* Int(r.kernel.1) &* Int(r.kernel.2)
      &* (Int(node.input(0).pointee.channels) / Int(r.groups))
  }

  private static func matrix(_ node: NodeView) -> Matrix {
    let groups = Int(node.record.pointee.groups)
    return Matrix(
      node, firstBlob: 0, rows: Int(node.output.pointee.channels) / groups, depth: depth(node), groups: groups,
      segments: Int(node.record.pointee.segments))
  }

  static func isValid(_ node: NodeView) -> Bool {
    let groups = Int(node.record.pointee.groups)
    let (inputs, outputs) = (Int(node.input(0).pointee.channels), Int(node.output.pointee.channels))
    guard node.inputCount == 1, node.input(0).pointee.isOperand, WindowShape.isValid(node), groups > 0,
      inputs % groups == 0, outputs % groups == 0, node.hasValidActivation(blobs: CRNN_BLOB_MATRIX)
    else { return false }
    let r = node.record.pointee
    let taps = Int(r.kernel.0) &* Int(r.kernel.1) &* Int(r.kernel.2)
    guard taps &* (inputs / groups) <= 1 << 24 else { return false }
    return Matrix.isValid(
      node, firstBlob: 0, rows: outputs / groups, depth: depth(node), groups: groups, segments: Int(r.segments))
  }

  static func scratchBytes(_ node: NodeView, tile: Int) -> Int {
    var cursor = Cursor()
    _ = Scratch(node, matrix(node), tile: tile, &cursor)
    return cursor.offset
  }

  @_optimize(speed)
  static func run(_ execution: Execution, _ node: NodeView, first: Int64, count: Int) {
    let matrix = self.matrix(node)
    var cursor = Cursor(execution.scratch)
    let scratch = Scratch(node, matrix, tile: execution.tile, &cursor)
    scratch.shape.initialize(to: WindowShape(node))
    let shape = UnsafePointer(scratch.shape)
    let gather = OperandGather(execution, node, shape)
    let direct = DirectConvolution(execution, node, shape, matrix)
    let groups = Int(node.record.pointee.groups)
    let inputs = shape.pointee.channels / groups
    let channels = Int(node.output.pointee.channels)
    let (frameBytes, elementSize) = (node.output.pointee.frameBytes, node.output.pointee.elementSize)
    let outputs = channels / groups
    let output = MatrixOutput(execution, node, matrix, outputs: outputs)
    let depth = 4 &* matrix.depthGroups
    let positions = shape.pointee.outputHeight &* shape.pointee.outputWidth
    let all = count &* positions
    var group = 0
    while group < groups {
      // The next position, counted over all frames and inside its own; kept along, since divisions take their time.
      var (next, frame, position) = (0, first, 0)
      while next < all {
        let (y, x) = (position / shape.pointee.outputWidth, position % shape.pointee.outputWidth)
        var tile = min(scratch.most, all &- next)
        let neighbours = direct.neighbours(x, limit: tile)
        if neighbours > 0 {
          tile = neighbours
          direct.multiply(frame: frame, y: y, x: x, count: tile, scratch.sums)
        } else {
          tile = min(min(tile, scratch.mostGathered), direct.outside(x))
          var (i, f, row, column) = (0, frame, y, x)
          while i < tile {
            let neighbours = min(tile &- i, shape.pointee.outputWidth &- column)
            gather.rows(
              frame: f, y: row, x: column, count: neighbours, firstChannel: group &* inputs, channelCount: inputs,
              depth: depth, scratch.rows + i &* depth)
            i &+= neighbours
            column = 0
            row &+= 1
            if row == shape.pointee.outputHeight { (f, row) = (f &+ 1, 0) }
          }
          matrix.multiply(
            execution.kernels, .s16(scratch.rows), stride: depth, count: tile, group: group, scratch.sums)
        }
        var i = 0
        while i < tile {
          let together = min(tile &- i, positions &- position)
          let target =
            execution.frame(node.outputIndex, frameBytes, frame) + (position &* channels &+ group &* outputs)
            &* elementSize
          output.write(scratch.sums, first: i, count: together, group: group, target, stride: channels)
          i &+= together
          position &+= together
          if position == positions { (frame, position) = (frame &+ 1, 0) }
        }
        next &+= tile
      }
      group &+= 1
    }
  }
}

extension crnn_tensor_record {
  /// Codes that a matrix can be applied to.
  var isOperand: Bool { Int(store) == CRNN_STORE_U8 || Int(store) == CRNN_STORE_S16 }
  /// Numbers, not indices.
  var isNumeric: Bool { Int(store) != CRNN_STORE_S32 }
}
