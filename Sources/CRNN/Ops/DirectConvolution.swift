import CCRNN
import CKernels

/// Convolution straight from the input frames: where the taps of one row along the width lie side by side, the weights of that
/// row are multiplied with them as they stand, for neighbouring output positions at once, and the sums of all rows add up.
struct DirectConvolution {
  let execution: Execution
  let shape: UnsafePointer<WindowShape>
  let tensor: UnsafePointer<crnn_tensor_record>
  let index: Int
  let matrix: Matrix
  /// Output positions along the width whose taps all lie inside the frame. None where rows of taps have gaps, or padding that is
  /// not 0 would have to be added.
  let inside: (first: Int, end: Int)

  init(_ execution: Execution, _ node: NodeView, _ shape: UnsafePointer<WindowShape>, _ matrix: Matrix) {
    self.execution = execution
    self.shape = shape
    self.matrix = matrix
    tensor = node.input(0)
    index = node.inputIndex(0)
    let isPadded =
      node.record.pointee.pad_before.0 > 0 || node.record.pointee.pad_before.1 > 0
      || node.record.pointee.pad_before.2 > 0
      || node.record.pointee.pad_after.0 > 0 || node.record.pointee.pad_after.1 > 0
      || node.record.pointee.pad_after.2 > 0
    let isPossible =
      node.record.pointee.groups == 1 && matrix.segments == 1 && shape.pointee.dilationWidth == 1
      && shape.pointee.outputWidth > 1
      && (shape.pointee.kernelWidth &* shape.pointee.channels) % Int(CRNN_GROUP_DEPTH) == 0
      && (tensor.pointee.zero_point == 0 || !isPadded)
    let room = shape.pointee.width &+ shape.pointee.padWidth &- shape.pointee.kernelWidth
    let end = room < 0 ? 0 : min(shape.pointee.outputWidth, room / shape.pointee.strideWidth &+ 1)
    inside = (
      (shape.pointee.padWidth &+ shape.pointee.strideWidth &- 1) / shape.pointee.strideWidth, isPossible ? end : 0
    )
  }

  /// How many of the positions from column `x` on, at most `limit`, are neighbours inside.
  func neighbours(_ x: Int, limit: Int) -> Int {
    x >= inside.first && x < inside.end ? min(limit, inside.end &- x) : 0
  }

  /// How many positions from column `x` on are not inside.
  func outside(_ x: Int) -> Int {
    guard inside.first < inside.end else { return Int.max }
    return x < inside.first ? inside.first &- x : shape.pointee.outputWidth &- x &+ inside.first
  }

  /// The sums of `count` neighbours from position (y, x) of output frame `frame` on.
  func multiply(frame: Int64, y: Int, x: Int, count: Int, _ sums: MatrixSums) {
    let kernels = execution.kernels
    let final = execution.tensors[index].final
    let groups = shape.pointee.kernelWidth &* shape.pointee.channels / Int(CRNN_GROUP_DEPTH)
    let panels = matrix.rowsPerGroup / Int(CRNN_PANEL_ROWS)
    let left = (x &* shape.pointee.strideWidth &- shape.pointee.padWidth) &* shape.pointee.channels
    var isFirst = true
    var row = 0
    while row < shape.pointee.kernelTime &* shape.pointee.kernelHeight {
      let kt = row / shape.pointee.kernelHeight
      let time =
        frame &* Int64(shape.pointee.strideTime) &- Int64(shape.pointee.padTime)
        &+ Int64(kt &* shape.pointee.dilationTime)
      let iy =
        y &* shape.pointee.strideHeight &- shape.pointee.padHeight &+ row % shape.pointee.kernelHeight
        &* shape.pointee.dilationHeight
      if time >= 0, final < 0 || time < final, iy >= 0, iy < shape.pointee.height {
        let source =
          execution.frame(index, tensor.pointee.frameBytes, time)
          + (iy &* shape.pointee.width &* shape.pointee.channels &+ left) &* tensor.pointee.elementSize
        kernels.multiply(
          Operands(source, tensor), shape.pointee.strideWidth &* shape.pointee.channels, count,
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
