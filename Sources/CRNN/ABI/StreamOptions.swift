import CCRNN

/// `crnn_stream_options`, checked.
struct StreamOptions {
  var chunk = 1
  var maximumFrames: Int64 = 0

  mutating func read(
    _ options: UnsafePointer<crnn_stream_options>?, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    guard let options else { return CRNN_OK }
    let o = options.pointee
    guard o.struct_size >= MemoryLayout<crnn_stream_options>.size, o.reserved == 0 else {
      return Message(error, CRNN_ERROR_ARGUMENT)
        .text("initialise stream options with CRNN_STREAM_OPTIONS_INITIALIZER; reserved fields must be 0").status
    }
    guard o.chunk >= 0, o.chunk <= 65536, o.maximum_frames >= 0, o.maximum_frames <= 1 << 40 else {
      return Message(error, CRNN_ERROR_ARGUMENT)
        .text("chunk must be 0 to 65536 and maximum_frames 0 to 2^40; they are ").number(Int(o.chunk)).text(" and ")
        .number(o.maximum_frames).status
    }
    chunk = max(Int(o.chunk), 1)
    maximumFrames = o.maximum_frames
    return CRNN_OK
  }
}
