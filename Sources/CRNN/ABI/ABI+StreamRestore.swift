import CCRNN
import CKernels

@_cdecl("crnn_stream_bytes") @implementation
public func crnn_stream_bytes(_ stream: OpaquePointer?) -> Int {
  guard let stream else { return 0 }
  let header = UnsafeMutableRawPointer(stream).assumingMemoryBound(to: StreamHeader.self)
  return header.pointee.magic == StreamHeader.magic ? Int(truncatingIfNeeded: header.pointee.bytes) : 0
}

@_cdecl("crnn_stream_restore") @implementation
public func crnn_stream_restore(
  _ model: OpaquePointer?, _ memory: UnsafeMutableRawPointer?, _ bytes: Int,
  _ result: UnsafeMutablePointer<OpaquePointer?>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let memory, let result else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("memory or stream is NULL").status
  }
  guard isAligned(memory) else {
    return Message(error, CRNN_ERROR_ALIGNMENT).text("a stream's memory must be aligned to 16 bytes").status
  }
  guard bytes >= MemoryLayout<StreamHeader>.size else {
    return Message(error, CRNN_ERROR_CAPACITY).text("a saved stream has more than ").number(bytes).text(" bytes").status
  }
  var view: StreamView?
  let status = stream(model, OpaquePointer(memory), error, &view)
  guard status == CRNN_OK, let view else { return status }
  let header = view.header
  guard header.pointee.layout == StreamHeader.layout else {
    return Message(error, CRNN_ERROR_STREAM)
      .text("the stream was saved by a version of the library that lays streams out in another way").status
  }
  guard header.pointee.bytes >= 0, header.pointee.bytes <= Int64(bytes) else {
    return Message(error, CRNN_ERROR_CAPACITY).text("the saved stream is cut short: it has ").number(bytes)
      .text(" bytes of ").number(header.pointee.bytes).status
  }
  guard view.isConsistent(bytes: Int64(bytes)) else {
    return Message(error, CRNN_ERROR_STREAM).text("the saved stream is damaged: its parts contradict each other").status
  }
  header.pointee.mark = 0
  result.pointee = OpaquePointer(memory)
  return CRNN_OK
}
