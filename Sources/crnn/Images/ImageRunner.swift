import CCRNN
import CCRNNImage
import ImageIO

/// Turns images into rows with `crnn_classify_batch`. Any number of threads may use one.
final class ImageRunner: @unchecked Sendable {
  /// What is looked for in the network's output.
  enum Task {
    case classes(top: Int, labels: [String]?)
    /// Makes a reader for some images that one thread looks at.
    case text(@Sendable () throws -> any TextReader)
  }

  private let model: RuntimeModel
  private let task: Task
  private let recipe: UnsafeMutablePointer<crnn_image_recipe>?
  private let maximumPixels: Int
  private let maximumBytes: Int

  /// - Parameters:
  ///   - recipe: in place of the one in the model file.
  ///   - maximumPixels, maximumBytes: of an image; 0: the library's own limits.
  init(_ model: RuntimeModel, _ task: Task, recipe text: String?, maximumPixels: Int, maximumBytes: Int) throws {
    self.model = model
    self.task = task
    self.maximumPixels = maximumPixels
    self.maximumBytes = maximumBytes
    recipe = try text.map { text in
      let recipe = UnsafeMutablePointer<crnn_image_recipe>.allocate(capacity: 1)
      recipe.initialize(to: crnn_image_recipe())
      recipe.pointee.struct_size = MemoryLayout<crnn_image_recipe>.size
      try RuntimeModel.check { crnn_image_recipe_parse(text, recipe, $0) }
      return recipe
    }
    // Without items: whether the model takes images at all.
    var options = options(together: 1)
    try RuntimeModel.check { crnn_classify_batch(model.pointer, &options, nil, 0, nil, nil, $0) }
  }

  deinit { recipe?.deallocate() }

  private func options(together: Int) -> crnn_classify_options {
    crnn_classify_options(
      struct_size: MemoryLayout<crnn_classify_options>.size, executor: nil, recipe: UnsafePointer(recipe),
      maximum_pixels: Int64(maximumPixels), maximum_bytes: Int64(maximumBytes), together: Int32(clamping: together),
      output: 0)
  }

  /// The rows of some images, which run side by side.
  func rows(_ entries: [ImageFiles.Entry]) -> [ImageRow] {
    let batch = Batch(entries, top: top)
    var options = options(together: max(1, min(entries.count, 64)))
    // What it returns is the status of its first item: each has its own.
    _ = crnn_classify_batch(
      model.pointer, &options, batch.items, Int32(clamping: batch.count),
      { context, item, output, frames, values in
        guard let context, let item, let output else { return }
        Unmanaged<Batch>.fromOpaque(context).takeUnretainedValue()
          .keep(item, UnsafeBufferPointer(start: output, count: Int(frames * values)))
      }, isText ? Unmanaged.passUnretained(batch).toOpaque() : nil, nil)
    let reader = Result { try makeReader() }
    return entries.enumerated().map { index, entry in
      switch entry {
      case .unreadable(let name, let reason): ImageRow(file: name, answer: .failure(reason))
      case .file(let name): ImageRow(file: name, answer: answer(batch, index, reader))
      }
    }
  }

  /// nil where classes are looked for.
  private func makeReader() throws -> (any TextReader)? {
    if case .text(let make) = task { try make() } else { nil }
  }

  private var isText: Bool {
    if case .text = task { true } else { false }
  }

  private var top: Int {
    if case .classes(let top, _) = task { top } else { 0 }
  }

  private func answer(_ batch: Batch, _ index: Int, _ reader: Result<(any TextReader)?, any Error>) -> ImageRow.Answer {
    do {
      let classes = try batch.outcome(index).get()
      if let reader = try reader.get() { return .text(try reader.reading(batch.outputs[index])) }
      guard case .classes(_, let labels) = task else { return .classes([]) }
      return .classes(
        classes.map { best in
          let index = Int(best.index)
          return (labels.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? String(index), best.confidence)
        })
    } catch {
      return .failure("\(error)")
    }
  }
}

/// The items of one call, and what they point to.
private final class Batch {
  let items: UnsafeMutablePointer<crnn_classify_item>
  let count: Int
  private let top: Int
  private let classes: UnsafeMutablePointer<crnn_class>
  private let errors: UnsafeMutablePointer<crnn_error>
  private let paths: UnsafeMutablePointer<CChar>
  /// Which item each entry has; nil: none.
  private var places: [Int?] = []
  /// The network's whole output, of each entry, where it was asked for.
  var outputs: [[Float]]

  init(_ entries: [ImageFiles.Entry], top: Int) {
    self.top = top
    let names: [FileName?] = entries.map { if case .file(let name) = $0 { name } else { nil } }
    count = names.lazy.filter { $0 != nil }.count
    items = .allocate(capacity: max(1, count))
    classes = .allocate(capacity: max(1, count * top))
    errors = .allocate(capacity: max(1, count))
    paths = .allocate(capacity: names.reduce(1) { $0 + ($1?.bytes.count ?? 0) + 1 })
    outputs = Array(repeating: [], count: entries.count)
    var (place, end) = (0, paths)
    for (index, name) in names.enumerated() {
      guard let name else {
        places.append(nil)
        continue
      }
      places.append(place)
      (errors + place).initialize(to: crnn_error())
      errors[place].struct_size = MemoryLayout<crnn_error>.size
      (items + place).initialize(to: crnn_classify_item())
      items[place].struct_size = MemoryLayout<crnn_classify_item>.size
      items[place].path = UnsafePointer(end)
      items[place].classes = top > 0 ? classes + place * top : nil
      items[place].class_count = Int32(clamping: top)
      items[place].error = errors + place
      items[place].context = UnsafeMutableRawPointer(bitPattern: index + 1)
      for byte in name.bytes {
        end.initialize(to: CChar(bitPattern: byte))
        end += 1
      }
      end.initialize(to: 0)
      end += 1
      place += 1
    }
  }

  deinit {
    items.deallocate()
    classes.deallocate()
    errors.deallocate()
    paths.deallocate()
  }

  func keep(_ item: UnsafeMutablePointer<crnn_classify_item>, _ output: UnsafeBufferPointer<Float>) {
    let index = Int(bitPattern: item.pointee.context) - 1
    if outputs.indices.contains(index) { outputs[index] = Array(output) }
  }

  func outcome(_ index: Int) -> Result<[crnn_class], CommandError> {
    guard let place = places[index] else { return .failure(CommandError("not an image")) }
    let item = items[place]
    guard item.status != CRNN_OK else {
      return .success((0..<Int(item.class_count)).map { classes[place * top + $0] })
    }
    var message = withUnsafeBytes(of: errors[place].message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    if message.isEmpty { message = String(cString: crnn_status_text(item.status)) }
    return .failure(CommandError(message))
  }
}
