import CCRNN
import CKernels

/// Writes the operands of one output position of a convolution into one row of 16-bit codes, in the order of the packed weights:
/// (time, height, width, channel). What lies outside is the code of 0.
struct OperandGather {
  let shape: WindowShape
  let tensor: crnn_tensor_record
  let index: Int
  /// Frames of the whole sequence, where it has ended, else −1.
  let finalFrames: Int64
  let execution: Execution

  init(_ execution: Execution, _ node: NodeView, _ shape: WindowShape) {
    self.shape = shape
    self.execution = execution
    index = node.inputIndex(0)
    tensor = node.input(0).pointee
    finalFrames = execution.tensors[index].final
  }

  /// Writes `taps` × `channelCount` codes from channel `firstChannel` on, for output frame `frame`, then zeros up to `depth`.
  @_optimize(speed)
  func row(
    frame: Int64, y: Int, x: Int, firstChannel: Int, channelCount: Int, depth: Int, _ row: UnsafeMutablePointer<Int16>
  ) {
    let rowCodes = shape.kernelWidth &* channelCount
    var target = row
    var kt = 0
    while kt < shape.kernelTime {
      let time = frame &* Int64(shape.strideTime) &- Int64(shape.padTime) &+ Int64(kt &* shape.dilationTime)
      kt &+= 1
      if time < 0 || (finalFrames >= 0 && time >= finalFrames) {
        zero(target, rowCodes &* shape.kernelHeight)
        target += rowCodes &* shape.kernelHeight
        continue
      }
      let source = execution.frame(index, tensor.frameBytes, time)
      var kh = 0
      while kh < shape.kernelHeight {
        let iy = y &* shape.strideHeight &- shape.padHeight &+ kh &* shape.dilationHeight
        kh &+= 1
        if iy < 0 || iy >= shape.height {
          zero(target, rowCodes)
        } else {
          line(source, iy, x, firstChannel, channelCount, target)
        }
        target += rowCodes
      }
    }
    let written = shape.taps &* channelCount
    if written < depth { target.clear(count: depth &- written) }
  }

  /// One row of taps along the width.
  @inline(__always)
  private func line(
    _ source: UnsafeRawPointer, _ iy: Int, _ x: Int, _ firstChannel: Int, _ channelCount: Int,
    _ target: UnsafeMutablePointer<Int16>
  ) {
    let left = x &* shape.strideWidth &- shape.padWidth
    let start = iy &* shape.width
    if shape.dilationWidth == 1 && channelCount == shape.channels {
      // All taps lie side by side.
      let low = min(max(0, 0 &- left), shape.kernelWidth)
      let high = max(low, min(shape.kernelWidth, shape.width &- left))
      zero(target, low &* channelCount)
      copy(source, (start &+ left &+ low) &* channelCount, (high &- low) &* channelCount, target + low &* channelCount)
      zero(target + high &* channelCount, (shape.kernelWidth &- high) &* channelCount)
      return
    }
    var kw = 0
    while kw < shape.kernelWidth {
      let ix = left &+ kw &* shape.dilationWidth
      let part = target + kw &* channelCount
      if ix < 0 || ix >= shape.width {
        zero(part, channelCount)
      } else {
        copy(source, (start &+ ix) &* shape.channels &+ firstChannel, channelCount, part)
      }
      kw &+= 1
    }
  }

  @inline(__always)
  private func zero(_ target: UnsafeMutablePointer<Int16>, _ count: Int) {
    if tensor.zero_point == 0 { return target.clear(count: count) }
    let code = Int16(truncatingIfNeeded: tensor.zero_point)
    var i = 0
    while i < count {
      target[i] = code
      i &+= 1
    }
  }

  @inline(__always)
  private func copy(_ source: UnsafeRawPointer, _ first: Int, _ count: Int, _ target: UnsafeMutablePointer<Int16>) {
    if Int(tensor.store) == CRNN_STORE_S16 {
      target.copy(from: source.assumingMemoryBound(to: Int16.self) + first, count: count)
      return
    }
    let codes = source.assumingMemoryBound(to: UInt8.self) + first
    if count >= 16 {
      execution.kernels.pointee.widen_u8(codes, target, count)
      return
    }
    var i = 0
    while i < count {
      target[i] = Int16(codes[i])
      i &+= 1
    }
  }
}
