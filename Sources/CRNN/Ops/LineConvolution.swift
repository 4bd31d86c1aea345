import CCRNN
import CKernels

/// Convolution whose taps have few channels, as first layers have, a line of output positions at a time: the same results as `Convolution`,
/// to the bit. The lines of input that a line of output sees are laid out as 16-bit codes with their padding, so that the operands of a
/// position lie a step behind those of the one before, and nothing is gathered.
enum LineConvolution {
  /// Streams with shorter chunks have no memory for it.
  private static let leastChunk = 8
  /// Positions that are worth the layout of the weights.
  private static let leastPositions = 64
  /// Shorter lines leave too many of the kernel's fours half empty.
  private static let leastWidth = 8
  /// Weights that stay in the first cache.
  private static let mostWeights = 8192
  /// Codes from a position to the next, or of padding.
  private static let mostStep = 256
  /// Codes of all lines together.
  private static let mostCodes = 65536
  /// Sums at once at most, but for four positions.
  private static let mostSums = 2048

  private struct Scratch {
    /// [pair][row][2], line after line
    let weights: UnsafeMutablePointer<Int16>
    /// Where each pair lies in the lines, from a position's first code on.
    let offsets: UnsafeMutablePointer<Int32>
    /// [line][code]
    let lines: UnsafeMutablePointer<Int16>
    let sums: MatrixSums
    /// Positions that `sums` has room for.
    let most: Int

    init(_ layout: Layout, _ cursor: inout Cursor) {
      most = min(layout.shape.outputWidth, max(4, mostSums &/ layout.rows & ~3))
      weights = cursor.take(layout.weights &+ Int(CRNN_PAIRS_SPARE_WEIGHTS), of: Int16.self)
      offsets = cursor.take(layout.lines &* layout.pairs, of: Int32.self)
      lines = cursor.take(layout.lines &* layout.lineCodes, of: Int16.self)
      sums = MatrixSums(most &* layout.rows, segments: 1, &cursor)
    }
  }

  /// How much of everything there is.
  private struct Layout {
    let shape: WindowShape
    /// Lines of input that a line of output sees.
    var lines: Int { shape.kernelTime &* shape.kernelHeight }
    /// Codes of a position in one of them.
    var depth: Int { shape.kernelWidth &* shape.channels }
    var pairs: Int { (depth &+ 1) &/ 2 }
    let rows: Int
    var weights: Int { lines &* pairs &* rows &* 2 }
    var step: Int { shape.strideWidth &* shape.channels }
    var lineCodes: Int { (shape.outputWidth &- 1) &* step &+ 2 &* pairs }

    init(_ node: NodeView) {
      shape = WindowShape(node)
      rows = Matrix.paddedRows(Int(node.output.pointee.channels))
    }
  }

  private static func isPossible(_ node: NodeView) -> Bool {
    let r = node.record.pointee
    let channels = Int(node.input(0).pointee.channels)
    guard Int(r.groups) == 1, Int(r.segments) == 1, channels &% Int(CRNN_GROUP_DEPTH) != 0 else { return false }
    let layout = Layout(node)
    let shape = layout.shape
    // Each factor is at most 2^24 before the next one comes.
    guard shape.dilationWidth == 1, shape.strideWidth <= mostStep, shape.padWidth <= mostStep,
      shape.outputWidth >= leastWidth, shape.outputWidth <= mostCodes, layout.lines <= mostWeights,
      layout.depth <= mostWeights, layout.rows <= mostWeights, layout.lines &* layout.pairs <= mostWeights
    else { return false }
    return layout.step <= mostStep && layout.weights <= mostWeights
      && Int64(layout.lines) &* Int64(layout.lineCodes) <= Int64(mostCodes)
  }

  /// 0 where streams of this chunk do not take this way.
  static func scratchBytes(_ node: NodeView, chunk: Int) -> Int {
    guard chunk >= leastChunk, isPossible(node) else { return 0 }
    var cursor = Cursor()
    _ = Scratch(Layout(node), &cursor)
    return cursor.offset
  }

  /// Whether any instruction set of this architecture has its kernel; without, streams are as large all the same, so that
  /// a saved one goes on anywhere.
  private static var isBuilt: Bool { !Microcontroller.isTarget }

