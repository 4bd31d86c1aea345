import CCRNN
import CCRNNImage

/// What the options for classifying and for reading have in common.
struct ImageOptions {
  var executor: UnsafePointer<crnn_executor>?
  var recipe: UnsafePointer<crnn_image_recipe>?
  var maximumPixels: Int64 = 0
  var maximumBytes: Int64 = 0
  var together: Int32 = 0
  var output: Int32 = 0
}

/// What it takes to run a model on images, found out once for a call: the recipe, the ports, the limits.
struct ImageModel {
  /// At most so many images that a thread runs side by side, as in `crnn_batch_options`.
  static let mostTogether = 64

  let model: OpaquePointer
  private(set) var recipe = crnn_image_recipe()
  private(set) var input = crnn_port_info()
  private(set) var outputCount: Int32 = 0
  /// The output that is looked at, and the values of its frames.
  private(set) var output: Int32 = 0
  private(set) var values = 1
  private(set) var together = 4
  private(set) var executor: UnsafePointer<crnn_executor>?
  private(set) var decoding = crnn_image_options()

  init(model: OpaquePointer) {
    self.model = model
    recipe.struct_size = MemoryLayout<crnn_image_recipe>.size
    input.struct_size = MemoryLayout<crnn_port_info>.size
    decoding.struct_size = MemoryLayout<crnn_image_options>.size
  }

  /// Reads the options, nil where their struct_size is wrong, and the model. A status that is not `CRNN_OK` refuses the whole call.
  mutating func read(_ options: ImageOptions?, _ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    guard let options, options.together >= 0, options.together <= Int32(ImageModel.mostTogether),
      isValid(options.executor)
    else {
      return Message(error, CRNN_ERROR_ARGUMENT)
        .text("options need their struct_size, together 0 to 64, and an executor with run and a width of 1 to 65536")
        .status
    }
    if options.together > 0 { together = Int(options.together) }
    executor = options.executor
    output = options.output
    decoding.maximum_pixels = options.maximumPixels
    decoding.maximum_bytes = options.maximumBytes
    let status = readRecipe(options.recipe, error)
    return status == CRNN_OK ? readPorts(error) : status
  }

  private mutating func readRecipe(
    _ given: UnsafePointer<crnn_image_recipe>?, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    guard let given else {
      let key: Literal = "preprocess"
      let text = crnn_model_text(model, key.characters)
      return crnn_image_recipe_parse(text, &recipe, error)
    }
    guard given.pointee.struct_size >= MemoryLayout<crnn_image_recipe>.size else {
      return Message(error, CRNN_ERROR_ARGUMENT).text("recipe: not initialised with CRNN_IMAGE_RECIPE_INITIALIZER")
        .status
    }
    recipe = given.pointee
    if let problem = problem(in: recipe) { return Message(error, CRNN_ERROR_ARGUMENT).text(problem).status }
    return CRNN_OK
  }

  private mutating func readPorts(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    let inputs = crnn_model_port_count(model, CRNN_INPUT)
    guard inputs == 1 else {
      return Message(error, CRNN_ERROR_PORT).text("the model has ").number(Int(inputs))
        .text(" inputs; images go to models with one").status
    }
    var status = crnn_model_port(model, CRNN_INPUT, 0, &input, error)
    guard status == CRNN_OK else { return status }
    outputCount = crnn_model_port_count(model, CRNN_OUTPUT)
    guard output >= 0, output < outputCount else {
      return Message(error, CRNN_ERROR_PORT).text("there is no output ").number(Int(output)).text(" of ")
        .number(Int(outputCount)).status
    }
    var info = crnn_port_info()
    status = port(output, &info, error)
    values = ImageModel.values(of: info)
    return status
  }

  func port(
    _ index: Int32, _ info: inout crnn_port_info, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    info.struct_size = MemoryLayout<crnn_port_info>.size
    return crnn_model_port(model, CRNN_OUTPUT, index, &info, error)
  }

  /// Values of a frame; the model's loader has bounded them.
  static func values(of info: crnn_port_info) -> Int {
    let (a, b, c, d) = info.shape
    return Int(
      truncatingIfNeeded: (info.rank > 0 ? a : 1) &* (info.rank > 1 ? b : 1) &* (info.rank > 2 ? c : 1)
        &* (info.rank > 3 ? d : 1))
  }

  private func isValid(_ executor: UnsafePointer<crnn_executor>?) -> Bool {
    guard let executor else { return true }
    return executor.pointee.struct_size >= MemoryLayout<crnn_executor>.size && executor.pointee.reserved == 0
      && executor.pointee.run != nil && executor.pointee.width >= 1 && executor.pointee.width <= 65_536
  }
}
