import Arrays
import FoundationEssentials
import ONNX

/// The files that a converter is given.
enum ConverterFuzzing {
  static func readONNX(_ bytes: UnsafeRawBufferPointer) { _ = try? ONNXImporter.read(bytes: Data(bytes)) }

  static func readNPY(_ bytes: UnsafeRawBufferPointer) { _ = try? NPYFile.parse(Array(bytes)).floats() }

  static func readNPZ(_ bytes: UnsafeRawBufferPointer) {
    guard let file = try? NPZFile(parsing: Array(bytes)) else { return }
    for name in file.names.prefix(8) { _ = try? file[name]?.floats() }
  }
}
