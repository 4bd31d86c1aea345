import CCRNN

/// The window of output port `output` over input port `input`; nil and a status where there is no such pair.
private func findWindow(
  _ model: OpaquePointer?, _ output: Int32, _ input: Int32, _ error: UnsafeMutablePointer<crnn_error>?,
  _ result: inout (window: FrameWindow, source: UnsafePointer<crnn_tensor_record>)?
) -> crnn_status {
  guard let model = view(model) else { return notAModel(error) }
  guard let target = port(model, CRNN_OUTPUT, output) else { return noPort(error, output) }
  guard let source = port(model, CRNN_INPUT, input) else { return noPort(error, input) }
  let file = model.pointee.file
  result = (
    model.pointee.windows[Int(target.pointee.tensor) &* file.pointee.inputCount &+ Int(input)],
    file.pointee.tensors + Int(source.pointee.tensor)
  )
  return CRNN_OK
}

extension crnn_tensor_record {
  /// The last frame of a sequence of `frames` frames, which is not known where they are below 1.
  func lastFrame(of frames: Int64) -> Int64 {
    let fixed = isPerSequence ? 1 : Int64(fixed_frames)
    return (fixed > 0 ? fixed : frames > 0 ? frames : Int64.max) &- 1
  }
}

extension FrameWindow {
  /// The first and the last input frame that output frame `frame` comes from, in a sequence that ends with input frame `end`.
  @inline(never)
  func span(_ frame: Int64, end: Int64) -> (first: Int64, last: Int64) {
    guard stride != 0 else { return (0, depends ? end : -1) }
    let start = frame &* stride
    return (min(max(start &+ low, 0), end), depends ? min(max(start &+ high, 0), end) : -1)
  }

  var lookahead: Int64 { depends ? needsEnd || stride == 0 ? Int64.max : ready : 0 }
  var receptiveField: Int64 { depends ? stride == 0 ? Int64.max : high &- low &+ 1 : 0 }
}

@_cdecl("crnn_model_timing") @implementation
public func crnn_model_timing(
  _ model: OpaquePointer?, _ output: Int32, _ input: Int32, _ timing: UnsafeMutablePointer<crnn_timing>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let timing, timing.pointee.struct_size >= MemoryLayout<crnn_timing>.size else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("timing is NULL or its struct_size is not set").status
  }
  var pair: (window: FrameWindow, source: UnsafePointer<crnn_tensor_record>)?
  let status = findWindow(model, output, input, error, &pair)
  guard status == CRNN_OK, let window = pair?.window else { return status }
  timing.pointee.depends = window.depends ? 1 : 0
  timing.pointee.whole_past = window.hasPast ? 1 : 0
  timing.pointee.whole_sequence = window.needsEnd ? 1 : 0
  timing.pointee.reserved = 0
  timing.pointee.input_frames = window.stride
  timing.pointee.output_frames = window.stride == 0 ? 0 : 1
  timing.pointee.lookahead = window.lookahead
  timing.pointee.receptive_field = window.receptiveField
  return CRNN_OK
}

@_cdecl("crnn_model_span") @implementation
public func crnn_model_span(
  _ model: OpaquePointer?, _ output: Int32, _ input: Int32, _ frame: Int64, _ inputFrames: Int64,
  _ first: UnsafeMutablePointer<Int64>?, _ last: UnsafeMutablePointer<Int64>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var pair: (window: FrameWindow, source: UnsafePointer<crnn_tensor_record>)?
  let status = findWindow(model, output, input, error, &pair)
  guard status == CRNN_OK, let (window, source) = pair else { return status }
  guard let first, let last else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("first or last is NULL").status
  }
  guard frame >= 0, frame <= 1 << 40, inputFrames == -1 || (inputFrames > 0 && inputFrames <= 1 << 40) else {
    return Message(error, CRNN_ERROR_ARGUMENT)
      .text("frame must be 0 to 2^40, and input_frames 1 to 2^40 or -1").status
  }
  (first.pointee, last.pointee) = window.span(frame, end: source.pointee.lastFrame(of: inputFrames))
  return CRNN_OK
}
