import CCRNNImage
import ImageIO

/// Pictures and recipes.
enum ImageFuzzing {
  /// Enough for every seed, little enough for many cases a second.
  private static let mostPixels: Int64 = 1 << 18

  static func decode(_ bytes: UnsafeRawBufferPointer) {
    let file = FuzzedBlock(copying: bytes)
    defer { file.free() }
    var options = crnn_image_options()
    options.struct_size = MemoryLayout<crnn_image_options>.size
    options.maximum_pixels = mostPixels
    var image = crnn_image()
    image.struct_size = MemoryLayout<crnn_image>.size
    guard crnn_image_decode_memory(file.start, file.count, &options, &image, nil) == CRNN_OK else { return }
    defer { crnn_image_free(&image) }
    for text in [
      "grey,invert,resize=28x28:pillow:bilinear", "rgb,resize=50x9:opencv:bilinear,layout=rows", "grey,layout=whole",
    ] {
      prepare(text, image)
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

  private static func prepare(_ text: String, _ source: crnn_image) {
    var image = source
    var recipe = crnn_image_recipe()
    recipe.struct_size = MemoryLayout<crnn_image_recipe>.size
    guard crnn_image_recipe_parse(text, &recipe, nil) == CRNN_OK else { return }
    var frames = crnn_array()
    frames.struct_size = MemoryLayout<crnn_array>.size
    var needed = 0
    _ = crnn_image_prepare(&recipe, &image, nil, nil, 0, &frames, &needed, nil)
    let block = FuzzedBlock(needed)
    defer { block.free() }
    _ = crnn_image_prepare(&recipe, &image, nil, block.start, needed, &frames, nil, nil)
  }
}
