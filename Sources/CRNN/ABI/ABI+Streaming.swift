import CCRNN
import CKernels

extension StreamView {
  /// Checks a caller's array against one of the ports; `result` becomes the view of it.
  fileprivate func check(
    _ array: UnsafePointer<crnn_array>?, _ direction: crnn_direction, _ index: Int32, _ result: inout ArrayView,
    _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    guard let record = CRNN.port(model, direction, index) else { return noPort(error, index) }
    let status = ArrayView.make(array, record, file.pointee.string(record.pointee.name), &result, error)
    guard status == CRNN_OK else { return status }
    return direction == CRNN_INPUT
      ? checkInput(port: Int(index), result, error) : checkOutput(port: Int(index), result, error)
  }
}

@_cdecl("crnn_stream_push") @implementation
public func crnn_stream_push(
  _ model: OpaquePointer?, _ handle: OpaquePointer?, _ port: Int32, _ frames: UnsafePointer<crnn_array>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var use = StreamUse.none
  let inUse = StreamUse.begin(handle, &use, error)
  guard inUse == CRNN_OK else { return inUse }
  defer { use.end() }
  var checked: StreamView?
  let known = stream(model, handle, error, &checked)
  guard known == CRNN_OK, let view = checked else { return known }
  var array = ArrayView.none(view.base)
  let status = view.check(frames, CRNN_INPUT, port, &array, error)
  guard status == CRNN_OK else { return status }
  let index = Int(port)
  let length = view.checkLength(port: index, count: array.frames, error)
  guard length == CRNN_OK else { return length }
  let joins = view.checkJoins(port: index, extra: array.frames, finish: false, error)
  guard joins == CRNN_OK else { return joins }
  let room = view.room(port: index)
  guard array.frames <= room else {
    return Message(error, CRNN_ERROR_OUTPUT_PENDING).text("input port ").name(
      view.file.pointee.string(view.file.pointee.input(index).pointee.name)
    )
    .text(" has room for ").number(room).text(" frames, not ")
    .number(array.frames).text("; pull the output, feed the other inputs, or open the stream with a larger chunk")
    .status
  }
  view.write(port: index, array, first: 0, count: array.frames)
  view.advance()
  return CRNN_OK
}

@_cdecl("crnn_stream_finish") @implementation
public func crnn_stream_finish(
  _ model: OpaquePointer?, _ handle: OpaquePointer?, _ port: Int32, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var use = StreamUse.none
  let inUse = StreamUse.begin(handle, &use, error)
  guard inUse == CRNN_OK else { return inUse }
  defer { use.end() }
  var view: StreamView?
  let status = stream(model, handle, error, &view)
  guard status == CRNN_OK, let view else { return status }
  guard CRNN.port(view.model, CRNN_INPUT, port) != nil else { return noPort(error, port) }
  let end = view.checkEnd(port: Int(port), extra: 0, error)
  guard end == CRNN_OK else { return end }
  let joins = view.checkJoins(port: Int(port), extra: 0, finish: true, error)
  guard joins == CRNN_OK else { return joins }
  view.end(port: Int(port))
  view.advance()
  return CRNN_OK
}

@_cdecl("crnn_stream_pull") @implementation
public func crnn_stream_pull(
  _ model: OpaquePointer?, _ handle: OpaquePointer?, _ port: Int32, _ output: UnsafePointer<crnn_array>?,
  _ frames: UnsafeMutablePointer<Int64>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var use = StreamUse.none
  let inUse = StreamUse.begin(handle, &use, error)
  guard inUse == CRNN_OK else { return inUse }
  defer { use.end() }
  guard let frames else { return Message(error, CRNN_ERROR_ARGUMENT).text("frames is NULL").status }
  var checked: StreamView?
  let known = stream(model, handle, error, &checked)
  guard known == CRNN_OK, let view = checked else { return known }
  var array = ArrayView.none(view.base)
  let status = view.check(output, CRNN_OUTPUT, port, &array, error)
  guard status == CRNN_OK else { return status }
  frames.pointee = view.drain(port: Int(port), array, first: 0)
  return CRNN_OK
}

