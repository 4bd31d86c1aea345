import CCRNN

/// One call's use of a stream. A build that checks it (crnn_checked.h) notices a second thread in the same stream.
struct StreamUse {
  private let header: UnsafeMutablePointer<StreamHeader>?

  static var none: StreamUse { StreamUse(header: nil) }

  /// Refuses what is in use. What is no stream is let through: the call itself will say so.
  static func begin(
    _ stream: OpaquePointer?, _ use: inout StreamUse, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    guard let stream else { return CRNN_OK }
    let header = UnsafeMutableRawPointer(stream).assumingMemoryBound(to: StreamHeader.self)
    guard header.pointee.magic == StreamHeader.magic else { return CRNN_OK }
    guard crnn_enter(&header.pointee.mark) == 1 else {
      return Message(error, CRNN_ERROR_STREAM).text("another thread is using this stream; one at a time may").status
    }
    use = StreamUse(header: header)
    return CRNN_OK
  }

  func end() {
    if let header { crnn_leave(&header.pointee.mark) }
  }
}
