import CCRNN
import CCRNNImage
import CRNN
import ImageIO

/// What the runtime refused: its status and its sentence.
package struct RuntimeError: Error, CustomStringConvertible {
  package let status: crnn_status
  package let message: String

  package var description: String { message }
}

package enum RuntimeCall {
  /// Calls the runtime and throws what it refuses.
  package static func check(_ call: (UnsafeMutablePointer<crnn_error>) -> crnn_status) throws {
    var error = crnn_error()
    error.struct_size = MemoryLayout<crnn_error>.size
    let status = call(&error)
    guard status != CRNN_OK else { return }
    var message = withUnsafeBytes(of: error.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    if message.isEmpty { message = String(cString: crnn_status_text(status)) }
    throw RuntimeError(status: status, message: message)
  }

  /// What a grey level is worth, as a recipe for images says; nil where it makes no bytes but numbers with a mean and deviation.
  package static func pixelScale(recipe text: String) throws -> Float? {
    var recipe = crnn_image_recipe()
    recipe.struct_size = MemoryLayout<crnn_image_recipe>.size
    try check { crnn_image_recipe_parse(text, &recipe, $0) }
    return recipe.normalised == 1 ? nil : recipe.scale
  }
}
