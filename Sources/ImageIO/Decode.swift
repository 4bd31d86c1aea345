import CCRNN
import CCRNNImage
import CImageCodecs

/// The status of a codec's result, and how its sentence starts.
private func status(of result: crnn_codec_result) -> (crnn_status, StaticString) {
  switch result {
  case CRNN_CODEC_CANNOT_READ: (CRNN_ERROR_OPEN, "the image cannot be read: ")
  case CRNN_CODEC_UNKNOWN_FORMAT: (CRNN_ERROR_IMAGE_FORMAT, "neither a PNG nor a JPEG: ")
  case CRNN_CODEC_TOO_LARGE: (CRNN_ERROR_IMAGE_TOO_LARGE, "the image is too large: ")
  case CRNN_CODEC_UNSUPPORTED: (CRNN_ERROR_IMAGE_UNSUPPORTED, "this kind of image is not read: ")
  case CRNN_CODEC_NO_MEMORY: (CRNN_ERROR_MEMORY, "decoding failed: ")
  default: (CRNN_ERROR_IMAGE_DAMAGED, "the image is damaged: ")
  }
}

/// The pixel limit of the options, or nil where they make no sense.
private func maximumPixels(_ options: UnsafePointer<crnn_image_options>?) -> Int64? {
  guard let options else { return Int64(CRNN_IMAGE_MAXIMUM_PIXELS) }
  guard options.pointee.struct_size >= MemoryLayout<crnn_image_options>.size else { return nil }
  let maximum = options.pointee.maximum_pixels
  guard maximum >= 0, maximum <= 1 << 40 else { return nil }
  return maximum == 0 ? Int64(CRNN_IMAGE_MAXIMUM_PIXELS) : maximum
}

private func decode(
  _ options: UnsafePointer<crnn_image_options>?, _ image: UnsafeMutablePointer<crnn_image>?,
  _ error: UnsafeMutablePointer<crnn_error>?,
  with codec: (Int64, UnsafeMutablePointer<crnn_codec_image>) -> crnn_codec_result
) -> crnn_status {
  guard let image else { return Message(error, CRNN_ERROR_ARGUMENT).text("image is NULL").status }
  guard image.pointee.struct_size >= MemoryLayout<crnn_image>.size else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("image is not initialised with CRNN_IMAGE_INITIALIZER").status
  }
  guard let maximum = maximumPixels(options) else {
    return Message(error, CRNN_ERROR_ARGUMENT)
      .text("options: use CRNN_IMAGE_OPTIONS_INITIALIZER and a maximum_pixels of 0 to 2^40").status
  }
  var decoded = crnn_codec_image()
  let result = codec(maximum, &decoded)
  guard result == CRNN_CODEC_OK else {
    let (status, start) = status(of: result)
    let message = Message(error, status).text(start)
    return withUnsafeBytes(of: &decoded.detail) { detail in
      guard let bytes = detail.baseAddress else { return message.status }
      return message.characters(bytes.assumingMemoryBound(to: UInt8.self), detail.count).status
    }
  }
  image.pointee.width = decoded.width
  image.pointee.height = decoded.height
  image.pointee.channels = decoded.channels
  image.pointee.reserved = 0
  image.pointee.row_bytes = 0
  image.pointee.pixels = decoded.pixels
  return CRNN_OK
}

@_cdecl("crnn_image_decode_file") @implementation
public func crnn_image_decode_file(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<crnn_image_options>?,
  _ image: UnsafeMutablePointer<crnn_image>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let path else { return Message(error, CRNN_ERROR_ARGUMENT).text("path is NULL").status }
  return decode(options, image, error) { crnn_codec_decode_file(path, $0, $1) }
}

@_cdecl("crnn_image_decode_memory") @implementation
public func crnn_image_decode_memory(
  _ bytes: UnsafeRawPointer?, _ count: Int, _ options: UnsafePointer<crnn_image_options>?,
  _ image: UnsafeMutablePointer<crnn_image>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let bytes, count >= 0 else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("bytes is NULL, or byte_count past half the memory").status
  }
  return decode(options, image, error) {
    crnn_codec_decode_memory(bytes.assumingMemoryBound(to: UInt8.self), count, $0, $1)
  }
}

@_cdecl("crnn_image_free") @implementation
public func crnn_image_free(_ image: UnsafeMutablePointer<crnn_image>?) {
  guard let image, image.pointee.struct_size >= MemoryLayout<crnn_image>.size else { return }
  crnn_codec_free(image.pointee.pixels)
  image.pointee.pixels = nil
}
