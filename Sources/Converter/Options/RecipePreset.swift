/// Recipes for images that have a name, because many networks were trained with them.
package struct RecipePreset: Sendable {
  package let name: String
  package let recipe: String
  /// What it is for.
  package let use: String

  package static let all = [
    RecipePreset(
      name: "mnist", recipe: "grey,resize=28x28:pillow:bilinear,scale=1/255",
      use: "digits, light on dark, 28 x 28, column by column"),
    RecipePreset(
      name: "mnist-paper", recipe: "grey,invert,resize=28x28:pillow:bilinear,scale=1/255",
      use: "the same from dark ink on light paper"),
    RecipePreset(
      name: "line32", recipe: "grey,resize=*x32:pillow:bilinear,scale=1/255",
      use: "text lines, 32 pixels high, as wide as the aspect has it"),
    RecipePreset(
      name: "crnn", recipe: "grey,resize=100x32:pillow:bilinear,mean=0.5,deviation=0.5",
      use: "words at 100 x 32 from -1 to 1, as the CRNN of Shi, Bai and Yao (2015) is mostly trained"),
    RecipePreset(
      name: "captcha", recipe: "grey,resize=200x50:pillow:bilinear,scale=1/255",
      use: "captchas of 200 x 50, as Keras' example of an OCR model takes them"),
  ]

  /// The recipe that a text stands for: that of `preset:NAME`, or what it is.
  package static func recipe(_ text: String) throws -> String {
    let mark = "preset:"
    guard text.hasPrefix(mark) else { return text }
    guard let preset = all.first(where: { $0.name == text.dropFirst(mark.count) }) else {
      throw ConverterError("there is no \(text); there are \(all.map { mark + $0.name }.joined(separator: ", "))")
    }
    return preset.recipe
  }

  /// A line for each, for help.
  package static var list: String {
    all.map { "preset:\($0.name): \($0.use) (\($0.recipe))" }.joined(separator: "; ")
  }
}
