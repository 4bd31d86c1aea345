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

extension FrameWindow {
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
  let fixed = source.pointee.isPerSequence ? 1 : Int64(source.pointee.fixed_frames)
  let end = (fixed > 0 ? fixed : inputFrames > 0 ? inputFrames : Int64.max) &- 1
  let start = frame &* window.stride
  let isWhole = window.stride == 0
  first.pointee = isWhole ? 0 : min(max(start &+ window.low, 0), end)
  last.pointee = !window.depends ? -1 : isWhole ? end : min(max(start &+ window.high, 0), end)
  return CRNN_OK
}
