import CCRNN
import CKernels

/// Writes the operands of one output position of a convolution into one row of 16-bit codes, in the order of the packed weights:
/// (time, height, width, channel). What lies outside is the code of 0.
struct OperandGather {
  let shape: WindowShape
  let frameBytes: Int
  /// The code of 0.
  let zeroCode: Int16
  let isWide: Bool
  let index: Int
  /// Frames of the whole sequence, where it has ended, else −1.
  let finalFrames: Int64
  let execution: Execution

  init(_ execution: Execution, _ node: NodeView, _ shape: WindowShape) {
    self.shape = shape
    self.execution = execution
    index = node.inputIndex(0)
    let tensor = node.input(0)
    frameBytes = tensor.pointee.frameBytes
    zeroCode = Int16(truncatingIfNeeded: tensor.pointee.zero_point)
    isWide = Int(tensor.pointee.store) == CRNN_STORE_S16
    finalFrames = execution.tensors[index].final
  }

  /// Writes the operands of `count` neighbouring positions from (`y`, `x`) of output frame `frame` on, in rows of `depth` codes:
  /// `taps` × `channelCount` codes from channel `firstChannel` on, then zeros.
  @_optimize(speed) @inline(never)
  func rows(
    frame: Int64, y: Int, x: Int, count: Int, firstChannel: Int, channelCount: Int, depth: Int,
    _ rows: UnsafeMutablePointer<Int16>
  ) {
    let lineCodes = shape.kernelWidth &* channelCount
    // All taps of a row lie side by side.
    let isWhole = shape.dilationWidth == 1 && channelCount == shape.channels
    let capacity = Int(truncatingIfNeeded: execution.tensors[index].capacity)
    let ring = execution.stream + Int(truncatingIfNeeded: execution.tensors[index].offset)
    var slot = -1
    var target = rows
    var kt = 0
    while kt < shape.kernelTime {
      let time = frame &* Int64(shape.strideTime) &- Int64(shape.padTime) &+ Int64(kt &* shape.dilationTime)
      kt &+= 1
      let isInside = time >= 0 && (finalFrames < 0 || time < finalFrames)
      if isInside {
        // Of consecutive taps only the first, and where the ring begins anew, takes a division.
        slot = slot < 0 ? Int(truncatingIfNeeded: time % Int64(capacity)) : slot &+ shape.dilationTime
        if slot >= capacity { slot = slot % capacity }
      }
      let source = UnsafeRawPointer(ring + max(slot, 0) &* frameBytes)
      var kh = 0
      while kh < shape.kernelHeight {
        let iy = y &* shape.strideHeight &- shape.padHeight &+ kh &* shape.dilationHeight
        kh &+= 1
        let isLine = isInside && iy >= 0 && iy < shape.height
        var i = 0
        while i < count {
          let codes = target + i &* depth
          let left = (x &+ i) &* shape.strideWidth &- shape.padWidth
          if isLine && isWhole && left >= 0 && left &+ shape.kernelWidth <= shape.width {
            copy(source, (iy &* shape.width &+ left) &* channelCount, lineCodes, codes)
          } else {
            edge(isLine ? source : nil, iy, left, firstChannel, channelCount, codes)
          }
          i &+= 1
        }
        target += lineCodes
      }
    }
    let spare = depth &- shape.taps &* channelCount
    guard spare > 0 else { return }
    var i = 0
    while i < count {
      (target + i &* depth).clear(count: spare)
      i &+= 1
    }
  }

  /// One row of taps along the width, from column `left` on, tap by tap; without a source it lies in the padding.
  @inline(never)
  private func edge(
    _ source: UnsafeRawPointer?, _ iy: Int, _ left: Int, _ firstChannel: Int, _ channelCount: Int,
    _ target: UnsafeMutablePointer<Int16>
  ) {
    var kw = 0
    while kw < shape.kernelWidth {
      let ix = left &+ kw &* shape.dilationWidth
      let part = target + kw &* channelCount
      if let source, ix >= 0, ix < shape.width {
        copy(source, (iy &* shape.width &+ ix) &* shape.channels &+ firstChannel, channelCount, part)
      } else {
        zero(part, channelCount)
      }
      kw &+= 1
    }
  }

  @inline(__always)
  private func zero(_ target: UnsafeMutablePointer<Int16>, _ count: Int) {
    if zeroCode == 0 { return target.clear(count: count) }
    var i = 0
    while i < count {
      target[i] = zeroCode
      i &+= 1
    }
  }

  @inline(__always)
  private func copy(_ source: UnsafeRawPointer, _ first: Int, _ count: Int, _ target: UnsafeMutablePointer<Int16>) {
    if count < 16 { return copyFew(source, first, count, target) }
    if isWide {
      target.copy(from: source.assumingMemoryBound(to: Int16.self) + first, count: count)
    } else {
      execution.kernels.pointee.widen_u8(source.assumingMemoryBound(to: UInt8.self) + first, target, count)
    }
  }

  /// Codes too few for a loop of vectors.
  @inline(never)
  private func copyFew(
    _ source: UnsafeRawPointer, _ first: Int, _ count: Int, _ target: UnsafeMutablePointer<Int16>
  ) {
    let wide = source.assumingMemoryBound(to: Int16.self) + first
    let bytes = source.assumingMemoryBound(to: UInt8.self) + first
    var i = 0
    while i < count {
      target[i] = isWide ? wide[i] : Int16(bytes[i])
      i &+= 1
    }
  }
}
