import CCRNN
import CCRNNImage
import CImageCodecs

/// The status of a codec's result, and how its sentence starts.
private func status(of result: crnn_codec_result) -> (crnn_status, Literal) {
  switch result {
  case CRNN_CODEC_CANNOT_READ: (CRNN_ERROR_OPEN, "the image cannot be read: ")
  case CRNN_CODEC_UNKNOWN_FORMAT: (CRNN_ERROR_IMAGE_FORMAT, "neither a PNG nor a JPEG: ")
  case CRNN_CODEC_TOO_LARGE: (CRNN_ERROR_IMAGE_TOO_LARGE, "the image is too large: ")
  case CRNN_CODEC_UNSUPPORTED: (CRNN_ERROR_IMAGE_UNSUPPORTED, "this kind of image is not read: ")
  case CRNN_CODEC_NO_MEMORY: (CRNN_ERROR_MEMORY, "decoding failed: ")
  default: (CRNN_ERROR_IMAGE_DAMAGED, "the image is damaged: ")
  }
}

/// The caller's options as the codecs take them, or nil where they make no sense.
private func codecOptions(_ options: UnsafePointer<crnn_image_options>?) -> crnn_codec_options? {
  var result = crnn_codec_options()
  result.maximum_pixels = Int64(CRNN_IMAGE_MAXIMUM_PIXELS)
  result.maximum_bytes = Int64(CRNN_IMAGE_MAXIMUM_BYTES)
  guard let options else { return result }
  guard options.pointee.struct_size >= MemoryLayout<crnn_image_options>.size else { return nil }
  let (pixels, bytes) = (options.pointee.maximum_pixels, options.pointee.maximum_bytes)
  guard pixels >= 0, pixels <= 1 << 40, bytes >= 0, bytes <= 1 << 44 else { return nil }
  if pixels > 0 { result.maximum_pixels = pixels }
  if bytes > 0 { result.maximum_bytes = bytes }
  guard let recipe = options.pointee.recipe else { return result }
  guard recipe.pointee.struct_size >= MemoryLayout<crnn_image_recipe>.size, problem(in: recipe.pointee) == nil else {
    return nil
  }
  result.is_stored = recipe.pointee.stored
  result.is_reduced = recipe.pointee.reduced
  result.least_width = recipe.pointee.width
  result.least_height = recipe.pointee.height
  result.fits_either = recipe.pointee.fit == CRNN_IMAGE_STRETCH ? 0 : 1
  return result
}

private func decode(
  _ options: UnsafePointer<crnn_image_options>?, _ image: UnsafeMutablePointer<crnn_image>?,
  _ error: UnsafeMutablePointer<crnn_error>?,
  with codec: (UnsafePointer<crnn_codec_options>, UnsafeMutablePointer<crnn_codec_image>) -> crnn_codec_result
) -> crnn_status {
  guard let image else { return Message(error, CRNN_ERROR_ARGUMENT).text("image is NULL").status }
  guard image.pointee.struct_size >= MemoryLayout<crnn_image>.size else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("image is not initialised with CRNN_IMAGE_INITIALIZER").status
  }
  guard var chosen = codecOptions(options) else {
    return Message(error, CRNN_ERROR_ARGUMENT)
      .text(
        "options: use CRNN_IMAGE_OPTIONS_INITIALIZER, a maximum_pixels of 0 to 2^40, a maximum_bytes of 0 to 2^44, "
      )
      .text("and a recipe from crnn_image_recipe_parse or NULL").status
  }
  var decoded = crnn_codec_image()
  let result = codec(&chosen, &decoded)
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
  image.pointee.full_width = decoded.full_width
  image.pointee.full_height = decoded.full_height
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
