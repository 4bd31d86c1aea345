import CCRNN
import CKernels

/// Writes the operands of one output position of a convolution into one row of 16-bit codes, in the order of the packed weights:
/// (time, height, width, channel). What lies outside is the code of 0.
struct OperandGather {
  let shape: UnsafePointer<WindowShape>
  let frameBytes: Int
  /// The code of 0.
  let zeroCode: Int16
  let isWide: Bool
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
    isWide = Int(tensor.pointee.store) == CRNN_STORE_S16
    finalFrames = execution.tensors[index].final
  }

  /// Writes the operands of `count` neighbouring positions from (`y`, `x`) of output frame `frame` on, in rows of `depth` codes:
  /// `taps` × `channelCount` codes from channel `firstChannel` on. What lies behind them meets weights of 0.
  @_optimize(speed) @inline(never)
  func rows(
    frame: Int64, y: Int, x: Int, count: Int, firstChannel: Int, channelCount: Int, depth: Int,
    _ rows: UnsafeMutablePointer<Int16>
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
    let insideFirst = start >= 0 ? 0 : min(count, (shape.pointee.strideWidth &- 1 &- start) / shape.pointee.strideWidth)
    let insideEnd = room < 0 || !isWhole ? 0 : min(count, room / shape.pointee.strideWidth &+ 1)
    let codeBytes = isWide ? 2 : 1
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
        slot = slot < 0 ? Int(truncatingIfNeeded: time % Int64(capacity)) : slot &+ shape.pointee.dilationTime
        if slot >= capacity { slot = slot % capacity }
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
                codes += depth
                i &+= 1
              }
              continue
            }
            copy(line + i &* step, lineCodes, codes)
          } else {
            edge(isLine ? source : nil, iy, start &+ i &* shape.pointee.strideWidth, firstChannel, channelCount, codes)
          }
          codes += depth
          i &+= 1
        }
        target += lineCodes
      }
    }
  }

  @inline(__always)
  private func moveFour(_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Int16>) {
    var four: UInt64
    if isWide {
      four = source.loadUnaligned(as: UInt64.self)
    } else {
      four = UInt64(source.loadUnaligned(as: UInt32.self))
      four = (four | four &<< 16) & 0x0000_FFFF_0000_FFFF
      four = (four | four &<< 8) & 0x00FF_00FF_00FF_00FF
    }
    UnsafeMutableRawPointer(target).storeBytes(of: four, as: UInt64.self)
  }

  /// One row of taps along the width, from column `left` on, tap by tap; without a source it lies in the padding.
  @inline(never)
  private func edge(
    _ source: UnsafeRawPointer?, _ iy: Int, _ left: Int, _ firstChannel: Int, _ channelCount: Int,
    _ target: UnsafeMutablePointer<Int16>
  ) {
    var kw = 0
    while kw < shape.pointee.kernelWidth {
      let ix = left &+ kw &* shape.pointee.dilationWidth
      let part = target + kw &* channelCount
      if let source, ix >= 0, ix < shape.pointee.width {
        let first = (iy &* shape.pointee.width &+ ix) &* shape.pointee.channels &+ firstChannel
        copy(source + first &* (isWide ? 2 : 1), channelCount, part)
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
  private func copy(_ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Int16>) {
    if count < 16 { return copyFew(source, count, target) }
    if isWide {
      target.copy(from: source.assumingMemoryBound(to: Int16.self), count: count)
    } else {
      execution.kernels.pointee.widen_u8(source.assumingMemoryBound(to: UInt8.self), target, count)
    }
  }

  /// Codes too few for a loop of vectors.
  @inline(never)
  private func copyFew(_ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutablePointer<Int16>) {
    let wide = source.assumingMemoryBound(to: Int16.self)
    let bytes = source.assumingMemoryBound(to: UInt8.self)
    var i = 0
    while i < count {
      target[i] = isWide ? wide[i] : Int16(bytes[i])
      i &+= 1
    }
  }
}
