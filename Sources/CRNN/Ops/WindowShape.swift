import CCRNN

/// The geometry of a convolution or pooling node over (time, height, width), checked against its tensors.
struct WindowShape {
  var kernelTime: Int, kernelHeight: Int, kernelWidth: Int
  var strideTime: Int, strideHeight: Int, strideWidth: Int
  var dilationTime: Int, dilationHeight: Int, dilationWidth: Int
  var padTime: Int, padHeight: Int, padWidth: Int
  var padTimeAfter: Int
  var height: Int, width: Int, channels: Int
  var outputHeight: Int, outputWidth: Int

  /// Room for one, of the same size on machines of 32 and 64 bits: a saved stream goes on on both.
  static func take(_ cursor: inout Cursor) -> UnsafeMutablePointer<WindowShape> {
    let room = cursor.take(MemoryLayout<WindowShape>.size &/ MemoryLayout<Int>.size, of: Int64.self)
    return UnsafeMutableRawPointer(room).assumingMemoryBound(to: WindowShape.self)
  }

  init(_ node: NodeView) {
    let r = node.record.pointee
    let input = node.input(0).pointee
    let output = node.output.pointee
    kernelTime = Int(r.kernel.0)
    kernelHeight = Int(r.kernel.1)
    kernelWidth = Int(r.kernel.2)
    strideTime = Int(r.stride.0)
    strideHeight = Int(r.stride.1)
    strideWidth = Int(r.stride.2)
    dilationTime = Int(r.dilation.0)
    dilationHeight = Int(r.dilation.1)
    dilationWidth = Int(r.dilation.2)
    padTime = Int(r.pad_before.0)
    padHeight = Int(r.pad_before.1)
    padWidth = Int(r.pad_before.2)
    padTimeAfter = Int(r.pad_after.0)
    height = Int(input.height)
    width = Int(input.width)
    channels = Int(input.channels)
    outputHeight = Int(output.height)
    outputWidth = Int(output.width)
    if width == 1, kernelWidth == 1, padWidth == 0 {
      // A frame of one column: let its height be the row that is contiguous in memory.
      swap(&width, &height)
      swap(&kernelWidth, &kernelHeight)
      swap(&strideWidth, &strideHeight)
      swap(&dilationWidth, &dilationHeight)
      swap(&padWidth, &padHeight)
      swap(&outputWidth, &outputHeight)
    }
  }

  /// Taps of one output position.
  var taps: Int { kernelTime &* kernelHeight &* kernelWidth }

  /// Every number is in range and the output's height and width are what the geometry gives.
  static func isValid(_ node: NodeView) -> Bool {
    let r = node.record.pointee
    let input = node.input(0).pointee
    let output = node.output.pointee
    let time = isValid(Int(r.kernel.0), Int(r.stride.0), Int(r.dilation.0))
    let area =
      isValid(Int(r.kernel.1), Int(r.stride.1), Int(r.dilation.1))
      && isValid(Int(r.kernel.2), Int(r.stride.2), Int(r.dilation.2))
    guard time, area, Int64(r.kernel.0) &* Int64(r.kernel.1) &* Int64(r.kernel.2) <= 1 << 24 else { return false }
    guard r.pad_before.0.magnitude <= 1 << 24, r.pad_after.0.magnitude <= 1 << 24 else { return false }
    return size(
      Int(input.height), Int(r.kernel.1), Int(r.stride.1), Int(r.dilation.1), Int(r.pad_before.1), Int(r.pad_after.1))
      == Int(output.height)
      && size(
        Int(input.width), Int(r.kernel.2), Int(r.stride.2), Int(r.dilation.2), Int(r.pad_before.2), Int(r.pad_after.2))
        == Int(output.width)
  }

  private static func isValid(_ kernel: Int, _ stride: Int, _ dilation: Int) -> Bool {
    kernel > 0 && stride > 0 && dilation > 0 && kernel <= 1 << 20 && stride <= 1 << 20 && dilation <= 1 << 20
  }

  private static func size(
    _ input: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ after: Int
  ) -> Int {
    guard before >= 0, after >= 0, before <= 1 << 20, after <= 1 << 20 else { return -1 }
    let room = Int64(input) &+ Int64(before) &+ Int64(after) &- (Int64(dilation) &* Int64(kernel &- 1) &+ 1)
    return room < 0 ? -1 : Int(truncatingIfNeeded: room &/ Int64(stride)) &+ 1
  }
}
