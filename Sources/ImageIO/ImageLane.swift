import CCRNN
import CCRNNImage

/// One image on its way through the model: the prepared input and the outputs, in memory that is kept for the next image.
struct ImageLane {
  /// Its number.
  private(set) var item = 0
  /// Of the picture in its whole size, and of what was decoded and prepared of it.
  private(set) var fullWidth: Int32 = 0
  private(set) var fullHeight: Int32 = 0
  private(set) var placement = crnn_image_placement()
  /// The input's array, then one for each output.
  private(set) var arrays: UnsafeMutablePointer<crnn_array>?
  private var pixels: UnsafeMutableRawPointer?
  private var pixelBytes = 0
  private var floats: UnsafeMutablePointer<Float>?
  private var floatCount = 0
  /// The output that is looked at.
  private(set) var result: UnsafeMutablePointer<Float>?
  private(set) var frames: Int64 = 0

  func free() {
    release(pixels?.assumingMemoryBound(to: UInt8.self))
    release(arrays)
    release(floats)
  }

  /// Decodes and prepares an item's image.
  mutating func begin(
    _ item: Int, _ source: ImageSource, _ model: ImageModel, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    self.item = item
    if arrays == nil { arrays = allocate(crnn_array.self, Int(model.outputCount) &+ 1) }
    guard arrays != nil else { return noMemory(error) }
    let status = makePixels(source, model, error)
    return status == CRNN_OK ? makeOutputs(error, model) : status
  }

  private mutating func makePixels(
    _ source: ImageSource, _ model: ImageModel, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    if source.path == nil, source.bytes == nil, let image = source.image { return prepare(image, model, error) }
    guard source.image == nil, (source.path == nil) != (source.bytes == nil) else {
      return Message(error, CRNN_ERROR_ARGUMENT).text("an item needs one of path, bytes and image").status
    }
    var image = crnn_image()
    image.struct_size = MemoryLayout<crnn_image>.size
    var recipe = model.recipe
    var decoding = model.decoding
    let status = withUnsafePointer(to: &recipe) { recipe in
      decoding.recipe = recipe
      return source.path == nil
        ? crnn_image_decode_memory(source.bytes, source.byteCount, &decoding, &image, error)
        : crnn_image_decode_file(source.path, &decoding, &image, error)
    }
    guard status == CRNN_OK else { return status }
    defer { crnn_image_free(&image) }
    return prepare(&image, model, error)
  }

  /// The prepared image, as the recipe's layout has it; nil before there is one. In a lane that has had one image alone, `bytes` are its own.
  var prepared: (values: UnsafeMutableRawPointer, bytes: Int, type: crnn_dtype)? {
    guard let pixels, let arrays else { return nil }
    return (pixels, pixelBytes, arrays[0].dtype)
  }

  /// Takes the image that another lane has prepared, in memory of its own.
  mutating func begin(
    copying other: ImageLane, _ model: ImageModel, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    guard let source = other.prepared, let theirs = other.arrays else { return noMemory(error) }
    arrays = allocate(crnn_array.self, Int(model.outputCount) &+ 1)
    pixels = UnsafeMutableRawPointer(allocate(UInt8.self, source.bytes))
    pixelBytes = source.bytes
    guard let arrays, let pixels else { return noMemory(error) }
    arrays[0] = theirs[0]
    arrays[0].data = pixels
    crnn_copy(pixels, source.values, source.bytes)
    return makeOutputs(error, model)
  }

  private mutating func prepare(
    _ image: UnsafePointer<crnn_image>, _ model: ImageModel, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    var (recipe, port) = (model.recipe, model.input)
    var needed = 0
    // Too little room is no error yet. What is one, is asked for its sentence, unless it has passed by then.
    var status = crnn_image_prepare(&recipe, image, &port, pixels, pixelBytes, arrays, &needed, nil)
    if status != CRNN_OK, status != CRNN_ERROR_CAPACITY {
      status = crnn_image_prepare(&recipe, image, &port, pixels, pixelBytes, arrays, &needed, error)
    }
    guard status == CRNN_OK || status == CRNN_ERROR_CAPACITY else { return status }
    // Both have looked at the image.
    fullWidth = image.pointee.full_width > 0 ? image.pointee.full_width : image.pointee.width
    fullHeight = image.pointee.full_height > 0 ? image.pointee.full_height : image.pointee.height
    placement.struct_size = MemoryLayout<crnn_image_placement>.size
    let measured = crnn_image_measure(&recipe, image.pointee.width, image.pointee.height, &placement, error)
    // Mostly the memory of the image before is enough.
    guard status == CRNN_ERROR_CAPACITY, measured == CRNN_OK else { return measured }
    release(pixels?.assumingMemoryBound(to: UInt8.self))
    pixels = UnsafeMutableRawPointer(allocate(UInt8.self, needed))
    pixelBytes = pixels == nil ? 0 : needed
    guard pixels != nil else {
      return Message(error, CRNN_ERROR_MEMORY).text("no memory for the prepared image of ").number(needed).text(
        " bytes"
      )
      .status
    }
    return crnn_image_prepare(&recipe, image, &port, pixels, pixelBytes, arrays, nil, error)
  }

