import Arrays
import CCRNN
import CCRNNImage
import Converter
import Glibc
import ImageIO

/// The PNG and JPEG files of a folder, in the order of their names, as a recipe turns them into a network's input.
enum ImageFolder {
  private static let largestUnreadShare = 0.05

  /// One sequence for each image that can be read; all but one in twenty must. For a network with one input.
  static func sequences(_ folder: String, recipe text: String, port: PortDescription) throws -> SequenceSet {
    var recipe = crnn_image_recipe()
    recipe.struct_size = MemoryLayout<crnn_image_recipe>.size
    try RuntimeModel.check { crnn_image_recipe_parse(text, &recipe, $0) }
    let names = try imageNames(folder)
    guard !names.isEmpty else { throw CommandError("\(folder) holds no .png, .jpg or .jpeg file") }
    let progress = Progress("reading image")
    var sequences: [[[Float]]] = []
    var read: [String] = []
    var unread: [String] = []
    for (number, name) in names.enumerated() {
      progress.update(number + 1, of: names.count)
      do {
        let values = try prepared("\(folder)/\(name)", recipe)
        guard port.elements > 0, values.count % port.elements == 0 else {
          throw CommandError("its \(values.count) values are not \(port.title), which input \(port.name) takes")
        }
        sequences.append([values])
        read.append(name)
      } catch {
        unread.append("\(folder)/\(name): \(error)")
      }
    }
    progress.finish()
    // A stray file is no reason to stop; a folder of them is.
    guard Double(unread.count) <= largestUnreadShare * Double(names.count) else {
      throw CommandError(
        "\(unread[0])"
          + (names.count == 1 ? "" : "; \(unread.count) of \(names.count) images of \(folder) cannot be read"))
    }
    for sentence in unread { Console.note("skipped \(sentence)") }
    if !unread.isEmpty { Console.note("skipped \(unread.count) of \(names.count) images") }
    return SequenceSet(sequences, names: read)
  }

  private static func imageNames(_ folder: String) throws -> [String] {
    guard let directory = opendir(folder) else {
      throw CommandError("cannot open the folder \(folder): \(String(cString: strerror(errno)))")
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      let lower = name.lowercased()
      if [".png", ".jpg", ".jpeg"].contains(where: { lower.hasSuffix($0) }) { names.append(name) }
    }
    return names.sorted()
  }

  private static func prepared(_ path: String, _ recipe: crnn_image_recipe) throws -> [Float] {
    var recipe = recipe
    var image = crnn_image()
    image.struct_size = MemoryLayout<crnn_image>.size
    try withUnsafePointer(to: &recipe) { recipe in
      var options = crnn_image_options()
      options.struct_size = MemoryLayout<crnn_image_options>.size
      options.recipe = recipe
      try RuntimeModel.check { crnn_image_decode_file(path, &options, &image, $0) }
    }
    defer { crnn_image_free(&image) }
    var needed = 0
    // Asks for the size: the status says that no room at all is too little.
    _ = crnn_image_prepare(&recipe, &image, nil, nil, 0, nil, &needed, nil)
    var frames = crnn_array()
    if recipe.normalised == 1 {
      var values = [Float](repeating: 0, count: needed / MemoryLayout<Float>.size)
      try RuntimeModel.check { crnn_image_prepare(&recipe, &image, nil, &values, needed, &frames, nil, $0) }
      return values
    }
    var pixels = [UInt8](repeating: 0, count: needed)
    try RuntimeModel.check { crnn_image_prepare(&recipe, &image, nil, &pixels, needed, &frames, nil, $0) }
    return pixels.map { Float($0) * recipe.scale }
  }
}
