import CCRNN

@_cdecl("crnn_version") @implementation
public func crnn_version() -> UInt32 {
  UInt32(CRNN_VERSION_MAJOR) * 1_000_000 + UInt32(CRNN_VERSION_MINOR) * 1000 + UInt32(CRNN_VERSION_PATCH)
}

@_cdecl("crnn_abi_check") @implementation
public func crnn_abi_check(_ headerVersion: UInt32) -> crnn_status {
  // Before 1.0 a minor version may change the interface; afterwards a newer library serves every older header.
  let (major, minor) = (headerVersion &/ 1_000_000, headerVersion &/ 1000 &% 1000)
  return major == UInt32(CRNN_VERSION_MAJOR) && minor == UInt32(CRNN_VERSION_MINOR) ? CRNN_OK : CRNN_ERROR_VERSION
}

@_cdecl("crnn_status_name") @implementation
public func crnn_status_name(_ status: crnn_status) -> UnsafePointer<CChar>? {
  constant(nameAndText(status))
}

@_cdecl("crnn_status_text") @implementation
public func crnn_status_text(_ status: crnn_status) -> UnsafePointer<CChar>? {
  let name = constant(nameAndText(status))
  var end = 0
  while name[end] != 0 { end &+= 1 }
  return name + end + 1
}

func constant(_ text: Literal) -> UnsafePointer<CChar> { text.characters }

/// A status's name and its text, a NUL between them: half the code of two literals.
private func nameAndText(_ status: crnn_status) -> Literal {
  switch status {
  case CRNN_OK: "CRNN_OK\0success"
  case CRNN_ERROR_ARGUMENT: "CRNN_ERROR_ARGUMENT\0an argument is NULL or outside what is allowed"
  case CRNN_ERROR_SHAPE: "CRNN_ERROR_SHAPE\0an array's rank or shape is not the port's"
  case CRNN_ERROR_TYPE: "CRNN_ERROR_TYPE\0an array's element type cannot be taken by the port"
  case CRNN_ERROR_PORT: "CRNN_ERROR_PORT\0the model has no such port"
  case CRNN_ERROR_ALIGNMENT: "CRNN_ERROR_ALIGNMENT\0memory is not aligned as needed"
  case CRNN_ERROR_VERSION: "CRNN_ERROR_VERSION\0header and library do not fit together"
  case CRNN_ERROR_FILE_MAGIC: "CRNN_ERROR_FILE_MAGIC\0this is not a crnn model file"
  case CRNN_ERROR_FILE_TRUNCATED: "CRNN_ERROR_FILE_TRUNCATED\0the model file is shorter than it says"
  case CRNN_ERROR_FILE_CHECKSUM: "CRNN_ERROR_FILE_CHECKSUM\0the model file is damaged"
  case CRNN_ERROR_FILE_TOO_NEW: "CRNN_ERROR_FILE_TOO_NEW\0the model file needs a newer library"
  case CRNN_ERROR_FILE_MALFORMED: "CRNN_ERROR_FILE_MALFORMED\0the parts of the model file contradict each other"
  case CRNN_ERROR_FILE_SELF_TEST:
    "CRNN_ERROR_FILE_SELF_TEST\0the model does not compute what it was packed to compute"
  case CRNN_ERROR_FILE_EMPTY: "CRNN_ERROR_FILE_EMPTY\0the model file has no bytes"
  case CRNN_ERROR_FILE_VERSION: "CRNN_ERROR_FILE_VERSION\0the model file names a version that was never written"
  case CRNN_ERROR_FINISHED: "CRNN_ERROR_FINISHED\0the sequence is finished"
  case CRNN_ERROR_STREAM: "CRNN_ERROR_STREAM\0this is not a stream of this model"
  case CRNN_ERROR_INCOMPLETE: "CRNN_ERROR_INCOMPLETE\0the sequence does not have the length the model needs"
  case CRNN_ERROR_CAPACITY: "CRNN_ERROR_CAPACITY\0a buffer or memory block is too small"
  case CRNN_ERROR_TOO_LONG: "CRNN_ERROR_TOO_LONG\0the sequence is longer than the stream or the model takes"
  case CRNN_ERROR_OUTPUT_PENDING: "CRNN_ERROR_OUTPUT_PENDING\0finished output must be pulled first"
  case CRNN_ERROR_OPEN: "CRNN_ERROR_OPEN\0the file cannot be opened"
  case CRNN_ERROR_MEMORY: "CRNN_ERROR_MEMORY\0the system has no memory left"
  case CRNN_ERROR_ISA: "CRNN_ERROR_ISA\0this instruction set is not known or not supported here"
  case CRNN_ERROR_NOT_LINKED: "CRNN_ERROR_NOT_LINKED\0the program was linked without an operation of the model"
  case CRNN_ERROR_IMAGE_FORMAT: "CRNN_ERROR_IMAGE_FORMAT\0this is neither a PNG nor a JPEG"
  case CRNN_ERROR_IMAGE_DAMAGED: "CRNN_ERROR_IMAGE_DAMAGED\0the image is damaged or cut short"
  case CRNN_ERROR_IMAGE_TOO_LARGE: "CRNN_ERROR_IMAGE_TOO_LARGE\0the image has more pixels than the limit allows"
  case CRNN_ERROR_IMAGE_UNSUPPORTED: "CRNN_ERROR_IMAGE_UNSUPPORTED\0this kind of PNG or JPEG is not read"
  case CRNN_ERROR_RECIPE: "CRNN_ERROR_RECIPE\0the recipe for images is not understood or does not fit the model"
  default: "CRNN_ERROR_UNKNOWN\0unknown status"
  }
}
