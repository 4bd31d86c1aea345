import CCRNN
import CCRNNImage

/// The longest side that a recipe may ask for, in pixels.
let maximumSide: Int32 = 65_535

@_cdecl("crnn_image_recipe_parse") @implementation
public func crnn_image_recipe_parse(
  _ text: UnsafePointer<CChar>?, _ recipe: UnsafeMutablePointer<crnn_image_recipe>?,
  _ error: UnsafeMutablePointer<crnn_error>?
) -> crnn_status {
  guard let recipe else { return Message(error, CRNN_ERROR_ARGUMENT).text("recipe is NULL").status }
  guard recipe.pointee.struct_size >= MemoryLayout<crnn_image_recipe>.size else {
    return Message(error, CRNN_ERROR_ARGUMENT)
      .text("recipe is not initialised with CRNN_IMAGE_RECIPE_INITIALIZER").status
  }
  guard let text, text[0] != 0 else {
    return Message(error, CRNN_ERROR_RECIPE)
      .text("no recipe for images: the model file has no text 'preprocess'; convert it with --preprocess").status
  }
  var length = 0
  while text[length] != 0 { length &+= 1 }
  return text.withMemoryRebound(to: UInt8.self, capacity: length &+ 1) { bytes in
    var words = RecipeWords()
    var scanner = TextScanner(bytes, length)
    repeat {
      let word = scanner.word(before: UInt8(ascii: ","))
      if let problem = words.read(word) {
        return Message(error, CRNN_ERROR_RECIPE).text("recipe, word '").characters(word.position, word.count)
          .text("': ").text(problem).status
      }
    } while !scanner.isAtEnd
    if let problem = words.finish() { return Message(error, CRNN_ERROR_RECIPE).text(problem).status }
    words.recipe.struct_size = recipe.pointee.struct_size
    recipe.pointee = words.recipe
    return CRNN_OK
  }
}

/// What is wrong with a recipe that a program may have filled in by hand, or nil.
func problem(in recipe: crnn_image_recipe) -> Literal? {
  guard recipe.channels == 1 || recipe.channels == 3 else { return "recipe: channels is neither 1 nor 3" }
  guard recipe.background <= 0xFF_FFFF else { return "recipe: background is not 0xRRGGBB" }
  guard recipe.invert == 0 || recipe.invert == 1 else { return "recipe: invert is neither 0 nor 1" }
  guard recipe.scale > 0, recipe.scale.isFinite else { return "recipe: scale is not a number above 0" }
  switch recipe.layout {
  case CRNN_IMAGE_COLUMNS, CRNN_IMAGE_ROWS, CRNN_IMAGE_WHOLE: break
  default: return "recipe: layout is none of CRNN_IMAGE_COLUMNS, _ROWS, _WHOLE"
  }
  guard recipe.stored == 0 || recipe.stored == 1, recipe.reduced == 0 || recipe.reduced == 1 else {
    return "recipe: stored or reduced is neither 0 nor 1"
  }
  guard recipe.fit >= CRNN_IMAGE_STRETCH, recipe.fit <= CRNN_IMAGE_PAD_END, recipe.padding <= 0xFF_FFFF else {
    return "recipe: fit is none of CRNN_IMAGE_STRETCH, _PAD_START, _CENTRE, _END, or padding is not 0xRRGGBB"
  }
  guard isNormalisation(recipe) else {
    return "recipe: normalised is neither 0 nor 1, a mean is not finite, or a deviation not above 0"
  }
  guard recipe.width >= 0, recipe.height >= 0, recipe.width <= maximumSide, recipe.height <= maximumSide else {
    return "recipe: width or height lies outside 0 to 65,535"
  }
  if recipe.width == 0 && recipe.height == 0 {
    return recipe.filter == 0 && recipe.fit == CRNN_IMAGE_STRETCH
      ? nil : "recipe: filter or fit is set, but neither width nor height"
  }
  guard recipe.fit == CRNN_IMAGE_STRETCH || (recipe.width > 0 && recipe.height > 0) else {
    return "recipe: a padding needs width and height"
  }
  return recipe.filter >= CRNN_IMAGE_PILLOW_BILINEAR && recipe.filter <= CRNN_IMAGE_OPENCV_LANCZOS
    ? nil : "recipe: filter is none of CRNN_IMAGE_PILLOW_… and CRNN_IMAGE_OPENCV_…"
}

/// What is not normalised has no mean and no deviation that count.
private func isNormalisation(_ recipe: crnn_image_recipe) -> Bool {
  guard recipe.normalised == 1 else { return recipe.normalised == 0 }
  let (a, b, c) = recipe.deviation
  return recipe.mean.0.isFinite && recipe.mean.1.isFinite && recipe.mean.2.isFinite && a > 0 && b > 0 && c > 0
    && a.isFinite && b.isFinite && c.isFinite
}
