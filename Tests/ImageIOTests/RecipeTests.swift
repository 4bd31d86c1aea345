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
    #expect(recipe.fit == CRNN_IMAGE_STRETCH && recipe.stored == 0 && recipe.reduced == 0 && recipe.normalised == 0)
  }

  @Test func fitAndNormalisation() {
    let (status, recipe, _) = parse(
      "rgb,resize=100x32:pillow:lanczos,pad=centre:102030,mean=0.5:1/4:0,deviation=2,orientation=stored,jpeg=reduced")
    #expect(status == CRNN_OK)
    #expect(recipe.filter == CRNN_IMAGE_PILLOW_LANCZOS)
    #expect(recipe.fit == CRNN_IMAGE_PAD_CENTRE && recipe.padding == 0x102030)
    #expect(recipe.normalised == 1 && recipe.mean == (0.5, 0.25, 0) && recipe.deviation == (2, 2, 2))
    #expect(recipe.stored == 1 && recipe.reduced == 1)
  }

  @Test func freeSides() {
    #expect(parse("grey,resize=*x32:opencv:area").recipe.width == 0)
    #expect(parse("grey,resize=*x32:opencv:area").recipe.height == 32)
    #expect(parse("grey,resize=64x*:opencv:area").recipe.height == 0)
  }

  /// Width and height of the image, the recipe, and where the image lies in what comes out: width, height, x, y, inner width and height.
  @Test(arguments: [
    (100, 50, "grey", [100, 50, 0, 0, 100, 50]), (100, 50, "grey,resize=*x32:pillow:box", [64, 32, 0, 0, 64, 32]),
    (3, 999, "grey,resize=*x32:pillow:box", [1, 32, 0, 0, 1, 32]),
    (33, 64, "grey,resize=*x32:pillow:box", [17, 32, 0, 0, 17, 32]),
    (100, 50, "grey,resize=30x30:pillow:box,pad=start", [30, 30, 0, 0, 30, 15]),
    (100, 50, "grey,resize=30x30:pillow:box,pad=centre", [30, 30, 0, 7, 30, 15]),
    (50, 100, "grey,resize=30x30:pillow:box,pad=end", [30, 30, 15, 0, 15, 30]),
    (1, 1000, "grey,resize=30x30:pillow:box,pad=end", [30, 30, 29, 0, 1, 30]),
    (30, 30, "grey,resize=30x30:pillow:box,pad=centre", [30, 30, 0, 0, 30, 30]),
  ])
  func placements(width: Int32, height: Int32, text: String, expected: [Int32]) {
    var recipe = parse(text).recipe
    var placement = crnn_image_placement()
    placement.struct_size = MemoryLayout<crnn_image_placement>.size
    #expect(crnn_image_measure(&recipe, width, height, &placement, nil) == CRNN_OK)
    let found = [
      placement.width, placement.height, placement.x, placement.y, placement.inner_width, placement.inner_height,
    ]
    #expect(found == expected)
  }

  @Test func tooWide() {
    var recipe = parse("grey,resize=*x1000:pillow:box").recipe
    var placement = crnn_image_placement()
    placement.struct_size = MemoryLayout<crnn_image_placement>.size
    #expect(crnn_image_measure(&recipe, 10000, 1, &placement, nil) == CRNN_ERROR_IMAGE_TOO_LARGE)
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
    ("grey,mean=x", "mean=x"), ("grey,mean=1:2", "three"), ("grey,deviation=0", "above 0"),
    ("grey,deviation=1:2:0", "above 0"),
    ("grey,resize=*x*:pillow:box", "for one of them"), ("grey,pad=start", "no 'resize='"),
    ("grey,resize=*x5:pillow:box,pad=end", "pad to"),
    ("grey,resize=5x5:pillow:box,pad=left", "centre"), ("grey,resize=5x5:pillow:box,pad=end:pink", "hexadecimal"),
    ("grey,jpeg=reduced", "no 'resize='"), ("grey,orientation=exif", "not one of"),
    ("grey,grey", "'grey': this was said before"), ("grey,rgb", "said before"),
    ("invert", "neither 'grey' nor 'rgb'"), ("grey,resize=28", "resize=28"), ("grey,resize=0x5:pillow:bilinear", "0x5"),
    ("grey,resize=5x65536:pillow:bilinear", "65536"), ("grey,resize=5x5:pillow:area", "filter"),
    ("grey,resize=5x5:opencv:bicubics", "too long"),
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
