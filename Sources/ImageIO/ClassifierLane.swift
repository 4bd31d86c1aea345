import CCRNN
import CCRNNImage

/// One image on its way through the model: the prepared input and the outputs, in memory that is kept for the next image.
struct ClassifierLane {
  private(set) var item: UnsafeMutablePointer<crnn_classify_item>?
  /// The input's array, then one for each output.
  private var arrays: UnsafeMutablePointer<crnn_array>?
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

  /// Decodes and prepares an item's image. Where that fails, the item has its status and its sentence.
  mutating func begin(_ item: UnsafeMutablePointer<crnn_classify_item>, _ classifier: Classifier) -> Bool {
    self.item = item
    item.pointee.status = prepare(item.pointee, classifier)
    return item.pointee.status == CRNN_OK
  }

  private mutating func prepare(_ item: crnn_classify_item, _ classifier: Classifier) -> crnn_status {
    if arrays == nil { arrays = allocate(crnn_array.self, Int(classifier.outputCount) &+ 1) }
    guard arrays != nil else { return noMemory(item.error) }
    let status = makePixels(item, classifier)
    return status == CRNN_OK ? makeOutputs(item.error, classifier) : status
  }

  private mutating func makePixels(_ item: crnn_classify_item, _ classifier: Classifier) -> crnn_status {
    if item.path == nil, item.bytes == nil, let image = item.image {
      return prepare(image, classifier, item.error)
    }
    guard item.image == nil, (item.path == nil) != (item.bytes == nil) else {
      return Message(item.error, CRNN_ERROR_ARGUMENT).text("an item needs one of path, bytes and image").status
    }
    var image = crnn_image()
    image.struct_size = MemoryLayout<crnn_image>.size
    var recipe = classifier.recipe
    var decoding = classifier.decoding
    let status = withUnsafePointer(to: &recipe) { recipe in
      decoding.recipe = recipe
      return item.path == nil
        ? crnn_image_decode_memory(item.bytes, item.byte_count, &decoding, &image, item.error)
        : crnn_image_decode_file(item.path, &decoding, &image, item.error)
    }
    guard status == CRNN_OK else { return status }
    defer { crnn_image_free(&image) }
    return prepare(&image, classifier, item.error)
  }

  private mutating func prepare(
    _ image: UnsafePointer<crnn_image>, _ classifier: Classifier, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    var (recipe, port) = (classifier.recipe, classifier.input)
    var needed = 0
    let status = crnn_image_prepare(&recipe, image, &port, pixels, pixelBytes, arrays, &needed, error)
    guard status == CRNN_ERROR_CAPACITY else { return status }
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
    _ error: UnsafeMutablePointer<crnn_error>?, _ classifier: Classifier
  ) -> crnn_status {
    guard let arrays else { return noMemory(error) }
    let outputs = arrays + 1
    var lengths = arrays[0].shape.0
    var total = 0
    var port: Int32 = 0
    while port < classifier.outputCount {
      var info = crnn_port_info()
      var status = classifier.port(port, &info, error)
      guard status == CRNN_OK else { return status }
      var frames: Int64 = 0
      status = crnn_model_output_frames(classifier.model, port, &lengths, 1, &frames, error)
      guard status == CRNN_OK else { return status }
      let (values, overflow) = Classifier.values(of: info).multipliedReportingOverflow(
        by: Int(truncatingIfNeeded: frames))
      guard frames >= 0, !overflow, values <= 1 << 32 else { return noMemory(error) }
      var array = crnn_array()
      array.struct_size = MemoryLayout<crnn_array>.size
      array.dtype = CRNN_F32
      array.rank = info.rank &+ 1
      array.shape = (frames, info.shape.0, info.shape.1, info.shape.2, info.shape.3, 0, 0, 0)
      outputs[Int(port)] = array
      if port == classifier.output { self.frames = frames }
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
    while index < Int(classifier.outputCount) {
      outputs[index].data = UnsafeMutableRawPointer(floats + start)
      if index == Int(classifier.output) { result = floats + start }
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
  func record(_ classifier: Classifier) -> crnn_batch_item {
    crnn_batch_item(
      struct_size: MemoryLayout<crnn_batch_item>.size, inputs: arrays, outputs: arrays.map { $0 + 1 }, input_count: 1,
      output_count: classifier.outputCount, status: CRNN_OK, order: 0)
  }

  /// Runs this image alone, where the sentence of its failure is wanted.
  func run(_ classifier: Classifier, _ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    crnn_run(classifier.model, arrays, 1, arrays.map { $0 + 1 }, classifier.outputCount, error)
  }

  /// Writes the best classes of the last frame.
  func rank(_ values: Int) {
    guard let item, let classes = item.pointee.classes, let result, frames > 0 else { return }
    item.pointee.class_count = Ranking.write(
      result + Int(truncatingIfNeeded: frames &- 1) &* values, values, to: classes, room: item.pointee.class_count)
  }
}
