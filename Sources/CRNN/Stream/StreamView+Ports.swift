import CCRNN
import CKernels

extension StreamView {
  /// Frames that the ring of an input port can take now.
  func room(port: Int) -> Int64 {
    let tensor = Int(file.pointee.input(port).pointee.tensor)
    return tensors[tensor].capacity &- (tensors[tensor].produced &- oldestNeeded(tensor))
  }

  /// Frames ready at an output port.
  func ready(port: Int) -> Int64 {
    let state = tensors[Int(file.pointee.output(port).pointee.tensor)]
    return max(state.produced &- state.pulled, 0)
  }

  /// Writes frames `first`..<`first + count` of the caller's array into the ring of an input port. There is room.
  func write(port: Int, _ view: ArrayView, first: Int64, count: Int64) {
    let index = Int(file.pointee.input(port).pointee.tensor)
    let tensor = file.pointee.tensors + index
    let state = tensors + index
    let isContiguous =
      view.isContiguous && tensor.pointee.frameBytes == tensor.pointee.elements &* tensor.pointee.elementSize
    let atOnce = isContiguous ? Int64(max(scratchFloats &/ max(view.elements, 1), 1)) : 1
    var f: Int64 = 0
    while f < count {
      // Frames that lie side by side, in the array and in the ring up to its end, are one run.
      let slot = state.pointee.produced &% state.pointee.capacity
      let run = min(count &- f, min(atOnce, state.pointee.capacity &- slot))
      convert(
        view, view.frame(first &+ f), Int(truncatingIfNeeded: run) &* view.elements, tensor,
        execution.frame(index, tensor.pointee.frameBytes, state.pointee.produced),
        integerScale: file.pointee.input(port).pointee.integer_scale)
      state.pointee.produced &+= run
      f &+= run
    }
    if endsWith(state.pointee.produced, port: port) { state.pointee.final = state.pointee.produced }
  }

  /// `count` elements of the caller's array as codes of the tensor.pointee. NaN is taken for 0, which every store but that of floats does
  /// by itself.
  private func convert(
    _ view: ArrayView, _ source: UnsafeRawPointer, _ count: Int, _ tensor: UnsafePointer<crnn_tensor_record>,
    _ target: UnsafeMutableRawPointer, integerScale: Float
  ) {
    if Int(tensor.pointee.store) == CRNN_STORE_S32 { return copy(view, source, count, target) }
    if view.isDense, view.dtype == CRNN_F32, Int(tensor.pointee.store) != CRNN_STORE_F32 {
      return execution.store(source.assumingMemoryBound(to: Float.self), tensor, target, count)
    }
    let values = scratch.assumingMemoryBound(to: Float.self)
    // Integers stand for themselves times a scale.
    var q = crnn_quantization(scale: integerScale, inverse_scale: 0, zero_point: 0, minimum: 0, maximum: 0)
    switch view.dtype {
    case CRNN_U8:
      if integerScale == 0 { q.scale = 1 / Float(255) }
      if Int(tensor.pointee.store) == CRNN_STORE_U8, tensor.pointee.zero_point == 0, tensor.pointee.scale == q.scale,
        tensor.pointee.code_maximum == 255
      {
        return copy(view, source, count, target)
      }
      inRuns(view, count) {
        crnn_use_dequantize_u8(model.pointee.kernels)(
          (source + $0).assumingMemoryBound(to: UInt8.self), &q, values + $1, $2)
      }
    case CRNN_S16:
      if integerScale == 0 { q.scale = 1 / Float(32768) }
      inRuns(view, count) {
        crnn_use_dequantize_s16(model.pointee.kernels)(
          (source + $0).assumingMemoryBound(to: Int16.self), &q, values + $1, $2)
      }
    default:
      copy(view, source, count, scratch)
      if Int(tensor.pointee.store) == CRNN_STORE_F32 { crnn_replace_nan(values, 0, count) }
    }
    execution.store(values, tensor, target, count)
  }

  /// Calls `body` with the offset in bytes, the index and the number of elements that lie side by side.
  @inline(__always)
  private func inRuns(_ view: ArrayView, _ count: Int, _ body: (Int, Int, Int) -> Void) {
    if view.isDense { return body(0, 0, count) }
    var i = 0
    while i < count {
      body(view.offset(i), i, 1)
      i &+= 1
    }
  }

  private func copy(_ view: ArrayView, _ source: UnsafeRawPointer, _ count: Int, _ target: UnsafeMutableRawPointer) {
    inRuns(view, count) {
      (target + $1 &* view.elementSize).copy(from: source + $0, bytes: $2 &* view.elementSize)
    }
  }

  /// The next ready frame of an output port as floats, in scratch memory. Every NaN becomes one: which of its bits are set would
  /// depend on the processor.
  func nextValues(port: Int) -> UnsafeMutablePointer<Float> {
    let index = Int(file.pointee.output(port).pointee.tensor)
    let tensor = file.pointee.tensors + index
    let values = scratch.assumingMemoryBound(to: Float.self)
    let source = execution.frame(index, tensor.pointee.frameBytes, tensors[index].pulled)
    execution.load(source, tensor, values, tensor.pointee.elements)
    if Int(tensor.pointee.store) == CRNN_STORE_F32 {
      crnn_replace_nan(values, 0x7FC0_0000, tensor.pointee.elements)
    }
    return values
  }

