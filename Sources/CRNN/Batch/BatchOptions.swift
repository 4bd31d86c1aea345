import CCRNN

/// `crnn_batch_options`, checked.
struct BatchOptions {
  static let mostTogether = 64
  static let mostThreads = 65536
  var executor: UnsafePointer<crnn_executor>?
  var width = 1
  var stream = StreamOptions(chunk: 64)
  var together = 4

  mutating func read(
    _ options: UnsafePointer<crnn_batch_options>?, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    guard let options else { return CRNN_OK }
    guard options.pointee.struct_size >= MemoryLayout<crnn_batch_options>.size, options.pointee.together >= 0,
      Int(options.pointee.together) <= BatchOptions.mostTogether, isValid(options.pointee.executor)
    else {
      return Message(error, CRNN_ERROR_ARGUMENT)
        .text(
          "batch options and executor need their struct_size, together 0 to 64, the executor run and a width of 1 to 65536"
        )
        .status
    }
    if options.pointee.together > 0 { together = Int(options.pointee.together) }
    executor = options.pointee.executor
    width = Int(executor?.pointee.width ?? 1)
    var frames = crnn_stream_options(
      struct_size: MemoryLayout<crnn_stream_options>.size, chunk: options.pointee.chunk, reserved: 0,
      maximum_frames: options.pointee.maximum_frames)
    if frames.chunk == 0 { frames.chunk = Int32(truncatingIfNeeded: stream.chunk) }
    return stream.read(&frames, error)
  }

  private func isValid(_ executor: UnsafePointer<crnn_executor>?) -> Bool {
    guard let executor else { return true }
    return executor.pointee.struct_size >= MemoryLayout<crnn_executor>.size && executor.pointee.reserved == 0
      && executor.pointee.run != nil && executor.pointee.width >= 1
      && Int(executor.pointee.width) <= BatchOptions.mostThreads
  }

  /// What is enough for so many sequences: no thread, and no place beside others, that would stay empty.
  mutating func narrow(to count: Int) {
    width = max(min(width, count), 1)
    together = max(min(together, (count &+ width &- 1) &/ width), 1)
  }
}
