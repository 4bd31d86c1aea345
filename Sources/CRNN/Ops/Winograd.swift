import CCRNN
import CKernels

/// Convolution of 3 x 3 over (time, height) in tiles of four frames by four rows, with a quarter of the multiplications: the same sums as
/// `Convolution`, to the bit (docs/numerics.md). It takes whole chunks; what goes frame by frame is faster without it.
///
/// Weights are transformed as they are needed, some channels of one panel at a time, for all tiles of a strip; or once, by crnn_model_prepare, into
/// memory of eight times their size.
enum Winograd {
  /// Output frames, and rows, of a tile.
  static let edge = 4
  static let points = 36
  /// Tiles of a strip at most, and their input channels in all.
  static let mostTiles = 32
  static let mostTileChannels = 16384
  /// Streams with shorter chunks have no memory for it.
  private static let leastChunk = 8

  /// Whether any instruction set of this architecture has its kernels; without, streams are as large all the same, so that a saved one
  /// goes on anywhere.
  static var isBuilt: Bool {
    #if arch(x86_64)
      true
    #else
      false
    #endif
  }

  static func tilesPerColumn(_ shape: WindowShape) -> Int { (shape.outputWidth &+ edge &- 1) &/ edge }

  /// Whether the node is such a convolution, proved to stay in range when it was packed.
  static func isPossible(_ node: NodeView) -> Bool {
    let r = node.record.pointee
    guard node.operation == CRNN_OP_CONVOLUTION, r.winograd_parts > 0, Int(r.groups) == 1, Int(r.segments) == 1,
      Int(node.input(0).pointee.store) == CRNN_STORE_U8
    else { return false }
    let shape = WindowShape(node)
    return shape.kernelTime == 3 && shape.kernelWidth == 3 && shape.kernelHeight == 1 && shape.strideTime == 1
      && shape.strideWidth == 1 && shape.dilationTime == 1 && shape.dilationWidth == 1 && shape.height == 1
      && shape.outputHeight == 1 && shape.padHeight == 0 && shape.channels &% 16 == 0 && shape.channels >= 32
      && tilesPerColumn(shape) <= mostTiles
  }

  /// 0 where streams of this chunk do not take this way.
  static func scratchBytes(_ node: NodeView, chunk: Int) -> Int {
    guard chunk >= leastChunk, isPossible(node) else { return 0 }
    var cursor = Cursor()
    _ = Scratch(node, chunk: chunk, &cursor)
    return cursor.offset
  }

  /// Whether `count` frames go this way, in a stream of this chunk.
  static func isTaken(_ kernels: UnsafePointer<crnn_kernels>, _ node: NodeView, chunk: Int, count: Int) -> Bool {
    guard isBuilt, chunk >= leastChunk, crnn_use_winograd(kernels) != nil, isPossible(node) else { return false }
    let shape = WindowShape(node)
    let tiles = tilesPerColumn(shape) &* ((count &+ edge &- 1) &/ edge)
    // Half-empty tiles multiply as much as they save.
    return tiles >= edge && count &* shape.outputWidth >= 8 &* tiles
  }

  /// Computes output frames `first`..<`first + count`, or returns false where that is faster, or only possible, without.
  static func run(_ execution: Execution, _ node: NodeView, _ matrix: Matrix, first: Int64, count: Int) -> Bool {
    guard isTaken(execution.kernels, node, chunk: execution.chunk, count: count),
      let kernels = crnn_use_winograd(execution.kernels)
    else { return false }
    let shape = WindowShape(node)
    var cursor = Cursor(execution.scratch)
    let scratch = Scratch(node, chunk: execution.chunk, &cursor)
    scratch.shape.initialize(to: shape)
    execution.fillZero(node.input(0), scratch.zeros, shape.channels)
    var done = 0
    while done < count {
      let frames = min(count &- done, edge &* scratch.columns)
      let strip = Strip(
        execution: execution, node: node, kernels: kernels, matrix: matrix,
        expansion: Expansion.weights(of: node, in: execution.expansion), scratch: scratch,
        first: first &+ Int64(done), frames: frames)
      strip.transformInputs()
      strip.multiply()
      done &+= frames
    }
    return true
  }
}