  /// Arrays for what the model will give, every port's behind the one before.
  private mutating func makeOutputs(
    _ error: UnsafeMutablePointer<crnn_error>?, _ model: ImageModel
  ) -> crnn_status {
    guard let arrays else { return noMemory(error) }
    let outputs = arrays + 1
    var lengths = arrays[0].shape.0
    var total = 0
    var port: Int32 = 0
    while port < model.outputCount {
      var info = crnn_port_info()
      var status = model.port(port, &info, error)
      guard status == CRNN_OK else { return status }
      var frames: Int64 = 0
      status = crnn_model_output_frames(model.model, port, &lengths, 1, &frames, error)
      guard status == CRNN_OK else { return status }
      let (values, overflow) = ImageModel.values(of: info).multipliedReportingOverflow(
        by: Int(truncatingIfNeeded: frames))
      guard frames >= 0, !overflow, Int64(values) <= 1 << 32 else { return noMemory(error) }
      var array = crnn_array()
      array.struct_size = MemoryLayout<crnn_array>.size
      array.dtype = CRNN_F32
      array.rank = info.rank &+ 1
      array.shape = (frames, info.shape.0, info.shape.1, info.shape.2, info.shape.3, 0, 0, 0)
      outputs[Int(port)] = array
      if port == model.output { self.frames = frames }
      total &+= values
      port &+= 1
    }
    guard frames > 0 else {
      return Message(error, CRNN_ERROR_INCOMPLETE).text("an image of ").number(lengths)
        .text(" frames is too short for the model to give anything").status
    }
    if floatCount < total {
      release(floats)
      floats = allocate(Float.self, total)
      floatCount = floats == nil ? 0 : total
    }
    guard let floats else { return noMemory(error) }
    var start = 0
    var index = 0
    while index < Int(model.outputCount) {
      outputs[index].data = UnsafeMutableRawPointer(floats + start)
      if index == Int(model.output) { result = floats + start }
      start &+= count(of: outputs[index])
      index &+= 1
    }
    return CRNN_OK
  }

  private func count(of array: crnn_array) -> Int {
    let (frames, a, b, c, d, _, _, _) = array.shape
    let values =
      (array.rank > 1 ? a : 1) &* (array.rank > 2 ? b : 1) &* (array.rank > 3 ? c : 1) &* (array.rank > 4 ? d : 1)
    return Int(truncatingIfNeeded: frames &* values)
  }

  private func noMemory(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    Message(error, CRNN_ERROR_MEMORY).text("no memory for what the model gives").status
  }

  /// What `crnn_batch_run` takes.
  func record(_ model: ImageModel) -> crnn_batch_item {
    crnn_batch_item(
      struct_size: MemoryLayout<crnn_batch_item>.size, inputs: arrays, outputs: arrays.map { $0 + 1 }, input_count: 1,
      output_count: model.outputCount, status: CRNN_OK, order: 0)
  }

  /// Runs this image alone, where the sentence of its failure is wanted.
  func run(_ model: ImageModel, _ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    crnn_run(model.model, arrays, 1, arrays.map { $0 + 1 }, model.outputCount, error)
  }

  /// Writes the best classes of the last frame.
  func rank(_ item: UnsafeMutablePointer<crnn_classify_item>, _ values: Int) {
    guard let classes = item.pointee.classes, let last = lastFrame(values) else { return }
    item.pointee.class_count = Ranking.write(last, values, to: classes, room: item.pointee.class_count)
  }

  /// Of the output that is looked at; its frames have `values` values.
  func lastFrame(_ values: Int) -> UnsafeMutablePointer<Float>? {
    guard let result, frames > 0 else { return nil }
    return result + Int(truncatingIfNeeded: frames &- 1) &* values
  }

  /// All that the output that is looked at gave.
  func output(_ model: ImageModel) -> crnn_array? { arrays.map { $0[Int(model.output) &+ 1] } }

  var inputFrames: Int64 { arrays.map { $0[0].shape.0 } ?? 0 }
}
