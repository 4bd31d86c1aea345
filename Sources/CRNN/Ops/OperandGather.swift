import CCRNN
import CKernels

/// Writes the operands of output positions of a convolution into rows of codes, in the order of the packed weights:
/// (time, height, width, channel). What lies outside is the code of 0.
struct OperandGather {
  let shape: UnsafePointer<WindowShape>
  let frameBytes: Int
  /// The code of 0.
  let zeroCode: Int16
  /// Bytes of a code.
  let codeBytes: Int
  let index: Int
  /// Frames of the whole sequence, where it has ended, else −1.
  let finalFrames: Int64
  let execution: Execution

  init(_ execution: Execution, _ node: NodeView, _ shape: UnsafePointer<WindowShape>) {
    self.shape = shape
    self.execution = execution
    index = node.inputIndex(0)
    let tensor = node.input(0)
    frameBytes = tensor.pointee.frameBytes
    zeroCode = Int16(truncatingIfNeeded: tensor.pointee.zero_point)
    codeBytes = tensor.pointee.elementSize
    finalFrames = execution.tensors[index].final
  }

  /// Writes the operands of `count` neighbouring positions from (`y`, `x`) of output frame `frame` on, in rows of `depth` codes:
  /// `taps` × `channelCount` codes from channel `firstChannel` on. What lies behind them meets weights of 0.
  @_optimize(speed) @inline(never)
  func rows(
    frame: Int64, y: Int, x: Int, count: Int, firstChannel: Int, channelCount: Int, depth: Int,
    _ rows: UnsafeMutableRawPointer
  ) {
    let lineCodes = shape.pointee.kernelWidth &* channelCount
    // All taps of a row lie side by side.
    let isWhole = shape.pointee.dilationWidth == 1 && channelCount == shape.pointee.channels
    // So few that four codes are moved at once: what is written beyond a row of taps, the next row writes over, and behind every ring
    // there is memory to read.
    let isFew = isWhole && lineCodes <= 4 && lineCodes &+ depth &- shape.pointee.taps &* channelCount >= 4
    // Of the positions, those whose rows of taps lie inside the frame.
    let start = x &* shape.pointee.strideWidth &- shape.pointee.padWidth
    let room = shape.pointee.width &- shape.pointee.kernelWidth &- start
    let insideFirst =
      start >= 0 ? 0 : min(count, (shape.pointee.strideWidth &- 1 &- start) &/ shape.pointee.strideWidth)
    let insideEnd = room < 0 || !isWhole ? 0 : min(count, room &/ shape.pointee.strideWidth &+ 1)
    let step = shape.pointee.strideWidth &* shape.pointee.channels &* codeBytes
    let capacity = Int(truncatingIfNeeded: execution.tensors[index].capacity)
    let ring = execution.stream + Int(truncatingIfNeeded: execution.tensors[index].offset)
    var slot = -1
    var target = rows
    var kt = 0
    while kt < shape.pointee.kernelTime {
      let time =
        frame &* Int64(shape.pointee.strideTime) &- Int64(shape.pointee.padTime)
        &+ Int64(kt &* shape.pointee.dilationTime)
      kt &+= 1
      let isInside = time >= 0 && (finalFrames < 0 || time < finalFrames)
      if isInside {
        // Of consecutive taps only the first, and where the ring begins anew, takes a division.
        slot = slot < 0 ? Int(truncatingIfNeeded: time &% Int64(capacity)) : slot &+ shape.pointee.dilationTime
        if slot >= capacity { slot = slot &% capacity }
      }
      let source = UnsafeRawPointer(ring + max(slot, 0) &* frameBytes)
      var kh = 0
      while kh < shape.pointee.kernelHeight {
        let iy = y &* shape.pointee.strideHeight &- shape.pointee.padHeight &+ kh &* shape.pointee.dilationHeight
        kh &+= 1
        let isLine = isInside && iy >= 0 && iy < shape.pointee.height
        let line = source + (iy &* shape.pointee.width &+ start) &* shape.pointee.channels &* codeBytes
        var codes = target
        var i = 0
        while i < count {
          if isLine && i >= insideFirst && i < insideEnd {
            if isFew {
              while i < insideEnd {
                moveFour(line + i &* step, codes)
                codes += depth &* codeBytes
                i &+= 1
              }
              continue
            }
            codes.copy(from: line + i &* step, bytes: lineCodes &* codeBytes)
          } else {
            edge(isLine ? source : nil, iy, start &+ i &* shape.pointee.strideWidth, firstChannel, channelCount, codes)
          }
          codes += depth &* codeBytes
          i &+= 1
        }
        target += lineCodes &* codeBytes
      }
    }
  }

  @inline(__always)
  private func moveFour(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer) {
    if codeBytes == 2 { return target.storeBytes(of: source.loadUnaligned(as: UInt64.self), as: UInt64.self) }
    target.storeBytes(of: source.loadUnaligned(as: UInt32.self), as: UInt32.self)
  }

  /// One row of taps along the width, from column `left` on, tap by tap; without a source it lies in the padding.
  @inline(never)
  private func edge(
    _ source: UnsafeRawPointer?, _ iy: Int, _ left: Int, _ firstChannel: Int, _ channelCount: Int,
    _ target: UnsafeMutableRawPointer
  ) {
    var kw = 0
    while kw < shape.pointee.kernelWidth {
      let ix = left &+ kw &* shape.pointee.dilationWidth
      let part = target + kw &* channelCount &* codeBytes
      if let source, ix >= 0, ix < shape.pointee.width {
        let first = (iy &* shape.pointee.width &+ ix) &* shape.pointee.channels &+ firstChannel
        part.copy(from: source + first &* codeBytes, bytes: channelCount &* codeBytes)
      } else {
        zero(part, channelCount)
      }
      kw &+= 1
    }
  }

  @inline(__always)
  private func zero(_ target: UnsafeMutableRawPointer, _ count: Int) {
    if zeroCode == 0 || codeBytes == 1 {
      return crnn_fill(target, UInt8(truncatingIfNeeded: zeroCode), count &* codeBytes)
    }
    let words = target.assumingMemoryBound(to: Int16.self)
    var i = 0
    while i < count {
      words[i] = zeroCode
      i &+= 1
    }
  }
}
