import CCRNN
import CKernels

@_cdecl("crnn_run") @implementation
public func crnn_run(
  _ model: OpaquePointer?, _ inputs: UnsafePointer<crnn_array>?, _ inputCount: Int32,
  _ outputs: UnsafePointer<crnn_array>?, _ outputCount: Int32, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let checked = view(model) else { return notAModel(error) }
  let file = checked.pointee.file
  guard let inputs, let outputs, Int(inputCount) == file.pointee.inputCount,
    Int(outputCount) == file.pointee.outputCount
  else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("the model has ").number(file.pointee.inputCount).text(
      " inputs and "
    )
    .number(file.pointee.outputCount).text(" outputs; one array for each is needed").status
  }
  var longest: Int64 = 1
  var i = 0
  while i < file.pointee.inputCount {
    guard inputs[i].rank > 0 else {
      return Message(error, CRNN_ERROR_SHAPE).text("an array needs a time axis").status
    }
    longest = max(longest, inputs[i].shape.0)
    i &+= 1
  }
  // Enough for four frames side by side in a matrix kernel, and small sequences in few steps.
  var options = crnn_stream_options(
    struct_size: MemoryLayout<crnn_stream_options>.size, chunk: Int32(truncatingIfNeeded: min(longest, 16)),
    reserved: 0,
    maximum_frames: min(longest, 1 << 40))
  var handle: OpaquePointer?
  let created = crnn_stream_create(model, &options, &handle, error)
  guard created == CRNN_OK else { return created }
  let status = WholeRun(model: model, handle: handle, file: file, inputs: inputs, outputs: outputs).run(error)
  crnn_stream_destroy(handle)
  return status
}

/// One whole sequence through a fresh stream.
private struct WholeRun {
  let model: OpaquePointer?
  let handle: OpaquePointer?
  let file: UnsafePointer<PackedFile>
  let inputs: UnsafePointer<crnn_array>
  let outputs: UnsafePointer<crnn_array>

  func run(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    var view: StreamView?
    var status = stream(model, handle, error, &view)
    guard status == CRNN_OK, let view else { return status }
    status = check(view, error)
    guard status == CRNN_OK else { return status }
    // Ports take turns, a piece each, in the proportion of their lengths; `done` frames of each have come. What a port has
    // taken, and what an output has given, stands in the stream.
    var progress = true
    while progress {
      progress = false
      var port = 0
      while port < file.pointee.inputCount {
        var array = ArrayView.none(view.base)
        status = make(CRNN_INPUT, port, &array, error)
        guard status == CRNN_OK else { return status }
        let state = view.tensors[Int(file.pointee.input(port).pointee.tensor)]
        let piece = min(array.frames &- state.produced, min(view.room(port: port), view.header.pointee.chunk))
        if piece > 0 {
          view.write(port: port, array, first: state.produced, count: piece)
          progress = true
        }
        if state.final < 0, state.produced &+ max(piece, 0) == array.frames {
          view.end(port: port)
          progress = true
        }
        view.advance()
        port &+= 1
      }
      port = 0
      while port < file.pointee.outputCount {
        var array = ArrayView.none(view.base)
        status = make(CRNN_OUTPUT, port, &array, error)
        guard status == CRNN_OK else { return status }
        let pulled = view.tensors[Int(file.pointee.output(port).pointee.tensor)].pulled
        if view.read(port: port, array, first: pulled, limit: array.frames &- pulled) > 0 { progress = true }
        port &+= 1
      }
      if progress { view.advance() }
    }
    return CRNN_OK
  }

  private func make(
    _ direction: crnn_direction, _ port: Int, _ array: inout ArrayView, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    let record = direction == CRNN_INPUT ? file.pointee.input(port) : file.pointee.output(port)
    return ArrayView.make(
      (direction == CRNN_INPUT ? inputs : outputs) + port, record, file.pointee.string(record.pointee.name), &array,
      error)
  }

  /// Everything that can be refused is refused before anything is computed, so that outputs stay untouched on error.
  private func check(_ view: StreamView, _ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    var port = 0
    while port < file.pointee.inputCount {
      var array = ArrayView.none(view.base)
      var status = make(CRNN_INPUT, port, &array, error)
      guard status == CRNN_OK else { return status }
      status = view.checkInput(port: port, array, error)
      guard status == CRNN_OK else { return status }
      status = view.checkLength(port: port, count: array.frames, error)
      guard status == CRNN_OK else { return status }
      status = view.checkEnd(port: port, extra: array.frames, error)
      guard status == CRNN_OK else { return status }
      let tensor = view.tensors + Int(file.pointee.input(port).pointee.tensor)
      tensor.pointee.predicted = array.frames
      tensor.pointee.predictedFinal = array.frames
      port &+= 1
    }
    view.predictNodes()
    let joins = view.checkWholeJoins(error)
    guard joins == CRNN_OK else { return joins }
    port = 0
    while port < file.pointee.outputCount {
      var array = ArrayView.none(view.base)
      var status = make(CRNN_OUTPUT, port, &array, error)
      guard status == CRNN_OK else { return status }
      status = view.checkOutput(port: port, array, error)
      guard status == CRNN_OK else { return status }
      let frames = view.tensors[Int(file.pointee.output(port).pointee.tensor)].predicted
      guard array.frames == frames else {
        return Message(error, CRNN_ERROR_SHAPE).text("output port ").name(
          file.pointee.string(file.pointee.output(port).pointee.name)
        )
        .text(" gives ").number(frames).text(" frames; the array has room for ").number(array.frames).status
      }
      port &+= 1
    }
    return CRNN_OK
  }
}
