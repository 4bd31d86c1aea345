import CCRNN
import CCRNNImage

/// The words of a recipe, read one after another into the structure that carries it out.
struct RecipeWords {
  /// What a word speaks of; each may be spoken of once.
  enum Topic: UInt16 {
    case colors = 1
    case background = 2
    case resize = 4
    case invert = 8
    case scale = 16
    case layout = 32
    case pad = 64
    case mean = 128
    case deviation = 256
    case orientation = 512
    case jpeg = 1024
  }

  var recipe = crnn_image_recipe()
  /// The raw values of the topics so far. Not an OptionSet: its array literals would need the heap.
  private var topics: UInt16 = 0

  init() {
    recipe.background = 0xFF_FFFF
    recipe.scale = 1 / 255
    recipe.layout = CRNN_IMAGE_COLUMNS
    recipe.deviation = (1, 1, 1)
  }

  func has(_ topic: Topic) -> Bool { topics & topic.rawValue != 0 }

  /// Takes one word. Returns what is wrong with it, or nil.
  mutating func read(_ word: TextScanner) -> Literal? {
    var word = word
    let topic: Topic
    let problem: Literal?
    if word.take("background=") {
      (topic, problem) = (.background, RecipeWords.read(&word, color: &recipe.background))
    } else if word.take("resize=") {
      (topic, problem) = (.resize, readResize(&word))
    } else if word.take("pad=") {
      (topic, problem) = (.pad, readPad(&word))
    } else if word.take("scale=") {
      (topic, problem) = (.scale, readScale(&word))
    } else if word.take("mean=") {
      (topic, problem) = (.mean, RecipeWords.read(&word, channels: &recipe.mean, isAboveZero: false))
    } else if word.take("deviation=") {
      (topic, problem) = (.deviation, RecipeWords.read(&word, channels: &recipe.deviation, isAboveZero: true))
    } else if word.take("layout=") {
      (topic, problem) = (.layout, readLayout(&word))
    } else if word.take("orientation=stored") {
      recipe.stored = 1
      (topic, problem) = (.orientation, nil)
    } else if word.take("jpeg=reduced") {
      recipe.reduced = 1
      (topic, problem) = (.jpeg, nil)
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
      return
        "not one of grey, rgb, background=, resize=, pad=, invert, scale=, mean=, deviation=, layout=, orientation=stored, jpeg=reduced"
    }
    if let problem { return problem }
    guard word.isAtEnd else { return "too long" }
    guard !has(topic) else { return "this was said before" }
    topics |= topic.rawValue
    return nil
  }

  /// What is missing where words contradict each other, or nil.
  mutating func finish() -> Literal? {
    guard has(.colors) else { return "the recipe says neither 'grey' nor 'rgb'" }
    guard !has(.pad) || (recipe.width > 0 && recipe.height > 0) else {
      return "the recipe has 'pad=', but no 'resize=' with a width and a height to pad to"
    }
    guard recipe.reduced == 0 || has(.resize) else { return "the recipe has 'jpeg=reduced', but no 'resize='" }
    if has(.mean) || has(.deviation) { recipe.normalised = 1 } else { recipe.deviation = (0, 0, 0) }
    return nil
  }

  private static func read(_ word: inout TextScanner, color: inout UInt32) -> Literal? {
    if word.take("white") {
      color = 0xFF_FFFF
    } else if word.take("black") {
      color = 0
    } else if let number = word.hexadecimalColor() {
      color = number
    } else {
      return "not white, black or six hexadecimal digits"
    }
    return nil
  }

  private mutating func readResize(_ word: inout TextScanner) -> Literal? {
    guard let width = side(&word), word.take("x"), let height = side(&word), word.take(":"), width > 0 || height > 0
    else { return "not WIDTHxHEIGHT:FILTER with sides of 1 to 65535 pixels, or * for one of them" }
    guard let filter = RecipeWords.filter(&word) else {
      return
        "the filter is none of pillow:nearest, box, bilinear, hamming, bicubic, lanczos, opencv:nearest, bilinear, area, bicubic, lanczos"
    }
    recipe.filter = filter
    recipe.width = width
    recipe.height = height
    return nil
  }

  /// A side of the resized image; 0 for a star.
  private func side(_ word: inout TextScanner) -> Int32? {
    word.take("*") ? 0 : word.wholeNumber(maximum: maximumSide)
  }

  private static func filter(_ word: inout TextScanner) -> crnn_image_filter? {
    if word.take("pillow:") {
      if word.take("bilinear") { return CRNN_IMAGE_PILLOW_BILINEAR }
      if word.take("nearest") { return CRNN_IMAGE_PILLOW_NEAREST }
      if word.take("box") { return CRNN_IMAGE_PILLOW_BOX }
      if word.take("hamming") { return CRNN_IMAGE_PILLOW_HAMMING }
      if word.take("bicubic") { return CRNN_IMAGE_PILLOW_BICUBIC }
      if word.take("lanczos") { return CRNN_IMAGE_PILLOW_LANCZOS }
    } else if word.take("opencv:") {
      if word.take("bilinear") { return CRNN_IMAGE_OPENCV_BILINEAR }
      if word.take("nearest") { return CRNN_IMAGE_OPENCV_NEAREST }
      if word.take("area") { return CRNN_IMAGE_OPENCV_AREA }
      if word.take("bicubic") { return CRNN_IMAGE_OPENCV_BICUBIC }
      if word.take("lanczos") { return CRNN_IMAGE_OPENCV_LANCZOS }
    }
    return nil
  }

  private mutating func readPad(_ word: inout TextScanner) -> Literal? {
    if word.take("start") {
      recipe.fit = CRNN_IMAGE_PAD_START
    } else if word.take("centre") {
      recipe.fit = CRNN_IMAGE_PAD_CENTRE
    } else if word.take("end") {
      recipe.fit = CRNN_IMAGE_PAD_END
    } else {
      return "not start, centre or end"
    }
    recipe.padding = 0xFF_FFFF
    return word.take(":") ? RecipeWords.read(&word, color: &recipe.padding) : nil
  }

  private mutating func readScale(_ word: inout TextScanner) -> Literal? {
    guard let value = word.quotient(), value > 0 else { return "not a number above 0, such as 1/255" }
    recipe.scale = Float(value)
    return RecipeWords.isUsable(value) ? nil : "too small or too large a number"
  }

  /// One number for all channels, or one for each of three with colons between them.
  private static func read(
    _ word: inout TextScanner, channels: inout (Float, Float, Float), isAboveZero: Bool
  ) -> Literal? {
    guard let first = word.quotient() else { return "not a number, or three with colons between them" }
    var (second, third) = (first, first)
    if word.take(":") {
      guard let green = word.quotient(), word.take(":"), let blue = word.quotient() else {
        return "not a number, or three with colons between them"
      }
      (second, third) = (green, blue)
    }
    channels = (Float(first), Float(second), Float(third))
    guard isAboveZero else {
      return first < 1e30 && second < 1e30 && third < 1e30 ? nil : "too large a number"
    }
    return isUsable(first) && isUsable(second) && isUsable(third)
      ? nil : "not above 0, or too small or too large a number"
  }

  /// 1e-30 to 1e30 keeps every product with a pixel an ordinary number.
  private static func isUsable(_ value: Double) -> Bool { value > 1e-30 && value < 1e30 }

  private mutating func readLayout(_ word: inout TextScanner) -> Literal? {
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
