import CCRNN
import CCRNNImage
import Converter
import ImageIO

/// An image as it was decoded for a model, and what the model makes of it.
final class ImageExplainer {
  private let model: RuntimeModel
  private let recipe: UnsafeMutablePointer<crnn_image_recipe>
  private var image = crnn_image()

  /// Decodes the image at `path` as the recipe says, which stands in for the model's own where it is given.
  init(_ model: RuntimeModel, path: FileName, recipe text: String?, maximumPixels: Int, maximumBytes: Int) throws {
    self.model = model
    recipe = .allocate(capacity: 1)
    recipe.initialize(to: crnn_image_recipe())
    recipe.pointee.struct_size = MemoryLayout<crnn_image_recipe>.size
    image.struct_size = MemoryLayout<crnn_image>.size
    let recipeText = text ?? model.text("preprocess")
    try RuntimeModel.check { error in
      guard let recipeText else { return crnn_image_recipe_parse(nil, recipe, error) }
      return crnn_image_recipe_parse(recipeText, recipe, error)
    }
    var options = crnn_image_options(
      struct_size: MemoryLayout<crnn_image_options>.size, maximum_pixels: Int64(maximumPixels),
      maximum_bytes: Int64(maximumBytes), recipe: UnsafePointer(recipe))
    do {
      try path.withCString { path in
        try RuntimeModel.check { crnn_image_decode_file(path, &options, &image, $0) }
      }
    } catch let error as RuntimeError {
      throw CommandError("\(path.title): \(error)")
    }
  }

  deinit {
    crnn_image_free(&image)
    recipe.deallocate()
  }

  /// - Parameters:
  ///   - answer: what the map is of: a class by its name or number, or a text; nil: what the network answers.
  ///   - reading: how text is read; nil: the network names classes.
  ///   - cell, patch: as in `crnn_explain_options`.
  func explanation(
    of answer: String?, reading: LineReading?, cell: Int, patch: Int, threads: Int, progress: Progress
  ) throws -> ImageExplanation {
    let isText = reading != nil
    let labels = model.text("labels").map {
      $0.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    var executor = LentThreads.executor(threads)
    var result = crnn_explanation()
    result.struct_size = MemoryLayout<crnn_explanation>.size
    defer { crnn_explanation_free(&result) }
    let index = try isText ? -1 : answer.map { try ImageExplainer.index($0, labels) } ?? -1
    try withUnsafePointer(to: &executor) { executor in
      try (isText ? answer : nil).withCString { text in
        var options = crnn_explain_options()
        options.struct_size = MemoryLayout<crnn_explain_options>.size
        options.executor = threads > 1 ? executor : nil
        options.recipe = UnsafePointer(recipe)
        (options.answer, options.text) = (index, text)
        (options.cell, options.patch) = (Int32(clamping: cell), Int32(clamping: patch))
        options.progress = { context, done, total in
          guard let context else { return }
          Unmanaged<Progress>.fromOpaque(context).takeUnretainedValue().update(Int(done), of: Int(total))
        }
        options.context = Unmanaged.passUnretained(progress).toOpaque()
        guard let reading else {
          return try RuntimeModel.check { crnn_explain_image(model.pointer, &options, &image, &result, $0) }
        }
        try reading.withOptions { decoding in
          options.decoding = decoding
          try RuntimeModel.check { crnn_explain_image(model.pointer, &options, &image, &result, $0) }
        }
      }
    }
    return ImageExplanation(result, text: isText ? answer : nil, labels: labels)
  }

  private static func index(_ answer: String, _ labels: [String]?) throws -> Int32 {
    if let index = labels?.firstIndex(of: answer) ?? Int(answer), index >= 0 { return Int32(clamping: index) }
    throw CommandError(
      "no class is called '\(answer)'"
        + (labels.map { "; there are: \($0.joined(separator: ", "))" } ?? ", and the model has no names: give a number")
    )
  }

  /// The image in RGB, on white, made smaller where it is wider or higher than `side`.
  func pixels(atMost side: Int) throws -> PixelImage {
    let factor = min(1, Double(side) / Double(max(image.width, image.height)))
    func shrunk(_ length: Int32) -> Int { max(1, Int((Double(length) * factor).rounded())) }
    let (width, height) = (shrunk(image.width), shrunk(image.height))
    var recipe = crnn_image_recipe()
    recipe.struct_size = MemoryLayout<crnn_image_recipe>.size
    let size = factor < 1 ? "resize=\(width)x\(height):pillow:box," : ""
    try RuntimeModel.check { crnn_image_recipe_parse("rgb,\(size)layout=whole", &recipe, $0) }
    var bytes = [UInt8](repeating: 0, count: 3 * width * height)
    var frames = crnn_array()
    try RuntimeModel.check {
      crnn_image_prepare(&recipe, &image, nil, &bytes, bytes.count, &frames, nil, $0)
    }
    return PixelImage(width: width, height: height, bytes: bytes)
  }
}

extension Optional where Wrapped == String {
  /// Of nil, a null pointer.
  fileprivate func withCString<Result>(_ body: (UnsafePointer<CChar>?) throws -> Result) rethrows -> Result {
    guard let self else { return try body(nil) }
    return try self.withCString { try body($0) }
  }
}