  /// Copies up to `limit` ready frames of an output port to the caller's array from frame `first` on.
  @inline(never)
  func read(port: Int, _ view: ArrayView, first: Int64, limit: Int64) -> Int64 {
    let index = Int(file.pointee.output(port).pointee.tensor)
    let tensor = file.pointee.tensors + index
    let state = tensors + index
    let count = min(limit, ready(port: port))
    var f: Int64 = 0
    while f < count {
      // Floats, or the port's own codes as they are.
      let source =
        view.dtype == CRNN_F32
        ? UnsafeRawPointer(nextValues(port: port))
        : UnsafeRawPointer(execution.frame(index, tensor.pointee.frameBytes, state.pointee.pulled))
      let target = view.frame(first &+ f)
      inRuns(view, view.elements) {
        (target + $0).copy(from: source + $1 &* view.elementSize, bytes: $2 &* view.elementSize)
      }
      state.pointee.pulled &+= 1
      f &+= 1
    }
    return count
  }

  /// Checks the array's element type against an input port, and the values of indices.
  func checkInput(
    port: Int, _ view: ArrayView, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    let tensor = file.pointee.tensors + Int(file.pointee.input(port).pointee.tensor)
    let name = file.pointee.string(file.pointee.input(port).pointee.name)
    let takesIndices = Int(tensor.pointee.store) == CRNN_STORE_S32
    guard takesIndices == (view.dtype == CRNN_S32) else {
      return Message(error, CRNN_ERROR_TYPE).text("port ").name(name)
        .text(takesIndices ? " takes indices (CRNN_S32)" : " takes numbers (CRNN_F32, CRNN_U8 or CRNN_S16)").status
    }
    guard takesIndices else { return CRNN_OK }
    var f: Int64 = 0
    while f < view.frames {
      var i = 0
      while i < view.elements {
        let index = view.frame(f).load(fromByteOffset: view.offset(i), as: Int32.self)
        guard index >= tensor.pointee.code_minimum, index <= tensor.pointee.code_maximum else {
          return Message(error, CRNN_ERROR_ARGUMENT).text("port ").name(name).text(": index ").number(Int(index))
            .text(" lies outside ").number(Int(tensor.pointee.code_minimum)).text(" to ").number(
              Int(tensor.pointee.code_maximum)
            )
            .status
        }
        i &+= 1
      }
      f &+= 1
    }
    return CRNN_OK
  }

  /// An output array may be of floats, or of the port's own codes.
  func checkOutput(
    port: Int, _ view: ArrayView, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    let tensor = file.pointee.tensors + Int(file.pointee.output(port).pointee.tensor)
    guard view.dtype == CRNN_F32 || Int(view.dtype) == Int(tensor.pointee.store) else {
      return Message(error, CRNN_ERROR_TYPE).text("output port ").name(
        file.pointee.string(file.pointee.output(port).pointee.name)
      )
      .text(" gives CRNN_F32").status
    }
    return CRNN_OK
  }

  /// Whether `count` more frames may come at an input port at all.
  func checkLength(port: Int, count: Int64, _ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    let index = Int(file.pointee.input(port).pointee.tensor)
    let name = file.pointee.string(file.pointee.input(port).pointee.name)
    let state = tensors[index]
    guard state.final < 0 || count == 0 else {
      return Message(error, CRNN_ERROR_FINISHED).text("input port ").name(name)
        .text(" is finished; reset the stream to begin a new sequence").status
    }
    let tensor = file.pointee.tensors + index
    let limit =
      tensor.pointee.isPerSequence
      ? 1 : tensor.pointee.fixed_frames > 0 ? Int64(tensor.pointee.fixed_frames) : header.pointee.maximumFrames
    guard limit == 0 || state.produced &+ count <= limit else {
      return Message(error, CRNN_ERROR_TOO_LONG).text("input port ").name(name).text(" takes at most ").number(limit)
        .text(" frames in a sequence; ").number(state.produced).text(" have come and ").number(count)
        .text(" more were pushed").status
    }
    return CRNN_OK
  }

  /// Whether the sequence may end at an input port after `extra` more frames.
  func checkEnd(port: Int, extra: Int64, _ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    let index = Int(file.pointee.input(port).pointee.tensor)
    let tensor = file.pointee.tensors + index
    let needed = tensor.pointee.isPerSequence ? 1 : Int64(tensor.pointee.fixed_frames)
    let frames = tensors[index].produced &+ extra
    guard tensors[index].final >= 0 || needed == 0 || frames == needed else {
      return Message(error, CRNN_ERROR_INCOMPLETE).text("input port ")
        .name(file.pointee.string(file.pointee.input(port).pointee.name)).text(" needs exactly ").number(needed)
        .text(" frames in a sequence; it has had ").number(frames).status
    }
    return CRNN_OK
  }

  func end(port: Int) {
    let state = tensors + Int(file.pointee.input(port).pointee.tensor)
    if state.pointee.final < 0 { state.pointee.final = state.pointee.produced }
  }
}
