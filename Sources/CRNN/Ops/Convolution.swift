import CCRNN
import CKernels
import CLinked

/// Convolution over (time, height, width): each output position is a row of operands times the weight matrix, several positions
/// at a time, so that a panel of weights is read once for all of them. Operands are read where they lie, through pointers to the taps; where
/// the channels of a tap are no multiple of four, as packed weights want them, rows are gathered first.
enum Convolution: OperationFamily {
  /// Positions at once at most.
  private static let mostPositions = 32

  private struct Scratch {
    let shape: UnsafeMutablePointer<WindowShape>
    /// Pointers to rows, or to the taps of all positions; eight bytes for each, on every machine.
    let table: UnsafeMutablePointer<UnsafeRawPointer>
    let zeros: UnsafeMutableRawPointer
    let rows: UnsafeMutableRawPointer
    let sums: MatrixSums
    /// Whether taps can be pointed to.
    let isDirect: Bool
    /// Positions that `sums` has room for, and the table.
    let most: Int
    let mostInTable: Int
    /// Positions that `rows` has room for.
    let mostGathered: Int

    init(_ node: NodeView, _ matrix: Matrix, tile: Int, _ cursor: inout Cursor) {
      let window = WindowShape(node)
      let positions = window.outputHeight &* window.outputWidth
      let inputs = window.channels &/ Int(node.record.pointee.groups)
      isDirect = inputs &% Int(CRNN_GROUP_DEPTH) == 0 && matrix.segments == 1
      // As many as take little memory, which are at least four where a frame has several or frames come together.
      let few = positions == 1 ? tile : 4
      most = max(few, min(2048 &/ (4 &* matrix.rowsPerGroup), min(positions &+ 3, mostPositions)) & ~3)
      mostInTable = few == 1 ? 1 : mostPositions
      mostGathered = isDirect ? 0 : max(few, min(most, 2048 &/ (8 &* matrix.depthGroups)) & ~3)
      shape = WindowShape.take(&cursor)
      table = UnsafeMutableRawPointer(cursor.take(mostInTable &* (isDirect ? window.taps : 1), of: Int64.self))
        .assumingMemoryBound(to: UnsafeRawPointer.self)
      zeros = UnsafeMutableRawPointer(cursor.take(isDirect ? window.kernelWidth &* inputs : 0, of: Int16.self))
      rows = UnsafeMutableRawPointer(cursor.take(mostGathered &* 4 &* matrix.depthGroups, of: Int16.self))
      sums = MatrixSums(matrix, rows: most, &cursor)
    }
  }

  private static func depth(_ node: NodeView) -> Int {
    let r = node.record.pointee
    return Int(r.kernel.0) &* Int(r.kernel.1) &* Int(r.kernel.2)
      &* (Int(node.input(0).pointee.channels) &/ Int(r.groups))
  }

  private static func matrix(_ node: NodeView) -> Matrix {
    let groups = Int(node.record.pointee.groups)
    return Matrix(
      node, firstBlob: 0, rows: Int(node.output.pointee.channels) &/ groups, depth: depth(node), groups: groups,
      segments: Int(node.record.pointee.segments))
  }

  static func isValid(_ node: NodeView) -> Bool {
    let groups = Int(node.record.pointee.groups)
    let (inputs, outputs) = (Int(node.input(0).pointee.channels), Int(node.output.pointee.channels))
    guard node.inputCount == 1, node.input(0).pointee.isOperand, WindowShape.isValid(node), groups > 0,
      inputs &% groups == 0, outputs &% groups == 0, node.hasValidActivation(blobs: CRNN_BLOB_MATRIX)
    else { return false }
    let r = node.record.pointee
    let taps = Int(r.kernel.0) &* Int(r.kernel.1) &* Int(r.kernel.2)
    guard Int64(taps) &* Int64(inputs &/ groups) <= 1 << 24 else { return false }
    return Matrix.isValid(
      node, firstBlob: 0, rows: outputs &/ groups, depth: depth(node), groups: groups, segments: Int(r.segments))
  }

