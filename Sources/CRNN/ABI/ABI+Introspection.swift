import CCRNN
import CKernels

@_cdecl("crnn_model_port_count") @implementation
public func crnn_model_port_count(_ model: OpaquePointer?, _ direction: crnn_direction) -> Int32 {
  guard let model = view(model) else { return 0 }
  let file = model.pointee.file
  return Int32(truncatingIfNeeded: direction == CRNN_INPUT ? file.pointee.inputCount : file.pointee.outputCount)
}

/// The record of a port, or nil.
func port(_ model: UnsafePointer<Model>, _ direction: crnn_direction, _ index: Int32) -> UnsafePointer<
  crnn_port_record
>? {
  let file = model.pointee.file
  guard direction == CRNN_INPUT || direction == CRNN_OUTPUT, index >= 0,
    Int(index) < (direction == CRNN_INPUT ? file.pointee.inputCount : file.pointee.outputCount)
  else { return nil }
  return direction == CRNN_INPUT ? file.pointee.input(Int(index)) : file.pointee.output(Int(index))
}

func noPort(_ error: UnsafeMutablePointer<crnn_error>?, _ index: Int32) -> crnn_status {
  Message(error, CRNN_ERROR_PORT).text("the model has no such port: ").number(Int(index)).status
}

@_cdecl("crnn_model_port") @implementation
public func crnn_model_port(
  _ model: OpaquePointer?, _ direction: crnn_direction, _ index: Int32, _ info: UnsafeMutablePointer<crnn_port_info>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let model = view(model) else { return notAModel(error) }
  guard let info, info.pointee.struct_size >= MemoryLayout<crnn_port_info>.size else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("info is NULL or its struct_size is not set").status
  }
  guard let port = port(model, direction, index) else { return noPort(error, index) }
  let file = model.pointee.file
  let tensor = file.pointee.tensors[Int(port.pointee.tensor)]
  let shape = port.pointee.shape
  info.pointee.name = file.pointee.string(port.pointee.name)
  info.pointee.native_dtype = crnn_dtype(truncatingIfNeeded: Int(tensor.store))
  info.pointee.rank = Int32(truncatingIfNeeded: Int(port.pointee.rank))
  info.pointee.shape = (Int64(shape.0), Int64(shape.1), Int64(shape.2), Int64(shape.3))
  info.pointee.integer_scale = port.pointee.integer_scale
  info.pointee.per_sequence = tensor.isPerSequence ? 1 : 0
  info.pointee.fixed_frames = Int64(tensor.fixed_frames)
  info.pointee.rate_numerator = Int32(truncatingIfNeeded: Int(tensor.rate_numerator))
  info.pointee.rate_denominator = Int32(truncatingIfNeeded: Int(tensor.rate_denominator))
  return CRNN_OK
}

@_cdecl("crnn_model_find_port") @implementation
public func crnn_model_find_port(
  _ model: OpaquePointer?, _ direction: crnn_direction, _ name: UnsafePointer<CChar>?,
  _ index: UnsafeMutablePointer<Int32>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let model = view(model) else { return notAModel(error) }
  guard let name, let index else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("name or index is NULL").status
  }
  var i: Int32 = 0
  while let candidate = port(model, direction, i) {
    if CString.equal(model.pointee.file.pointee.string(candidate.pointee.name), name) {
      index.pointee = i
      return CRNN_OK
    }
    i &+= 1
  }
  return Message(error, CRNN_ERROR_PORT).text("the model has no port called ").name(name).status
}

@_cdecl("crnn_model_output_frames") @implementation
public func crnn_model_output_frames(
  _ model: OpaquePointer?, _ output: Int32, _ inputFrames: UnsafePointer<Int64>?, _ inputCount: Int32,
  _ frames: UnsafeMutablePointer<Int64>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let model = view(model) else { return notAModel(error) }
  let file = model.pointee.file
  guard let inputFrames, let frames, Int(inputCount) == file.pointee.inputCount else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("input_frames or frames is NULL, or there are not ")
      .number(file.pointee.inputCount).text(" inputs").status
  }
  guard let port = port(model, CRNN_OUTPUT, output) else { return noPort(error, output) }
  var i = 0
  while i < file.pointee.inputCount {
    guard inputFrames[i] >= 0, inputFrames[i] <= 1 << 40 else {
      return Message(error, CRNN_ERROR_ARGUMENT).text("a sequence cannot have ").number(inputFrames[i]).text(" frames")
        .status
    }
    i &+= 1
  }
  frames.pointee = TotalFrames(file: file, inputs: inputFrames).of(Int(port.pointee.tensor))
  return CRNN_OK
}

/// Counts the frames of whole sequences: from a tensor back to an input, then forward again. Not by recursion: there may be thousands of
/// nodes on the way, and a stack of a few kilobytes.
struct TotalFrames {
  let file: UnsafePointer<PackedFile>
  let inputs: UnsafePointer<Int64>

  func of(_ tensor: Int) -> Int64 {
    // A bit for each node on the way. They stand in the file in the order in which they run.
    var way = InlineArray<128, UInt32>(repeating: 0)
    var tensor = tensor
    var frames: Int64
    while true {
      frames = given(tensor)
      if frames >= 0 { break }
      guard let n = producer(of: tensor) else { return 0 }
      way[n >> 5 & 127] |= 1 << UInt32(n & 31)
      // A join takes its inputs' common length, and all its inputs have one: the first answers for all. One path back and no
      // more: a hostile file could make the number of all paths as large as it likes.
      tensor = file.node(n).inputIndex(NodeTiming(file.node(n).record).kind == .following ? 1 : 0)
    }
    var n = 0
    while n < file.pointee.nodeCount {
      if way[n >> 5 & 127] & 1 << UInt32(n & 31) != 0 { frames = after(NodeTiming(file.node(n).record), frames) }
      n &+= 1
    }
    return frames
  }

  /// The length of an input port; -1 where the tensor is none.
  private func given(_ tensor: Int) -> Int64 {
    var i = 0
    while i < file.pointee.inputCount {
      if Int(file.pointee.input(i).pointee.tensor) == tensor { return inputs[i] }
      i &+= 1
    }
    return -1
  }

  private func producer(of tensor: Int) -> Int? {
    var n = 0
    while n < file.pointee.nodeCount {
      if Int(file.pointee.nodes[n].output) == tensor { return n }
      n &+= 1
    }
    return nil
  }

  private func after(_ timing: NodeTiming, _ frames: Int64) -> Int64 {
    switch timing.kind {
    case .each, .reverse, .blocks, .following: frames
    case .window: timing.windows(frames, final: frames)
    case .reduction: frames > 0 ? 1 : 0
    case .expansion: frames > 0 ? Int64(timing.count) : 0
    }
  }
}

@_cdecl("crnn_model_text") @implementation
public func crnn_model_text(_ model: OpaquePointer?, _ key: UnsafePointer<CChar>?) -> UnsafePointer<CChar>? {
  guard let model = view(model), let key else { return nil }
  return model.pointee.file.pointee.text(key)
}

@_cdecl("crnn_model_is_bounded") @implementation
public func crnn_model_is_bounded(_ model: OpaquePointer?) -> Int32 {
  guard let model = view(model) else { return 0 }
  return model.pointee.file.pointee.isBounded ? 1 : 0
}

@_cdecl("crnn_model_isa") @implementation
public func crnn_model_isa(_ model: OpaquePointer?) -> UnsafePointer<CChar>? {
  guard let model = view(model) else { return nil }
  return crnn_use_name(model.pointee.kernels)
}
