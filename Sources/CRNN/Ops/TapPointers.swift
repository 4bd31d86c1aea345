import CCRNN
import CKernels

/// Where the operands of a convolution lie: for each tap of each output position a pointer to its channels in the ring, so that nothing is
/// copied; taps in the padding point to codes of 0. (The indirection buffer of M. Dukhan, "The Indirect Convolution Algorithm", 2019.)
///
/// Where all taps of a row along the width lie side by side inside the frame, the row may count as one tap.
struct TapPointers {
  let execution: Execution
  let shape: UnsafePointer<WindowShape>
  let index: Int
  let frameBytes: Int
  let codeBytes: Int
  /// Codes of 0, as many as a row of taps has.
  let zeros: UnsafeRawPointer
  /// Of the group of channels: where it begins, in bytes from the first channel.
  let firstChannel: Int
  /// Frames of the whole sequence, where it has ended, else −1.
  let final: Int64

  init(
    _ execution: Execution, _ node: NodeView, _ shape: UnsafePointer<WindowShape>, zeros: UnsafeRawPointer,
    firstChannel: Int
  ) {
    self.execution = execution
    self.shape = shape
    self.zeros = zeros
    index = node.inputIndex(0)
    frameBytes = node.input(0).pointee.frameBytes
    codeBytes = node.input(0).pointee.elementSize
    self.firstChannel = firstChannel &* codeBytes
    final = execution.tensors[index].final
  }

  /// Writes the pointers of `count` neighbouring positions from (`y`, `x`) of output frame `frame` on: tap t of position i at t · `stride` + i.
  @_optimize(speed) @inline(never)
  func write(
    frame: Int64, y: Int, x: Int, count: Int, asRows: Bool, _ table: UnsafeMutablePointer<UnsafeRawPointer>, stride: Int
  ) {
    let columns = asRows ? 1 : shape.pointee.kernelWidth
    let codes = shape.pointee.channels &* codeBytes
    let step = shape.pointee.strideWidth &* codes
    let start = x &* shape.pointee.strideWidth &- shape.pointee.padWidth
    var target = table
    var kt = 0
    while kt < shape.pointee.kernelTime {
      let time =
        frame &* Int64(shape.pointee.strideTime) &- Int64(shape.pointee.padTime)
        &+ Int64(kt &* shape.pointee.dilationTime)
      kt &+= 1
      let isInside = time >= 0 && (final < 0 || time < final)
      let source = UnsafeRawPointer(execution.frame(index, frameBytes, isInside ? time : 0)) + firstChannel
      var kh = 0
      while kh < shape.pointee.kernelHeight {
        let iy = y &* shape.pointee.strideHeight &- shape.pointee.padHeight &+ kh &* shape.pointee.dilationHeight
        kh &+= 1
        let isLine = isInside && iy >= 0 && iy < shape.pointee.height
        let line = source + iy &* shape.pointee.width &* codes
        var kw = 0
        while kw < columns {
          // Positions `low`..<`high` have this tap inside the frame.
          let ix = start &+ kw &* shape.pointee.dilationWidth
          let room = shape.pointee.width &- ix
          let stride1 = shape.pointee.strideWidth == 1
          let low =
            ix >= 0 ? 0 : stride1 ? 0 &- ix : (shape.pointee.strideWidth &- 1 &- ix) &/ shape.pointee.strideWidth
          let high =
            !isLine || room <= 0
            ? 0 : min(count, stride1 ? room : (room &- 1) &/ shape.pointee.strideWidth &+ 1)
          let pointer = line + ix &* codes
          var i = 0
          while i < min(low, count) {
            target[i] = zeros
            i &+= 1
          }
          while i < high {
            target[i] = pointer + i &* step
            i &+= 1
          }
          while i < count {
            target[i] = zeros
            i &+= 1
          }
          target += stride
          kw &+= 1
        }
      }
    }
  }
}