  static func scratchBytes(_ node: NodeView, chunk: Int) -> Int {
    var cursor = Cursor()
    _ = Scratch(node, matrix(node), tile: Execution.tile(chunk: chunk), &cursor)
    let others = max(Winograd.scratchBytes(node, chunk: chunk), LineConvolution.scratchBytes(node, chunk: chunk))
    return max(cursor.offset, others)
  }

  /// Bytes of weights that stay in the nearer caches while all positions of a chunk go by.
  private static let sliceBytes = 65536

  static func run(
    _ execution: Execution, _ node: NodeView, _ state: UnsafeMutableRawPointer, first: Int64, count: Int
  ) {
    let matrix = self.matrix(node)
    if Winograd.run(execution, node, matrix, first: first, count: count)
      || LineConvolution.run(execution, node, matrix, first: first, count: count)
    {
      return
    }
    var cursor = Cursor(execution.scratch)
    let scratch = Scratch(node, matrix, tile: execution.tile, &cursor)
    scratch.shape.initialize(to: WindowShape(node))
    let shape = UnsafePointer(scratch.shape)
    let groups = Int(node.record.pointee.groups)
    let outputs = Int(node.output.pointee.channels) &/ groups
    let inputs = shape.pointee.channels &/ groups
    let isOnePass = count &* shape.pointee.outputHeight &* shape.pointee.outputWidth <= scratch.most
    let panelBytes = Int(CRNN_PANEL_ROWS) &* Int(CRNN_GROUP_DEPTH) &* matrix.depthGroups
    let rowsAtOnce =
      isOnePass
      ? matrix.rowsPerGroup : min(matrix.rowsPerGroup, Int(CRNN_PANEL_ROWS) &* (max(4, sliceBytes &/ panelBytes) & ~3))
    if scratch.isDirect {
      execution.fillZero(node.input(0), scratch.zeros, shape.pointee.kernelWidth &* inputs)
    }
    var group = 0
    while group < groups {
      var row = 0
      while row < outputs {
        let rows = min(rowsAtOnce, matrix.rowsPerGroup &- row)
        let slice = matrix.slice(first: group &* matrix.rowsPerGroup &+ row, count: rows)
        let output = MatrixOutput(
          execution, node, slice, first: group &* outputs &+ row, outputs: min(rows, outputs &- row))
        // Sums of fewer rows are those of more positions.
        let most = min(scratch.mostInTable, max(scratch.most, scratch.most &* matrix.rowsPerGroup &/ rows & ~3))
        let tile = Tile(execution, node, shape, slice, scratch, firstChannel: group &* inputs, channels: inputs)
        positions(execution, node, shape, tile, output, scratch.sums, most: most, first: first, count: count)
        row &+= rows
      }
      group &+= 1
    }
  }

  /// The sums of some output positions.
  private struct Tile {
    let gather: OperandGather
    let taps: TapPointers
    let matrix: Matrix
    let scratch: Scratch
    let shape: UnsafePointer<WindowShape>
    let kind: OperandKind
    let firstChannel: Int
    let channels: Int
    /// Output positions along the width whose taps all lie inside the frame and side by side, where rows of taps are worth telling apart.
    let inside: (first: Int, end: Int)

    init(
      _ execution: Execution, _ node: NodeView, _ shape: UnsafePointer<WindowShape>, _ matrix: Matrix,
      _ scratch: Scratch, firstChannel: Int, channels: Int
    ) {
      self.matrix = matrix
      self.scratch = scratch
      self.shape = shape
      self.firstChannel = firstChannel
      self.channels = channels
      kind = OperandKind(node.input(0))
      gather = OperandGather(execution, node, shape)
      taps = TapPointers(execution, node, shape, zeros: scratch.zeros, firstChannel: firstChannel)
      let room = shape.pointee.width &+ shape.pointee.padWidth &- shape.pointee.kernelWidth
      let end = room < 0 ? 0 : min(shape.pointee.outputWidth, room &/ shape.pointee.strideWidth &+ 1)
      let hasRows =
        scratch.isDirect && channels == shape.pointee.channels && channels < 64 && shape.pointee.dilationWidth == 1
        && shape.pointee.kernelWidth > 1
      inside = (
        (shape.pointee.padWidth &+ shape.pointee.strideWidth &- 1) &/ shape.pointee.strideWidth, hasRows ? end : 0
      )
    }

