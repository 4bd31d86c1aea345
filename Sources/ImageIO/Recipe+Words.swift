import CCRNN
import CCRNNImage

/// The words of a recipe, read one after another into the structure that carries it out.
struct RecipeWords {
  /// What a word speaks of; each may be spoken of once.
  enum Topic: UInt8 {
    case colors = 1
    case background = 2
    case resize = 4
    case invert = 8
    case scale = 16
    case layout = 32
  }

  var recipe = crnn_image_recipe()
  /// The raw values of the topics so far. Not an OptionSet: its array literals would need the heap.
  private var topics: UInt8 = 0

  init() {
    recipe.background = 0xFF_FFFF
    recipe.scale = 1 / 255
    recipe.layout = CRNN_IMAGE_COLUMNS
  }

  func has(_ topic: Topic) -> Bool { topics & topic.rawValue != 0 }

  /// Takes one word. Returns what is wrong with it, or nil.
  mutating func read(_ word: TextScanner) -> StaticString? {
    var word = word
    let topic: Topic
    let problem: StaticString?
    if word.take("background=") {
      (topic, problem) = (.background, readBackground(&word))
    } else if word.take("resize=") {
      (topic, problem) = (.resize, readResize(&word))
    } else if word.take("scale=") {
      (topic, problem) = (.scale, readScale(&word))
    } else if word.take("layout=") {
      (topic, problem) = (.layout, readLayout(&word))
    } else if word.take("grey") {
      recipe.channels = 1
      (topic, problem) = (.colors, nil)
    } else if word.take("rgb") {
      recipe.channels = 3
      (topic, problem) = (.colors, nil)
    } else if word.take("invert") {
      recipe.invert = 1
      (topic, problem) = (.invert, nil)
    } else {
      return "not one of grey, rgb, background=, resize=, invert, scale=, layout="
    }
    if let problem { return problem }
    guard word.isAtEnd else { return "too long" }
    guard !has(topic) else { return "this was said before" }
    topics |= topic.rawValue
    return nil
  }

  private mutating func readBackground(_ word: inout TextScanner) -> StaticString? {
    if word.take("white") {
      recipe.background = 0xFF_FFFF
    } else if word.take("black") {
      recipe.background = 0
    } else if let color = word.hexadecimalColor() {
      recipe.background = color
    } else {
      return "not white, black or six hexadecimal digits"
    }
    return nil
  }

  private mutating func readResize(_ word: inout TextScanner) -> StaticString? {
    guard let width = word.wholeNumber(maximum: maximumSide), word.take("x"),
      let height = word.wholeNumber(maximum: maximumSide), word.take(":")
    else { return "not WIDTHxHEIGHT:FILTER with sides of 1 to 65535 pixels" }
    if word.take("pillow:bilinear") {
      recipe.filter = CRNN_IMAGE_PILLOW_BILINEAR
    } else if word.take("opencv:bilinear") {
      recipe.filter = CRNN_IMAGE_OPENCV_BILINEAR
    } else {
      return "the filter is not pillow:bilinear or opencv:bilinear"
    }
    recipe.width = width
    recipe.height = height
    return nil
  }

  private mutating func readScale(_ word: inout TextScanner) -> StaticString? {
    guard var value = word.decimalNumber() else { return "not a number above 0, such as 1/255" }
    if word.take("/") {
      guard let divisor = word.decimalNumber() else { return "no number above 0 behind the stroke" }
      value /= divisor
    }
    recipe.scale = Float(value)
    // 1e-30 to 1e30 keeps every product with a pixel an ordinary number.
    return value > 1e-30 && value < 1e30 ? nil : "too small or too large a number"
  }

  private mutating func readLayout(_ word: inout TextScanner) -> StaticString? {
    if word.take("columns") {
      recipe.layout = CRNN_IMAGE_COLUMNS
    } else if word.take("rows") {
      recipe.layout = CRNN_IMAGE_ROWS
    } else if word.take("whole") {
      recipe.layout = CRNN_IMAGE_WHOLE
    } else {
      return "not columns, rows or whole"
    }
    return nil
  }
}
