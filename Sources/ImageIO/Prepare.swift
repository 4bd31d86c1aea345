import CCRNN
import CCRNNImage

/// The caller's image as a view, or what is wrong with it.
private func view(
  _ image: crnn_image, _ error: UnsafeMutablePointer<crnn_error>?
) -> (pixels: Pixels?, status: crnn_status) {
  func refuse(_ text: StaticString) -> (Pixels?, crnn_status) {
    (nil, Message(error, CRNN_ERROR_ARGUMENT).text(text).status)
  }
  guard let bytes = image.pixels else { return refuse("image has no pixels") }
  guard image.width >= 1, image.height >= 1 else { return refuse("image: width or height is below 1") }
  guard image.channels >= 1, image.channels <= 4 else { return refuse("image: channels is not 1 to 4") }
  let minimum = Int64(image.width) &* Int64(image.channels)
  let rowBytes = image.row_bytes == 0 ? minimum : image.row_bytes
  // Above 2^40 bytes no such image exists, and below nothing computed from it can overflow.
  guard rowBytes >= minimum, rowBytes <= (1 << 40) / Int64(image.height) else {
    return refuse("image: row_bytes is smaller than width * channels, or the image larger than 2^40 bytes")
  }
  return (
    Pixels(
      bytes, width: Int(image.width), height: Int(image.height), channels: Int(image.channels), rowBytes: Int(rowBytes)),
    CRNN_OK
  )
}

@_cdecl("crnn_image_prepare") @implementation
public func crnn_image_prepare(
  _ recipe: UnsafePointer<crnn_image_recipe>?, _ image: UnsafePointer<crnn_image>?,
  _ port: UnsafePointer<crnn_port_info>?, _ buffer: UnsafeMutableRawPointer?, _ capacity: Int,
  _ frames: UnsafeMutablePointer<crnn_array>?,
  _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  // Sizes first: of a smaller structure nothing else may be read.
  guard let recipe, recipe.pointee.struct_size >= MemoryLayout<crnn_image_recipe>.size else {
    return Message(error, CRNN_ERROR_ARGUMENT)
      .text("recipe is NULL, or not initialised with CRNN_IMAGE_RECIPE_INITIALIZER").status
  }
  guard let image, image.pointee.struct_size >= MemoryLayout<crnn_image>.size else {
    return Message(error, CRNN_ERROR_ARGUMENT).text("image is NULL, or not initialised with CRNN_IMAGE_INITIALIZER")
      .status
  }
  if let port, port.pointee.struct_size < MemoryLayout<crnn_port_info>.size {
    return Message(error, CRNN_ERROR_ARGUMENT).text("port is not filled in by crnn_model_port").status
  }
  return prepare(recipe.pointee, image.pointee, port?.pointee, buffer, capacity, frames, needed, error)
}

private func prepare(
  _ recipe: crnn_image_recipe, _ image: crnn_image, _ port: crnn_port_info?, _ buffer: UnsafeMutableRawPointer?,
  _ capacity: Int, _ frames: UnsafeMutablePointer<crnn_array>?, _ needed: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  if let problem = problem(in: recipe) { return Message(error, CRNN_ERROR_ARGUMENT).text(problem).status }
  let (viewed, viewStatus) = view(image, error)
  guard let source = viewed else { return viewStatus }

  let width = recipe.width == 0 ? source.width : Int(recipe.width)
  let height = recipe.height == 0 ? source.height : Int(recipe.height)
  let channels = Int(recipe.channels)
  var shape = FrameShape(
    width: Int64(width), height: Int64(height), channels: Int64(channels), layout: recipe.layout)
  if let port {
    let (fitted, status) = shape.fitted(to: port, scale: recipe.scale, error)
    guard let fitted else { return status }
    shape = fitted
  }
  let bytes = width &* height &* channels
  guard capacity >= bytes else {
    needed?.pointee = bytes
    return Message(error, CRNN_ERROR_CAPACITY).text("the prepared image takes ").number(bytes)
      .text(" bytes; the buffer has ").number(capacity).status
  }
  guard let buffer else { return Message(error, CRNN_ERROR_ARGUMENT).text("buffer is NULL").status }
  guard let frames else { return Message(error, CRNN_ERROR_ARGUMENT).text("frames is NULL").status }

  let output = buffer.bindMemory(to: UInt8.self, capacity: bytes)
  guard carryOut(recipe, source, width: width, height: height, to: output) else {
    return Message(error, CRNN_ERROR_MEMORY).text("no memory to resize to ").size(width, height).status
  }
  frames.pointee = shape.array(over: buffer)
  needed?.pointee = bytes
  return CRNN_OK
}

/// Colours, size, layout. False where memory is missing; then nothing was written.
private func carryOut(
  _ recipe: crnn_image_recipe, _ source: Pixels, width: Int, height: Int, to output: UnsafeMutablePointer<UInt8>
) -> Bool {
  let mask: UInt8 = recipe.invert == 1 ? 255 : 0
  let channels = Int(recipe.channels)
  var colored = source
  var colorMemory: UnsafeMutablePointer<UInt8>?
  if source.channels != channels {
    guard let memory = allocate(UInt8.self, source.width &* source.height &* channels) else { return false }
    colorMemory = memory
    colored = Pixels(memory, width: source.width, height: source.height, channels: channels)
    Colors(background: recipe.background).convert(source, to: colored)
  }
  defer { release(colorMemory) }
  guard width != source.width || height != source.height else {
    layOut(colored, recipe.layout, mask: mask, to: output)
    return true
  }
  guard let memory = allocate(UInt8.self, width &* height &* channels) else { return false }
  defer { release(memory) }
  let resized = Pixels(memory, width: width, height: height, channels: channels)
  let isDone =
    recipe.filter == CRNN_IMAGE_OPENCV_BILINEAR
    ? OpenCVResize.bilinear(colored, to: resized) : PillowResize.bilinear(colored, to: resized)
  guard isDone else { return false }
  layOut(resized, recipe.layout, mask: mask, to: output)
  return true
}
