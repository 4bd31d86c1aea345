import CCRNN

@_cdecl("crnn_version") @implementation
public func crnn_version() -> UInt32 {
  UInt32(CRNN_VERSION_MAJOR) * 1_000_000 + UInt32(CRNN_VERSION_MINOR) * 1000 + UInt32(CRNN_VERSION_PATCH)
}

@_cdecl("crnn_abi_check") @implementation
public func crnn_abi_check(_ headerVersion: UInt32) -> crnn_status {
  // Before 1.0 a minor version may change the interface; afterwards a newer library serves every older header.
  let (major, minor) = (headerVersion / 1_000_000, headerVersion / 1000 % 1000)
  return major == UInt32(CRNN_VERSION_MAJOR) && minor == UInt32(CRNN_VERSION_MINOR) ? CRNN_OK : CRNN_ERROR_VERSION
}

@_cdecl("crnn_status_name") @implementation
public func crnn_status_name(_ status: crnn_status) -> UnsafePointer<CChar>? {
  constant(statusText(status).name)
}

@_cdecl("crnn_status_text") @implementation
public func crnn_status_text(_ status: crnn_status) -> UnsafePointer<CChar>? {
  constant(statusText(status).text)
}

/// String literals end with a NUL.
func constant(_ text: StaticString) -> UnsafePointer<CChar> {
  UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
}

private func statusText(_ status: crnn_status) -> (name: StaticString, text: StaticString) {
  switch status {
  case CRNN_OK: ("CRNN_OK", "success")
  case CRNN_ERROR_ARGUMENT: ("CRNN_ERROR_ARGUMENT", "an argument is NULL or outside what is allowed")
  case CRNN_ERROR_SHAPE: ("CRNN_ERROR_SHAPE", "an array's rank or shape is not the port's")
  case CRNN_ERROR_TYPE: ("CRNN_ERROR_TYPE", "an array's element type cannot be taken by the port")
  case CRNN_ERROR_PORT: ("CRNN_ERROR_PORT", "the model has no such port")
  case CRNN_ERROR_ALIGNMENT: ("CRNN_ERROR_ALIGNMENT", "memory is not aligned as needed")
  case CRNN_ERROR_VERSION: ("CRNN_ERROR_VERSION", "header and library do not fit together")
  case CRNN_ERROR_FILE_MAGIC: ("CRNN_ERROR_FILE_MAGIC", "this is not a crnn model file")
  case CRNN_ERROR_FILE_TRUNCATED: ("CRNN_ERROR_FILE_TRUNCATED", "the model file is shorter than it says")
  case CRNN_ERROR_FILE_CHECKSUM: ("CRNN_ERROR_FILE_CHECKSUM", "the model file is damaged")
  case CRNN_ERROR_FILE_TOO_NEW: ("CRNN_ERROR_FILE_TOO_NEW", "the model file needs a newer library")
  case CRNN_ERROR_FILE_MALFORMED: ("CRNN_ERROR_FILE_MALFORMED", "the parts of the model file contradict each other")
  case CRNN_ERROR_FILE_SELF_TEST:
    ("CRNN_ERROR_FILE_SELF_TEST", "the model does not compute what it was packed to compute")
  case CRNN_ERROR_FILE_EMPTY: ("CRNN_ERROR_FILE_EMPTY", "the model file has no bytes")
  case CRNN_ERROR_FILE_VERSION: ("CRNN_ERROR_FILE_VERSION", "the model file names a version that was never written")
  case CRNN_ERROR_FINISHED: ("CRNN_ERROR_FINISHED", "the sequence is finished")
  case CRNN_ERROR_STREAM: ("CRNN_ERROR_STREAM", "this is not a stream of this model")
  case CRNN_ERROR_INCOMPLETE: ("CRNN_ERROR_INCOMPLETE", "the sequence does not have the length the model needs")
  case CRNN_ERROR_CAPACITY: ("CRNN_ERROR_CAPACITY", "a buffer or memory block is too small")
  case CRNN_ERROR_TOO_LONG: ("CRNN_ERROR_TOO_LONG", "the sequence is longer than the stream or the model takes")
  case CRNN_ERROR_OUTPUT_PENDING: ("CRNN_ERROR_OUTPUT_PENDING", "finished output must be pulled first")
  case CRNN_ERROR_OPEN: ("CRNN_ERROR_OPEN", "the file cannot be opened")
  case CRNN_ERROR_MEMORY: ("CRNN_ERROR_MEMORY", "the system has no memory left")
  case CRNN_ERROR_ISA: ("CRNN_ERROR_ISA", "this instruction set is not known or not supported here")
  case CRNN_ERROR_IMAGE_FORMAT: ("CRNN_ERROR_IMAGE_FORMAT", "this is neither a PNG nor a JPEG")
  case CRNN_ERROR_IMAGE_DAMAGED: ("CRNN_ERROR_IMAGE_DAMAGED", "the image is damaged or cut short")
  case CRNN_ERROR_IMAGE_TOO_LARGE: ("CRNN_ERROR_IMAGE_TOO_LARGE", "the image has more pixels than the limit allows")
  case CRNN_ERROR_IMAGE_UNSUPPORTED: ("CRNN_ERROR_IMAGE_UNSUPPORTED", "this kind of PNG or JPEG is not read")
  case CRNN_ERROR_RECIPE: ("CRNN_ERROR_RECIPE", "the recipe for images is not understood or does not fit the model")
  default: ("CRNN_ERROR_UNKNOWN", "unknown status")
  }
}
