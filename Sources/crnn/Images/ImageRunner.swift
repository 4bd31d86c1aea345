import CCRNN
import CCRNNImage
import ImageIO

/// Turns images into rows with `crnn_classify_batch` or `crnn_read_batch`. Any number of threads may use one.
final class ImageRunner: @unchecked Sendable {
  /// What is looked for in the network's output.
  enum Task {
    case classes(top: Int, labels: [String]?)
    case text(LineReading)
  }

  private let model: RuntimeModel
  private let task: Task
  private let recipe: UnsafeMutablePointer<crnn_image_recipe>?
  private let maximumPixels: Int64
  private let maximumBytes: Int64
  private let together: Int32

  /// - Parameters:
  ///   - recipe: in place of the one in the model file.
  ///   - maximumPixels, maximumBytes: of an image; 0: the library's own limits.
  ///   - together: images that a thread runs side by side.
  init(
    _ model: RuntimeModel, _ task: Task, recipe text: String?, maximumPixels: Int, maximumBytes: Int, together: Int
  ) throws {
    self.model = model
    self.task = task
    self.maximumPixels = Int64(maximumPixels)
    self.maximumBytes = Int64(maximumBytes)
    self.together = Int32(clamping: together)
    recipe = try text.map { text in
      let recipe = UnsafeMutablePointer<crnn_image_recipe>.allocate(capacity: 1)
      recipe.initialize(to: crnn_image_recipe())
      recipe.pointee.struct_size = MemoryLayout<crnn_image_recipe>.size
      try RuntimeModel.check { crnn_image_recipe_parse(text, recipe, $0) }
      return recipe
    }
    // Without items: whether the model takes images at all.
    try RuntimeModel.check { error in
      switch task {
      case .classes: classify(nil, 0, error)
      case .text(let reading): read(nil, 0, reading, error)
      }
    }
  }

  deinit { recipe?.deallocate() }

  /// How many images a thread should take at a time, at least and at most: what a decoder reads of a language is checked once for all of
  /// them.
  var groups: ClosedRange<Int> {
    let most = max(32, Int(together))
    if case .text(let reading) = task, reading.hasLanguage { return most...most }
    return Int(together)...most
  }

  /// The rows of some images.
  func rows(_ entries: [ImageFiles.Entry]) -> [ImageRow] {
    let batch = ImageBatch(entries)
    return switch task {
    case .classes(let top, let labels): rows(entries, batch, top: top, labels)
    case .text(let reading): rows(entries, batch, reading)
    }
  }

  // MARK: Classes

  private func classify(
    _ items: UnsafeMutablePointer<crnn_classify_item>?, _ count: Int, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    var options = crnn_classify_options(
      struct_size: MemoryLayout<crnn_classify_options>.size, executor: nil, recipe: UnsafePointer(recipe),
      maximum_pixels: maximumPixels, maximum_bytes: maximumBytes, together: together, output: 0)
    return crnn_classify_batch(model.pointer, &options, items, Int32(clamping: count), nil, nil, error)
  }

  private func rows(
    _ entries: [ImageFiles.Entry], _ batch: ImageBatch, top: Int, _ labels: [String]?
  ) -> [ImageRow] {
    let items = UnsafeMutablePointer<crnn_classify_item>.allocate(capacity: max(1, batch.count))
    let classes = UnsafeMutablePointer<crnn_class>.allocate(capacity: max(1, batch.count * top))
    defer {
      items.deallocate()
      classes.deallocate()
    }
    for place in 0..<batch.count {
      (items + place).initialize(to: crnn_classify_item())
      items[place].struct_size = MemoryLayout<crnn_classify_item>.size
      items[place].path = batch.path(place)
      items[place].classes = classes + place * top
      items[place].class_count = Int32(clamping: top)
      items[place].error = batch.errors + place
    }
    // What it returns is the status of its first item: each has its own.
    _ = classify(items, batch.count, nil)
    return batch.rows(entries, status: { items[$0].status }) { place in
      .classes(
        (0..<Int(items[place].class_count)).map { rank in
          let best = classes[place * top + rank]
          let index = Int(best.index)
          return (labels.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? String(index), best.confidence)
        })
    }
  }

  // MARK: Lines of text

  private func read(
    _ items: UnsafeMutablePointer<crnn_read_item>?, _ count: Int, _ reading: LineReading,
    _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    reading.withOptions { decoding in
      var options = crnn_read_options(
        struct_size: MemoryLayout<crnn_read_options>.size, decoding: decoding, executor: nil,
        recipe: UnsafePointer(recipe), maximum_pixels: maximumPixels, maximum_bytes: maximumBytes, together: together,
        best: Int32(clamping: reading.best))
      return crnn_read_batch(model.pointer, &options, items, Int32(clamping: count), error)
    }
  }

  private func rows(_ entries: [ImageFiles.Entry], _ batch: ImageBatch, _ reading: LineReading) -> [ImageRow] {
    let items = UnsafeMutablePointer<crnn_read_item>.allocate(capacity: max(1, batch.count))
    let lines = UnsafeMutablePointer<crnn_reading>.allocate(capacity: max(1, batch.count))
    defer {
      for place in 0..<batch.count { crnn_reading_free(lines + place) }
      items.deallocate()
      lines.deallocate()
    }
    for place in 0..<batch.count {
      (lines + place).initialize(to: crnn_reading())
      lines[place].struct_size = MemoryLayout<crnn_reading>.size
      (items + place).initialize(to: crnn_read_item())
      items[place].struct_size = MemoryLayout<crnn_read_item>.size
      items[place].path = batch.path(place)
      items[place].reading = lines + place
      items[place].error = batch.errors + place
    }
    _ = read(items, batch.count, reading, nil)
    return batch.rows(entries, status: { items[$0].status }) { place in
      .text((0..<Int(lines[place].count)).map { reading.text(lines[place].texts[$0]) })
    }
  }
}
