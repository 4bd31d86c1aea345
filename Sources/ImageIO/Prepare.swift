import CCRNN
import CCRNNImage

/// The caller's image as a view, or what is wrong with it.
private func view(
  _ image: crnn_image, _ error: UnsafeMutablePointer<crnn_error>?
) -> (pixels: Pixels?, status: crnn_status) {
  func refuse(_ text: Literal) -> (Pixels?, crnn_status) {
    (nil, Message(error, CRNN_ERROR_ARGUMENT).text(text).status)
  }
  guard let bytes = image.pixels else { return refuse("image has no pixels") }
  guard image.width >= 1, image.height >= 1 else { return refuse("image: width or height is below 1") }
  guard image.channels >= 1, image.channels <= 4 else { return refuse("image: channels is not 1 to 4") }
  let minimum = Int64(image.width) &* Int64(image.channels)
  let rowBytes = image.row_bytes == 0 ? minimum : image.row_bytes
  // Below this, no side of it times a small number overflows. Above 2^40 bytes no image exists.
  let largest = min(1 << 40, Int64(Int.max >> 3))
  guard rowBytes >= minimum, rowBytes <= largest &/ Int64(image.height) else {
    return refuse(
      "image: row_bytes is smaller than width * channels, or the image larger than 2^40 bytes, or with 32-bit addresses 2^28"
    )
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
  prepare(recipe, image, port, nil, buffer, capacity, frames, needed, error)
}

@_cdecl("crnn_image_prepare_frames") @implementation
public func crnn_image_prepare_frames(
  _ recipe: UnsafePointer<crnn_image_recipe>?, _ image: UnsafePointer<crnn_image>?,
  _ port: UnsafePointer<crnn_port_info>?, _ first: Int64, _ count: Int64, _ buffer: UnsafeMutableRawPointer?,
  _ capacity: Int, _ frames: UnsafeMutablePointer<crnn_array>?,
  _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  prepare(recipe, image, port, (first, count), buffer, capacity, frames, needed, error)
}

/// - Parameter part: the first frame and how many; nil: all.
private func prepare(
  _ recipe: UnsafePointer<crnn_image_recipe>?, _ image: UnsafePointer<crnn_image>?,
  _ port: UnsafePointer<crnn_port_info>?, _ part: (first: Int64, count: Int64)?, _ buffer: UnsafeMutableRawPointer?,
  _ capacity: Int, _ frames: UnsafeMutablePointer<crnn_array>?, _ needed: UnsafeMutablePointer<Int>?,
  _ error: UnsafeMutablePointer<crnn_error>?
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
  return prepare(recipe.pointee, image.pointee, port?.pointee, part, buffer, capacity, frames, needed, error)
}

private func prepare(
  _ recipe: crnn_image_recipe, _ image: crnn_image, _ port: crnn_port_info?, _ part: (first: Int64, count: Int64)?,
  _ buffer: UnsafeMutableRawPointer?, _ capacity: Int, _ frames: UnsafeMutablePointer<crnn_array>?,
  _ needed: UnsafeMutablePointer<Int>?, _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  if let problem = problem(in: recipe) { return Message(error, CRNN_ERROR_ARGUMENT).text(problem).status }
  let (viewed, viewStatus) = view(image, error)
  guard let source = viewed else { return viewStatus }

  let placement = Placement(recipe, width: source.width, height: source.height)
  guard placement.isAllowed(recipe) else { return placement.refusal(error) }
  let channels = Int(recipe.channels)
  var shape = FrameShape(
    width: Int64(placement.width), height: Int64(placement.height), channels: Int64(channels), layout: recipe.layout)
  if let port {
    let (fitted, status) = shape.fitted(to: port, recipe, error)
    guard let fitted else { return status }
    shape = fitted
  }
  var wanted = Region(x: 0, y: 0, width: placement.width, height: placement.height)
  if let part {
    guard part.first >= 0, part.count >= 1, part.first <= shape.frames, part.count <= shape.frames &- part.first else {
      return Message(error, CRNN_ERROR_ARGUMENT).text("frames ").number(part.first).text(" and ").number(part.count)
        .text(" from there on are not among the ").number(shape.frames).text(" of this image").status
    }
    shape.frames = part.count
    switch recipe.layout {
    case CRNN_IMAGE_COLUMNS: (wanted.x, wanted.width) = (Int(part.first), Int(part.count))
    case CRNN_IMAGE_ROWS: (wanted.y, wanted.height) = (Int(part.first), Int(part.count))
    default: break
    }
  }
  // Sides below 2^16, or those of an image that is there: no product overflows 64 bits.
  let wantedValues = Int64(wanted.width) &* Int64(wanted.height) &* Int64(channels)
  let wantedBytes = recipe.normalised == 1 ? 4 &* wantedValues : wantedValues
  guard let bytes = Int(exactly: wantedBytes) else {
    return Message(error, CRNN_ERROR_MEMORY).text("the prepared image takes ").number(wantedBytes)
      .text(" bytes, more than this machine has addresses").status
  }
  let values = Int(truncatingIfNeeded: wantedValues)
  guard capacity >= bytes else {
    needed?.pointee = bytes
    return Message(error, CRNN_ERROR_CAPACITY).text("the prepared image takes ").number(bytes)
      .text(" bytes; the buffer has ").number(capacity).status
  }
  guard let buffer else { return Message(error, CRNN_ERROR_ARGUMENT).text("buffer is NULL").status }
  guard let frames else { return Message(error, CRNN_ERROR_ARGUMENT).text("frames is NULL").status }
  guard recipe.normalised == 0 || Int(bitPattern: buffer) % MemoryLayout<Float>.alignment == 0 else {
    return Message(error, CRNN_ERROR_ALIGNMENT).text("buffer is not aligned to 4, which the floats of this recipe need")
      .status
  }

  // The bytes of floats are made at the end of the memory, which those then fill from the start.
  let output = (buffer + (bytes &- values)).bindMemory(to: UInt8.self, capacity: values)
  guard Preparation(recipe, source, placement, wanted, to: output).run() else {
    return Message(error, CRNN_ERROR_MEMORY).text("no memory to resize to ")
      .size(placement.innerWidth, placement.innerHeight).status
  }
  if recipe.normalised == 1 { normalise(buffer, count: values, recipe) }
  frames.pointee = shape.array(over: buffer, recipe.normalised == 1 ? CRNN_F32 : CRNN_U8)
  needed?.pointee = bytes
  return CRNN_OK
}