extension StreamView {
  /// Reads ready frames into the array from frame `first` on, computing on while there is room; returns how many.
  fileprivate func drain(port: Int, _ array: ArrayView, first: Int64) -> Int64 {
    var done: Int64 = 0
    while first &+ done < array.frames {
      let count = read(port: port, array, first: first &+ done, limit: array.frames &- first &- done)
      if count == 0 { break }
      done &+= count
      if header.pointee.isWaiting != 0 { advance() }
    }
    return done
  }
}

@_cdecl("crnn_stream_process") @implementation
public func crnn_stream_process(
  _ model: OpaquePointer?, _ handle: OpaquePointer?, _ input: UnsafePointer<crnn_array>?, _ finish: Int32,
  _ output: UnsafePointer<crnn_array>?, _ frames: UnsafeMutablePointer<Int64>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var use = StreamUse.none
  let inUse = StreamUse.begin(handle, &use, error)
  guard inUse == CRNN_OK else { return inUse }
  defer { use.end() }
  guard let frames else { return Message(error, CRNN_ERROR_ARGUMENT).text("frames is NULL").status }
  var checked: StreamView?
  let known = stream(model, handle, error, &checked)
  guard known == CRNN_OK, let view = checked else { return known }
  var target = ArrayView.none(view.base)
  let status = view.check(output, CRNN_OUTPUT, 0, &target, error)
  guard status == CRNN_OK else { return status }
  guard view.file.pointee.inputCount == 1, view.file.pointee.outputCount == 1 else {
    return Message(error, CRNN_ERROR_PORT)
      .text("crnn_stream_process serves models with one input and one output; use push, finish and pull").status
  }
  var source = ArrayView.none(view.base)
  if input != nil {
    let inputStatus = view.check(input, CRNN_INPUT, 0, &source, error)
    guard inputStatus == CRNN_OK else { return inputStatus }
  }
  let count = source.frames
  let length = view.checkLength(port: 0, count: count, error)
  guard length == CRNN_OK else { return length }
  if finish != 0 {
    let end = view.checkEnd(port: 0, extra: count, error)
    guard end == CRNN_OK else { return end }
  }
  view.predict(port: 0, extra: count, finish: finish != 0)
  let result = view.tensors[Int(view.file.pointee.output(0).pointee.tensor)]
  let needed = result.predicted &- result.pulled
  guard needed <= target.frames else {
    frames.pointee = needed
    return Message(error, CRNN_ERROR_CAPACITY).text("the output needs room for ").number(needed).text(" frames, not ")
      .number(target.frames).text("; nothing was consumed").status
  }
  frames.pointee = view.process(source, finish: finish != 0, target)
  return CRNN_OK
}

@_cdecl("crnn_stream_process_call") @implementation
public func crnn_stream_process_call(_ call: UnsafeMutablePointer<crnn_process_call>?) -> crnn_status {
  guard let call, call.pointee.struct_size >= MemoryLayout<crnn_process_call>.size else { return CRNN_ERROR_ARGUMENT }
  guard call.pointee.reserved == 0 else {
    return Message(call.pointee.error, CRNN_ERROR_ARGUMENT).text("reserved fields must be 0").status
  }
  return crnn_stream_process(
    call.pointee.model, call.pointee.stream, call.pointee.input, call.pointee.finish, call.pointee.output,
    &call.pointee.frames, call.pointee.error)
}

extension StreamView {
  /// Feeds the frames in pieces that the ring can take, and drains what comes. The end comes together with the last piece, so that a convolution
  /// takes its last frames with those before, not by themselves.
  fileprivate func process(_ input: ArrayView, finish: Bool, _ output: ArrayView) -> Int64 {
    var (taken, given): (Int64, Int64) = (0, 0)
    while taken < input.frames {
      let piece = min(input.frames &- taken, room(port: 0))
      if piece <= 0 {
        // Only output that stands ready can be in the way.
        let drained = drain(port: 0, output, first: given)
        if drained == 0 { return given }
        given &+= drained
        continue
      }
      write(port: 0, input, first: taken, count: piece)
      taken &+= piece
      if finish, taken == input.frames { end(port: 0) }
      advance()
      given &+= drain(port: 0, output, first: given)
    }
    if finish, input.frames == 0 {
      end(port: 0)
      advance()
    }
    return given &+ drain(port: 0, output, first: given)
  }
}
