import CCRNN
import CKernels

/// A stream, one of its ports and an array for it.
private struct Exchange {
  var view: StreamView
  var port: Int
  var array: ArrayView

  static func make(
    _ model: OpaquePointer?, _ handle: OpaquePointer?, _ direction: crnn_direction, _ index: Int32,
    _ array: UnsafePointer<crnn_array>?, _ result: inout Exchange?, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    var view: StreamView?
    let status = stream(model, handle, error, &view)
    guard status == CRNN_OK, let view else { return status }
    guard let record = CRNN.port(view.model, direction, index) else { return noPort(error, index) }
    var checked: ArrayView?
    let arrayStatus = ArrayView.make(array, record, view.file.pointee.string(record.pointee.name), &checked, error)
    guard arrayStatus == CRNN_OK, let checked else { return arrayStatus }
    let typeStatus =
      direction == CRNN_INPUT
      ? view.checkInput(port: Int(index), checked, error) : view.checkOutput(port: Int(index), checked, error)
    guard typeStatus == CRNN_OK else { return typeStatus }
    result = Exchange(view: view, port: Int(index), array: checked)
    return CRNN_OK
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
  var exchange: Exchange?
  let status = Exchange.make(model, handle, CRNN_INPUT, port, frames, &exchange, error)
  guard status == CRNN_OK, let exchange else { return status }
  let (view, array) = (exchange.view, exchange.array)
  let length = view.checkLength(port: exchange.port, count: array.frames, error)
  guard length == CRNN_OK else { return length }
  let joins = view.checkJoins(port: exchange.port, extra: array.frames, finish: false, error)
  guard joins == CRNN_OK else { return joins }
  let room = view.room(port: exchange.port)
  guard array.frames <= room else {
    return Message(error, CRNN_ERROR_OUTPUT_PENDING).text("input port ").name(
      view.file.pointee.string(view.file.pointee.input(exchange.port).pointee.name)
    )
    .text(" has room for ").number(room).text(" frames, not ")
    .number(array.frames).text("; pull the output, feed the other inputs, or open the stream with a larger chunk")
    .status
  }
  view.write(port: exchange.port, array, first: 0, count: array.frames)
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
  var exchange: Exchange?
  let status = Exchange.make(model, handle, CRNN_OUTPUT, port, output, &exchange, error)
  guard status == CRNN_OK, let exchange else { return status }
  frames.pointee = exchange.view.drain(port: exchange.port, exchange.array, first: 0)
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
  var target: Exchange?
  let status = Exchange.make(model, handle, CRNN_OUTPUT, 0, output, &target, error)
  guard status == CRNN_OK, let target else { return status }
  let view = target.view
  guard view.file.pointee.inputCount == 1, view.file.pointee.outputCount == 1 else {
    return Message(error, CRNN_ERROR_PORT)
      .text("crnn_stream_process serves models with one input and one output; use push, finish and pull").status
  }
  var source: Exchange?
  if input != nil {
    let inputStatus = Exchange.make(model, handle, CRNN_INPUT, 0, input, &source, error)
    guard inputStatus == CRNN_OK else { return inputStatus }
  }
  let count = source?.array.frames ?? 0
  let length = view.checkLength(port: 0, count: count, error)
  guard length == CRNN_OK else { return length }
  if finish != 0 {
    let end = view.checkEnd(port: 0, extra: count, error)
    guard end == CRNN_OK else { return end }
  }
  view.predict(port: 0, extra: count, finish: finish != 0)
  let result = view.tensors[Int(view.file.pointee.output(0).pointee.tensor)]
  let needed = result.predicted &- result.pulled
  guard needed <= target.array.frames else {
    frames.pointee = needed
    return Message(error, CRNN_ERROR_CAPACITY).text("the output needs room for ").number(needed).text(" frames, not ")
      .number(target.array.frames).text("; nothing was consumed").status
  }
  frames.pointee = view.process(source?.array, count: count, finish: finish != 0, target.array)
  return CRNN_OK
}

extension StreamView {
  /// Feeds `count` frames in pieces that the ring can take, and drains what comes.
  fileprivate func process(_ input: ArrayView?, count: Int64, finish: Bool, _ output: ArrayView) -> Int64 {
    var (taken, given): (Int64, Int64) = (0, 0)
    if let input {
      while taken < count {
        let piece = min(count &- taken, room(port: 0))
        if piece <= 0 {
          // Only output that stands ready can be in the way.
          let drained = drain(port: 0, output, first: given)
          if drained == 0 { return given }
          given &+= drained
          continue
        }
        write(port: 0, input, first: taken, count: piece)
        taken &+= piece
        advance()
        given &+= drain(port: 0, output, first: given)
      }
    }
    if finish {
      end(port: 0)
      advance()
    }
    return given &+ drain(port: 0, output, first: given)
  }
}
