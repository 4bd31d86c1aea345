import CCRNN

/// A sequence that is there from its first to its last frame, with the stream that it runs on: the caller's arrays for each port.
struct WholeSequence {
  let view: StreamView
  private let inputs: UnsafePointer<crnn_array>
  private let outputs: UnsafePointer<crnn_array>

  /// `view`: a fresh stream. The arrays are one for each port.
  init(_ view: StreamView, _ inputs: UnsafePointer<crnn_array>, _ outputs: UnsafePointer<crnn_array>) {
    (self.view, self.inputs, self.outputs) = (view, inputs, outputs)
  }

  private var file: UnsafePointer<PackedFile> { view.file }

  /// Everything that can be refused is refused before anything is computed, so that outputs stay untouched on error.
  @inline(never)
  func check(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
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

  /// From the first frame to the last. `check` was content.
  func run() {
    var progress = true
    while progress {
      progress = feed()
      view.advance()
      progress = drain() || progress
    }
  }

  /// Gives every input port as many frames as it can take, up to a chunk; false where no port had any left or room for one. What a port
  /// has taken stands in the stream.
  @inline(never)
  func feed() -> Bool {
    var progress = false
    var port = 0
    while port < file.pointee.inputCount {
      var array = ArrayView.none(view.base)
      _ = make(CRNN_INPUT, port, &array, nil)
      let state = view.tensors + Int(file.pointee.input(port).pointee.tensor)
      let left = array.frames &- state.pointee.produced
      let piece = min(left, min(view.room(port: port), view.header.pointee.chunk))
      if piece > 0 { view.write(port: port, array, first: state.pointee.produced, count: piece) }
      let ends = state.pointee.final < 0 && state.pointee.produced == array.frames
      if ends { view.end(port: port) }
      progress = progress || piece > 0 || ends
      port &+= 1
    }
    return progress
  }

  /// Takes what is ready at every output port; false where nothing was.
  @inline(never)
  func drain() -> Bool {
    var progress = false
    var port = 0
    while port < file.pointee.outputCount {
      var array = ArrayView.none(view.base)
      _ = make(CRNN_OUTPUT, port, &array, nil)
      let pulled = view.tensors[Int(file.pointee.output(port).pointee.tensor)].pulled
      if view.read(port: port, array, first: pulled, limit: array.frames &- pulled) > 0 { progress = true }
      port &+= 1
    }
    return progress
  }

  /// Every output has given its last frame.
  var isOver: Bool {
    var port = 0
    while port < file.pointee.outputCount {
      if view.tensors[Int(file.pointee.output(port).pointee.tensor)].pulled < outputs[port].shape.0 { return false }
      port &+= 1
    }
    return true
  }

  private func make(
    _ direction: crnn_direction, _ port: Int, _ array: inout ArrayView, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    let record = direction == CRNN_INPUT ? file.pointee.input(port) : file.pointee.output(port)
    return ArrayView.make(
      (direction == CRNN_INPUT ? inputs : outputs) + port, record, file.pointee.string(record.pointee.name), &array,
      error)
  }
}
