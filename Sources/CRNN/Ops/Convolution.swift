import CCRNN
import CKernels

/// Convolution over (time, height, width): each output position is a row of operands times the weight matrix, four positions
/// at a time, so that a panel of weights is read once for the four.
enum Convolution {
  /// Positions at once: of one frame, where it has several.
  private static func positionsAtOnce(_ node: NodeView, tile: Int) -> Int {
    node.output.pointee.height == 1 && node.output.pointee.width == 1 ? tile : 4
  }

  private struct Scratch {
    let rows: UnsafeMutablePointer<Int16>
    let sums: MatrixSums

    init(_ node: NodeView, positions: Int, _ cursor: inout Cursor) {
      let matrix = Convolution.matrix(node)
      rows = cursor.take(positions &* 4 &* matrix.depthGroups, of: Int16.self)
      sums = MatrixSums(matrix, rows: positions, &cursor)
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
    _ = Scratch(node, positions: positionsAtOnce(node, tile: tile), &cursor)
    return cursor.offset
  }

  static func run(_ execution: Execution, _ node: NodeView, first: Int64, count: Int) {
    let matrix = self.matrix(node)
    let shape = WindowShape(node)
    let gather = OperandGather(execution, node, shape)
    let direct = DirectConvolution(execution, node, shape, matrix)
    var cursor = Cursor(execution.scratch)
    let most = positionsAtOnce(node, tile: execution.tile)
    let scratch = Scratch(node, positions: most, &cursor)
    let groups = Int(node.record.pointee.groups)
    let inputs = shape.channels / groups
    let output = node.output.pointee
    let outputs = Int(output.channels) / groups
    let depth = 4 &* matrix.depthGroups
    let positions = shape.outputHeight &* shape.outputWidth
    let all = count &* positions
    let isDense = groups == 1 && outputs == matrix.rowsPerGroup && node.slopes == nil
    var group = 0
    while group < groups {
      var next = 0
      while next < all {
        let start = next % positions
        var tile = min(most, all &- next)
        let neighbours = direct?.neighbours(start, limit: tile) ?? 0
        var i = 0
        if let direct, neighbours > 0 {
          tile = neighbours
          direct.apply(
            frame: first &+ Int64(next / positions), y: start / shape.outputWidth, x: start % shape.outputWidth,
            count: tile, scratch.sums)
        } else {
          if let direct { tile = min(tile, direct.outside(start)) }
          while i < tile {
            let position = (next &+ i) % positions
            let x = position % shape.outputWidth
            let neighbours = min(tile &- i, shape.outputWidth &- x)
            gather.rows(
              frame: first &+ Int64((next &+ i) / positions), y: position / shape.outputWidth, x: x, count: neighbours,
              firstChannel: group &* inputs, channelCount: inputs, depth: depth, scratch.rows + i &* depth)
            i &+= neighbours
          }
          matrix.apply(execution.kernels, .s16(scratch.rows), stride: depth, count: tile, group: group, scratch.sums)
        }
        i = 0
        while i < tile {
          let frame = execution.frame(node.outputIndex, output.frameBytes, first &+ Int64((next &+ i) / positions))
          let position = (next &+ i) % positions
          // Positions of one frame lie side by side in it, and among the sums where these have no rows between them.
          let together = isDense ? min(tile &- i, positions &- position) : 1
          let element = position &* Int(output.channels) &+ group &* outputs
          let values = scratch.sums.values + i &* matrix.rowsPerGroup
          execution.activate(node, values, together &* outputs, slopes: node.slopes.map { $0 + group &* outputs })
          execution.store(values, output, frame + element &* output.elementSize, together &* outputs)
          i &+= together
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
