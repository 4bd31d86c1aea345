import CCRNNImage
import ImageIO
import Testing

@Suite struct RecipeTests {
  private func parse(_ text: String) -> (status: crnn_status, recipe: crnn_image_recipe, message: String) {
    var recipe = crnn_image_recipe()
    recipe.struct_size = MemoryLayout<crnn_image_recipe>.size
    var error = crnn_error()
    error.struct_size = MemoryLayout<crnn_error>.size
    let status = crnn_image_recipe_parse(text, &recipe, &error)
    let message = withUnsafeBytes(of: error.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    return (status, recipe, message)
  }

  @Test func fullRecipe() {
    let (status, recipe, _) = parse(
      "rgb, background=0a0B0c ,resize=640x48:opencv:bilinear,invert,scale=0.5,layout=rows")
    #expect(status == CRNN_OK)
    #expect(recipe.channels == 3)
    #expect(recipe.background == 0x0A0B0C)
    #expect(recipe.width == 640 && recipe.height == 48)
    #expect(recipe.filter == CRNN_IMAGE_OPENCV_BILINEAR)
    #expect(recipe.invert == 1)
    #expect(recipe.scale == 0.5)
    #expect(recipe.layout == CRNN_IMAGE_ROWS)
  }

  @Test func defaults() {
    let (status, recipe, _) = parse("grey")
    #expect(status == CRNN_OK)
    #expect(recipe.background == 0xFFFFFF)
    #expect(recipe.width == 0 && recipe.height == 0 && recipe.filter == 0)
    #expect(recipe.invert == 0)
    #expect(recipe.scale == Float(1) / 255)
    #expect(recipe.layout == CRNN_IMAGE_COLUMNS)
  }

  @Test(arguments: [
    ("grey,mean=3", "mean=3"), ("grey,grey", "'grey': this was said before"), ("grey,rgb", "said before"),
    ("invert", "neither 'grey' nor 'rgb'"), ("grey,resize=28", "resize=28"), ("grey,resize=0x5:pillow:bilinear", "0x5"),
    ("grey,resize=5x65536:pillow:bilinear", "65536"), ("grey,resize=5x5:pillow:bicubic", "filter"),
    ("grey,resize=99999999999999999999x5:pillow:bilinear", "sides"), ("grey,scale=0", "number above 0"),
    ("grey,scale=1/0", "number above 0"), ("grey,scale=-1", "number above 0"), ("grey,scale=1e5", "too long"),
    ("grey,scale=.", "number above 0"), ("grey,layout=diagonal", "columns"), ("grey,background=12345", "hexadecimal"),
    ("grey,background=12345g", "hexadecimal"), ("greyish", "too long"), ("grey,,invert", "not one of"),
    ("", "preprocess"),
    (",", "not one of"), ("grey,scale=0.00000000000000001", "number above 0"),
  ])
  func refused(text: String, expected: String) {
    let (status, recipe, message) = parse(text)
    #expect(status == CRNN_ERROR_RECIPE)
    #expect(message.contains(expected), "\(message)")
    #expect(recipe.channels == 0, "the output is untouched")
  }
}
