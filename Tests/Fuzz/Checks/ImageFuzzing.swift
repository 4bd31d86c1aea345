import CCRNNImage
import ImageIO

/// Pictures, decoded and prepared by several recipes; and recipes.
enum ImageFuzzing {
  /// Small: it is damage that is looked for, not large images.
  private static let (mostPixels, mostBytes): (Int64, Int64) = (1 << 16, 1 << 22)

  private static let recipes = [
    "grey", "rgb,resize=17x13:pillow:lanczos,pad=centre,orientation=stored",
    "grey,resize=*x8:opencv:area,jpeg=reduced,mean=0.5", "grey,invert,resize=28x28:pillow:bilinear",
  ]

  static func decode(_ bytes: UnsafeRawBufferPointer) {
    let file = FuzzedBlock(copying: bytes)
    defer { file.free() }
    repairChecksums(UnsafeMutableRawBufferPointer(start: file.start, count: file.count))
    for text in recipes {
      var recipe = crnn_image_recipe()
      recipe.struct_size = MemoryLayout<crnn_image_recipe>.size
      guard crnn_image_recipe_parse(text, &recipe, nil) == CRNN_OK else { continue }
      decode(file, &recipe)
    }
  }

  static func parse(_ bytes: UnsafeRawBufferPointer) {
    let text = FuzzedBlock(bytes.count + 1)
    defer { text.free() }
    if let source = bytes.baseAddress { text.start.copyMemory(from: source, byteCount: bytes.count) }
    var recipe = crnn_image_recipe()
    recipe.struct_size = MemoryLayout<crnn_image_recipe>.size
    _ = crnn_image_recipe_parse(text.start.assumingMemoryBound(to: CChar.self), &recipe, nil)
  }

  private static func decode(_ file: FuzzedBlock, _ recipe: UnsafeMutablePointer<crnn_image_recipe>) {
    var image = crnn_image()
    image.struct_size = MemoryLayout<crnn_image>.size
    var options = crnn_image_options(
      struct_size: MemoryLayout<crnn_image_options>.size, maximum_pixels: mostPixels, maximum_bytes: mostBytes,
      recipe: UnsafePointer(recipe))
    guard crnn_image_decode_memory(file.start, file.count, &options, &image, nil) == CRNN_OK else { return }
    defer { crnn_image_free(&image) }
    var needed = 0
    _ = crnn_image_prepare(recipe, &image, nil, nil, 0, nil, &needed, nil)
    guard needed > 0, needed < 1 << 24 else { return }
    let block = FuzzedBlock(needed)
    defer { block.free() }
    var frames = crnn_array()
    _ = crnn_image_prepare(recipe, &image, nil, block.start, needed, &frames, nil, nil)
  }

  /// The chunks of a PNG: length, kind, data, CRC-32 of kind and data (ISO 15948, 5.3). They get the checksums that their content has,
  /// without which no change of them would be looked at.
  static func repairChecksums(_ content: UnsafeMutableRawBufferPointer) {
    guard content.first == 0x89 else { return }
    var start = 8
    while start + 12 <= content.count {
      let length = content[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
      guard length <= content.count - start - 12 else { return }
      let sum = crc32(content[start + 4..<start + 8 + length])
      for i in 0..<4 { content[start + 8 + length + i] = UInt8(truncatingIfNeeded: sum >> (24 - 8 * UInt32(i))) }
      start += 12 + length
    }
  }

  private static func crc32(_ bytes: Slice<UnsafeMutableRawBufferPointer>) -> UInt32 {
    ~bytes.reduce(0xFFFF_FFFF) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value >> 1 ^ (value & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
  }
}