    /// How many positions from column `x` on, at most `limit`, are taken in one go.
    @inline(__always)
    func count(_ x: Int, limit: Int) -> Int {
      if !scratch.isDirect { return min(limit, scratch.mostGathered) }
      guard inside.first < inside.end else { return limit }
      if x < inside.first { return min(limit, inside.first &- x) }
      return min(limit, x < inside.end ? inside.end &- x : shape.pointee.outputWidth &- x &+ inside.first)
    }

    /// The sums of `count` positions from (`y`, `x`) of output frame `frame` on.
    @inline(__always)
    func multiply(_ kernels: UnsafePointer<crnn_kernels>, frame: Int64, y: Int, x: Int, count: Int) {
      let asRows = x >= inside.first && x < inside.end
      let depth = 4 &* matrix.depthGroups
      var (i, f, row, column) = (0, frame, y, x)
      while i < count {
        let neighbours = min(count &- i, shape.pointee.outputWidth &- column)
        if scratch.isDirect {
          taps.write(
            frame: f, y: row, x: column, count: neighbours, asRows: asRows, scratch.table + i, stride: count)
        } else {
          gather.rows(
            frame: f, y: row, x: column, count: neighbours, firstChannel: firstChannel, channelCount: channels,
            depth: depth, scratch.rows + i &* depth &* kind.bytes)
        }
        i &+= neighbours
        column = 0
        row &+= 1
        if row == shape.pointee.outputHeight { (f, row) = (f &+ 1, 0) }
      }
      i = 0
      while !scratch.isDirect, i < count {
        scratch.table[i] = UnsafeRawPointer(scratch.rows + i &* depth &* kind.bytes)
        i &+= 1
      }
      let pointers =
        !scratch.isDirect ? 1 : asRows ? shape.pointee.taps &/ shape.pointee.kernelWidth : shape.pointee.taps
      matrix.multiply(kernels, kind, scratch.table, taps: pointers, count: count, scratch.sums)
    }
  }

  /// All output positions for some rows of the matrix.
  @_optimize(speed)
  private static func positions(
    _ execution: Execution, _ node: NodeView, _ shape: UnsafePointer<WindowShape>, _ tile: Tile, _ output: MatrixOutput,
    _ sums: MatrixSums, most: Int, first: Int64, count: Int
  ) {
    let channels = Int(node.output.pointee.channels)
    let (frameBytes, elementSize) = (node.output.pointee.frameBytes, node.output.pointee.elementSize)
    let positions = shape.pointee.outputHeight &* shape.pointee.outputWidth
    let all = count &* positions
    // The next position, counted over all frames and inside its own; kept along, since divisions take their time.
    var (next, frame, position) = (0, first, 0)
    while next < all {
      let (y, x) = (position &/ shape.pointee.outputWidth, position &% shape.pointee.outputWidth)
      let together = tile.count(x, limit: min(most, all &- next))
      tile.multiply(execution.kernels, frame: frame, y: y, x: x, count: together)
      var i = 0
      while i < together {
        let ofFrame = min(together &- i, positions &- position)
        output.write(
          sums, row: i, count: ofFrame,
          execution.frame(node.outputIndex, frameBytes, frame) + position &* channels &* elementSize, stride: channels)
        i &+= ofFrame
        position &+= ofFrame
        if position == positions { (frame, position) = (frame &+ 1, 0) }
      }
      next &+= together
    }
  }
}

extension crnn_tensor_record {
  /// Codes that a matrix can be applied to.
  var isOperand: Bool { Int(store) == CRNN_STORE_U8 || Int(store) == CRNN_STORE_S16 }
  /// Numbers, not indices.
  var isNumeric: Bool { Int(store) != CRNN_STORE_S32 }
}

@c @implementation
func crnn_family_convolution(
  _ request: Int32, _ node: UnsafeRawPointer?, _ execution: UnsafeRawPointer?, _ state: UnsafeMutableRawPointer?,
  _ first: Int64, _ count: Int
) -> Int { Convolution.answer(request, node, execution, state, first, count) }
