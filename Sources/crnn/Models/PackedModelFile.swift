import Arrays
import Converter
import Quantizer

/// A packed file as its bytes say it, apart from the runtime; messages start with its path.
struct PackedModelFile {
  let packed: PackedModel

  init(path: String) throws {
    // What the runtime refuses is refused in its words.
    _ = try RuntimeModel(path: path)
    let bytes = try Files.read(path)
    do { packed = try PackedModel(bytes: bytes) } catch { throw CommandError("\(path): \(error)") }
  }
}
