import CCRNN
import CKernels

/// The stream behind a handle, checked against the model.
func stream(
  _ model: OpaquePointer?, _ stream: OpaquePointer?, _ error: UnsafeMutablePointer<crnn_error>?,
  _ result: inout StreamView?
) -> crnn_status {
  guard let model = view(model) else { return notAModel(error) }
  guard let stream else { return Message(error, CRNN_ERROR_ARGUMENT).text("the stream is NULL").status }
  let base = UnsafeMutableRawPointer(stream)
  let header = base.assumingMemoryBound(to: StreamHeader.self)
  guard header.pointee.magic == StreamHeader.magic else {
    return Message(error, CRNN_ERROR_STREAM).text("this is not a stream, or it was destroyed").status
  }
  guard header.pointee.model == model.pointee.file.pointee.contentID else {
    return Message(error, CRNN_ERROR_STREAM).text("the stream belongs to another model").status
  }
  result = StreamView(model, base)
  return CRNN_OK
}

/// The bytes of a stream, or a status that says why there are none.
func streamBytes(
  _ file: UnsafePointer<PackedFile>, _ options: StreamOptions, _ error: UnsafeMutablePointer<crnn_error>?
) -> (status: crnn_status, bytes: Int) {
  let bytes = file.layOut(.nothing, chunk: options.chunk, maximumFrames: options.maximumFrames)
  if bytes < 0 {
    return (
      Message(error, CRNN_ERROR_ARGUMENT)
        .text("a part of this network needs the whole sequence: set maximum_frames to the longest one").status, 0
    )
  }
  if bytes == 0 {
    return (Message(error, CRNN_ERROR_MEMORY).text("a stream with these options would not fit into memory").status, 0)
  }
  return (CRNN_OK, bytes)
}

@_cdecl("crnn_stream_size") @implementation
public func crnn_stream_size(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_stream_options>?, _ bytes: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let model = view(model) else { return notAModel(error) }
  guard let bytes else { return Message(error, CRNN_ERROR_ARGUMENT).text("bytes is NULL").status }
  var chosen = StreamOptions()
  let status = chosen.read(options, error)
  guard status == CRNN_OK else { return status }
  let size = streamBytes(model.pointee.file, chosen, error)
  if size.status == CRNN_OK { bytes.pointee = size.bytes }
  return size.status
}

@_cdecl("crnn_stream_init") @implementation
public func crnn_stream_init(
  _ model: OpaquePointer?, _ memory: UnsafeMutableRawPointer?, _ memoryBytes: Int,
  _ options: UnsafePointer<crnn_stream_options>?, _ result: UnsafeMutablePointer<OpaquePointer?>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let model = view(model) else { return notAModel(error) }
  guard let memory, let result else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("memory or stream is NULL").status
  }
  guard isAligned(memory) else {
    return Message(error, CRNN_ERROR_ALIGNMENT).text("a stream's memory must be aligned to 16 bytes").status
  }
  var chosen = StreamOptions()
  let status = chosen.read(options, error)
  guard status == CRNN_OK else { return status }
  let size = streamBytes(model.pointee.file, chosen, error)
  guard size.status == CRNN_OK else { return size.status }
  guard memoryBytes >= size.bytes else {
    return Message(error, CRNN_ERROR_CAPACITY).text("the stream needs ").number(size.bytes).text(
      " bytes of memory, not "
    )
    .number(memoryBytes).status
  }
  // What pads a frame meets weights of 0; in a file that lies it must at least be nobody else's memory.
  crnn_fill(memory, 0, size.bytes)
  _ = model.pointee.file.layOut(.writing(memory), chunk: chosen.chunk, maximumFrames: chosen.maximumFrames)
  StreamView(model, memory).reset()
  result.pointee = OpaquePointer(memory)
  return CRNN_OK
}

@_cdecl("crnn_stream_create") @implementation
public func crnn_stream_create(
  _ model: OpaquePointer?, _ options: UnsafePointer<crnn_stream_options>?,
  _ result: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard result != nil else { return Message(error, CRNN_ERROR_ARGUMENT).text("stream is NULL").status }
  var bytes = 0
  let status = crnn_stream_size(model, options, &bytes, error)
  guard status == CRNN_OK else { return status }
  guard let memory = crnn_host_allocate(bytes) else {
    return Message(error, CRNN_ERROR_MEMORY).text("no memory for a stream of ").number(bytes).text(" bytes").status
  }
  return crnn_stream_init(model, memory, bytes, options, result, error)
}

@_cdecl("crnn_stream_destroy") @implementation
public func crnn_stream_destroy(_ stream: OpaquePointer?) {
  guard let stream else { return }
  let memory = UnsafeMutableRawPointer(stream)
  let header = memory.assumingMemoryBound(to: StreamHeader.self)
  guard header.pointee.magic == StreamHeader.magic else { return }
  header.pointee.magic = 0
  crnn_host_free(memory)
}

@_cdecl("crnn_stream_reset") @implementation
public func crnn_stream_reset(
  _ model: OpaquePointer?, _ handle: OpaquePointer?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  var use = StreamUse.none
  let inUse = StreamUse.begin(handle, &use, error)
  guard inUse == CRNN_OK else { return inUse }
  defer { use.end() }
  var view: StreamView?
  let status = stream(model, handle, error, &view)
  guard status == CRNN_OK, let view else { return status }
  view.reset()
  return CRNN_OK
}
