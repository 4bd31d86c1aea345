import CCRNN
import CKernels

/// Convolution straight from the input frames: where the taps of one row along the width lie side by side, the weights of that
/// row are multiplied with them as they stand, for neighbouring output positions at once, and the sums of all rows add up.
struct DirectConvolution {
  let execution: Execution
  let shape: WindowShape
  let tensor: UnsafePointer<crnn_tensor_record>
  let index: Int
  let matrix: Matrix
  /// Output positions along the width whose taps all lie inside the frame.
  let inside: (first: Int, end: Int)

  /// Nil where rows of taps have gaps, or padding that is not 0 would have to be added.
  init?(_ execution: Execution, _ node: NodeView, _ shape: WindowShape, _ matrix: Matrix) {
    let tensor = node.input(0)
    let (before, after) = (node.record.pointee.pad_before, node.record.pointee.pad_after)
    let isPadded =
      before.0 > 0 || before.1 > 0 || before.2 > 0 || after.0 > 0 || after.1 > 0 || after.2 > 0
    guard node.record.pointee.groups == 1, matrix.segments == 1, shape.dilationWidth == 1, shape.outputWidth > 1,
      (shape.kernelWidth &* shape.channels) % Int(CRNN_GROUP_DEPTH) == 0, tensor.pointee.zero_point == 0 || !isPadded
    else { return nil }
    self.execution = execution
    self.shape = shape
    self.tensor = tensor
    self.matrix = matrix
    index = node.inputIndex(0)
    let room = shape.width &+ shape.padWidth &- shape.kernelWidth
    inside = (
      (shape.padWidth &+ shape.strideWidth &- 1) / shape.strideWidth,
      room < 0 ? 0 : min(shape.outputWidth, room / shape.strideWidth &+ 1)
    )
  }

  /// How many of the positions from column `x` on, at most `limit`, are neighbours inside.
  func neighbours(_ x: Int, limit: Int) -> Int {
    x >= inside.first && x < inside.end ? min(limit, inside.end &- x) : 0
  }

  /// How many positions from column `x` on are not inside.
  func outside(_ x: Int) -> Int {
    guard inside.first < inside.end else { return shape.outputWidth &- x }
    return x < inside.first ? inside.first &- x : shape.outputWidth &- x &+ inside.first
  }

  /// The sums of `count` neighbours from position (y, x) of output frame `frame` on.
  func multiply(frame: Int64, y: Int, x: Int, count: Int, _ sums: MatrixSums) {
    let kernels = execution.kernels
    let final = execution.tensors[index].final
    let groups = shape.kernelWidth &* shape.channels / Int(CRNN_GROUP_DEPTH)
    let panels = matrix.rowsPerGroup / Int(CRNN_PANEL_ROWS)
    let left = (x &* shape.strideWidth &- shape.padWidth) &* shape.channels
    var isFirst = true
    var row = 0
    while row < shape.kernelTime &* shape.kernelHeight {
      let kt = row / shape.kernelHeight
      let time = frame &* Int64(shape.strideTime) &- Int64(shape.padTime) &+ Int64(kt &* shape.dilationTime)
      let iy = y &* shape.strideHeight &- shape.padHeight &+ row % shape.kernelHeight &* shape.dilationHeight
      if time >= 0, final < 0 || time < final, iy >= 0, iy < shape.height {
        let source =
          execution.frame(index, tensor.pointee.frameBytes, time)
          + (iy &* shape.width &* shape.channels &+ left) &* tensor.pointee.elementSize
        kernels.multiply(
          Operands(source, tensor), shape.strideWidth &* shape.channels, count,
          matrix.weights + 32 &* groups &* row, isFirst ? matrix.offsets : UnsafePointer(sums.accumulators),
          isFirst ? 0 : matrix.rowsPerGroup, groups, panels, 32 &* matrix.depthGroups, sums.accumulators,
          matrix.rowsPerGroup)
        isFirst = false
      }
      row &+= 1
    }
    if isFirst {
      // All taps lie in the padding.
      kernels.multiply(
        .u8(UnsafePointer(execution.scratch.assumingMemoryBound(to: UInt8.self))), 0, count, matrix.weights,
        matrix.offsets, 0, 0, panels, 0, sums.accumulators, matrix.rowsPerGroup)
    }
  }
}