  /// Computes output frames `first`..<`first + count`, or returns false where that is only possible, or faster, without.
  static func run(_ execution: Execution, _ node: NodeView, _ matrix: Matrix, first: Int64, count: Int) -> Bool {
    guard isBuilt, execution.chunk >= leastChunk, isPossible(node),
      let multiply = crnn_use_multiply_pairs(execution.kernels)
    else { return false }
    let layout = Layout(node)
    let (height, width) = (layout.shape.outputHeight, layout.shape.outputWidth)
    guard count &* height &* width >= leastPositions else { return false }
    var cursor = Cursor(execution.scratch)
    let scratch = Scratch(layout, &cursor)
    layOut(matrix, layout, scratch)
    let channels = Int(node.output.pointee.channels)
    let positionBytes = channels &* node.output.pointee.elementSize
    let output = MatrixOutput(execution, node, matrix, outputs: channels)
    var frame = first
    while frame < first &+ Int64(count) {
      var results = execution.frame(node.outputIndex, node.output.pointee.frameBytes, frame)
      var y = 0
      while y < height {
        writeLines(execution, node, layout, frame: frame, y: y, scratch.lines)
        var x = 0
        while x < width {
          let together = min(scratch.most, width &- x)
          multiply(
            scratch.lines + x &* layout.step, scratch.offsets, layout.lines &* layout.pairs, layout.step, together,
            scratch.weights, matrix.offsets, layout.rows, scratch.sums.accumulators)
          output.write(scratch.sums, row: 0, count: together, results, stride: channels)
          results += together &* positionBytes
          x &+= together
        }
        y &+= 1
      }
      frame &+= 1
    }
    return true
  }

  /// Weights from the packed order to that of the kernel; where a line has an odd number of taps, the last one's neighbour gets a weight of 0.
  private static func layOut(_ matrix: Matrix, _ layout: Layout, _ scratch: Scratch) {
    let panelBytes = 32 &* matrix.depthGroups
    var target = scratch.weights
    var pair = 0
    while pair < layout.lines &* layout.pairs {
      let (line, tap) = (pair &/ layout.pairs, pair &% layout.pairs &* 2)
      scratch.offsets[pair] = Int32(truncatingIfNeeded: line &* layout.lineCodes &+ tap)
      var which = 0
      while which < 2 {
        let k = line &* layout.depth &+ tap &+ which
        let isWeight = tap &+ which < layout.depth
        let source = matrix.weights + (32 &* (k &/ 4) &+ k &% 4)
        var row = 0
        while row < layout.rows {
          target[2 &* row &+ which] = isWeight ? Int16(source[row &/ 8 &* panelBytes &+ row &% 8 &* 4]) : 0
          row &+= 1
        }
        which &+= 1
      }
      target += 2 &* layout.rows
      pair &+= 1
    }
  }

  /// The lines that output line `y` of a frame sees.
  private static func writeLines(
    _ execution: Execution, _ node: NodeView, _ layout: Layout, frame: Int64, y: Int,
    _ target: UnsafeMutablePointer<Int16>
  ) {
    let shape = layout.shape
    let tensor = node.input(0)
    let state = execution.tensors[node.inputIndex(0)]
    let isBytes = Int(tensor.pointee.store) == CRNN_STORE_U8
    let zero = Int16(truncatingIfNeeded: tensor.pointee.zero_point)
    let before = min(shape.padWidth &* shape.channels, layout.lineCodes)
    let inside = min(shape.width &* shape.channels, layout.lineCodes &- before)
    var line = target
    var kt = 0
    while kt < shape.kernelTime {
      let time =
        frame &* Int64(shape.strideTime) &- Int64(shape.padTime) &+ Int64(kt &* shape.dilationTime)
      let isFrame = time >= 0 && (state.final < 0 || time < state.final)
      let source = execution.frame(node.inputIndex(0), tensor.pointee.frameBytes, isFrame ? time : 0)
      var kh = 0
      while kh < shape.kernelHeight {
        let row = y &* shape.strideHeight &- shape.padHeight &+ kh &* shape.dilationHeight
        let isInside = isFrame && row >= 0 && row < shape.height
        let codes = isInside ? inside : 0
        fill(line, isInside ? before : layout.lineCodes, zero)
        if isInside {
          let start = source + row &* shape.width &* shape.channels &* tensor.pointee.elementSize
          if isBytes {
            crnn_widen(start.assumingMemoryBound(to: UInt8.self), line + before, codes)
          } else {
            (line + before).copy(from: start.assumingMemoryBound(to: Int16.self), count: codes)
          }
          fill(line + (before &+ codes), layout.lineCodes &- before &- codes, zero)
        }
        line += layout.lineCodes
        kh &+= 1
      }
      kt &+= 1
    }
  }

  private static func fill(_ target: UnsafeMutablePointer<Int16>, _ count: Int, _ code: Int16) {
    var i = 0
    while i < count {
      target[i] = code
      i &+= 1
    }
  }
}
