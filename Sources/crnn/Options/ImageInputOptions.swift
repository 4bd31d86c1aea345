import ArgumentParser
import Converter

/// How images become a model's input: what `classify`, `read` and `explain` have in common.
struct ImageInputOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "How images become the input, instead of what the model file says: a recipe or preset:NAME, as for 'crnn convert'.",
      valueName: "recipe"))
  var preprocess: String?

  @Option(name: .long, help: ArgumentHelp("Larger images are refused (default: 100 million pixels).", valueName: "n"))
  var maximumPixels = 0

  @Option(
    name: .long,
    help: ArgumentHelp("Images that take more memory are refused (default: 1 billion bytes).", valueName: "n"))
  var maximumBytes = 0

  @Option(name: .long, help: ArgumentHelp("Kernels to use, as 'crnn inspect' lists them.", valueName: "name"))
  var isa: String?

  func validate() throws {
    guard maximumPixels >= 0, maximumBytes >= 0 else {
      throw ValidationError("--maximum-pixels and --maximum-bytes take numbers from 0 on")
    }
  }

  /// What takes the images, made from the recipe that was given; where the model has none either, the error says how it comes to have one.
  func taker<Taker>(
    of model: RuntimeModel, at path: String, _ make: (_ recipe: String?) throws -> Taker
  ) throws -> Taker {
    do {
      return try make(try preprocess.map { try RecipePreset.recipe($0) })
    } catch let error as RuntimeError {
      throw MissingRecipe.explained(error, model: path, model, given: preprocess)
    }
  }
}
