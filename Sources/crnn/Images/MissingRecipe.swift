import CCRNN
import Converter

/// What is said of a model that does not say how images become its input.
enum MissingRecipe {
  /// The error itself where it is another one, or a recipe was given.
  static func explained(_ error: RuntimeError, model path: String, _ model: RuntimeModel, given: String?) -> any Error {
    guard error.status == CRNN_ERROR_RECIPE, given == nil, model.text("preprocess") == nil else { return error }
    return CommandError(
      "\(path) does not say how an image becomes its input: convert it again with 'crnn convert --preprocess RECIPE', or "
        + "give --preprocess here; a recipe is for example grey,resize=28x28:pillow:bilinear,scale=1/255")
  }
}
