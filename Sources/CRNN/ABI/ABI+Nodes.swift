import CCRNN

@_cdecl("crnn_model_node_count") @implementation
public func crnn_model_node_count(_ model: OpaquePointer?) -> Int32 {
  guard let model = view(model) else { return 0 }
  return Int32(truncatingIfNeeded: model.pointee.file.pointee.nodeCount)
}

@_cdecl("crnn_model_node") @implementation
public func crnn_model_node(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_stream_options>?, _ index: Int32,
  _ info: UnsafeMutablePointer<crnn_node_info>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let model = view(model) else { return notAModel(error) }
  guard let info, info.pointee.struct_size >= MemoryLayout<crnn_node_info>.size else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("info is NULL or its struct_size is not set").status
  }
  let file = model.pointee.file
  guard index >= 0, Int(index) < file.pointee.nodeCount else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("the model has no node ").number(Int(index)).status
  }
  var chosen = StreamOptions()
  let status = chosen.read(options, error)
  guard status == CRNN_OK else { return status }
  let node = file.node(Int(index))
  let tensor = node.output.pointee
  let capacity = file.pointee.ringCapacity(node.outputIndex, chunk: chosen.chunk, maximumFrames: chosen.maximumFrames)
  info.pointee.name = node.name
  info.pointee.operation = constant(Operations.name(node.operation))
  info.pointee.output_store = constant(
    Int(tensor.store) == CRNN_STORE_U8
      ? "u8" : Int(tensor.store) == CRNN_STORE_S16 ? "s16" : Int(tensor.store) == CRNN_STORE_F32 ? "f32" : "s32")
  info.pointee.height = Int32(truncatingIfNeeded: Int(tensor.height))
  info.pointee.width = Int32(truncatingIfNeeded: Int(tensor.width))
  info.pointee.channels = Int32(truncatingIfNeeded: Int(tensor.channels))
  info.pointee.rate_numerator = Int32(truncatingIfNeeded: Int(tensor.rate_numerator))
  info.pointee.rate_denominator = Int32(truncatingIfNeeded: Int(tensor.rate_denominator))
  var weights: UInt64 = 0
  var i = 0
  while i < node.blobCount {
    weights &+= UInt64(node.blobLength(i))
    i &+= 1
  }
  let record = node.record.pointee
  info.pointee.kernel = signed(record.kernel)
  info.pointee.stride = signed(record.stride)
  info.pointee.dilation = signed(record.dilation)
  info.pointee.weight_bytes = weights
  info.pointee.macs = UInt64(truncatingIfNeeded: Operations.multiplications(node))
  info.pointee.ring_bytes = UInt64(max(capacity, 0)) &* UInt64(tensor.frameBytes)
  info.pointee.state_bytes = UInt64(truncatingIfNeeded: Operations.stateBytes(node))
  info.pointee.scratch_bytes = UInt64(
    truncatingIfNeeded: Operations.scratchBytes(node, chunk: chosen.chunk))
  let window = firstWindow(model, node.outputIndex)
  info.pointee.lookahead = window.lookahead
  info.pointee.receptive_field = window.receptiveField
  info.pointee.reserved = 0
  info.pointee.whole_sequence = file.pointee.makesBounded(Int(index)) ? 1 : 0
  return CRNN_OK
}

/// The window of a tensor over the first input port that it depends on.
private func firstWindow(_ model: UnsafePointer<Model>, _ tensor: Int) -> FrameWindow {
  let ports = model.pointee.file.pointee.inputCount
  let windows = model.pointee.windows + tensor &* ports
  var port = 0
  while port &+ 1 < ports, !windows[port].depends { port &+= 1 }
  return windows[port]
}

private func signed(_ extents: (UInt32, UInt32, UInt32)) -> (Int32, Int32, Int32) {
  (
    Int32(truncatingIfNeeded: extents.0), Int32(truncatingIfNeeded: extents.1), Int32(truncatingIfNeeded: extents.2)
  )
}
