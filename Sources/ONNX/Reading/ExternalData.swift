#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Constants that stand in files beside the model.
struct ExternalData {
  var directory: String?

  func bytes(of tensor: Onnx_TensorProto, named name: String) throws -> Data {
    var entries: [String: String] = [:]
    for entry in tensor.externalData { entries[entry.key] = entry.value }
    guard let location = entries["location"], !location.isEmpty else {
      throw ImportError(
        "the constant '\(name)' is kept outside the file, but the file does not say where: export it again")
    }
    // A model must not name files outside its own folder.
    guard !location.hasPrefix("/"), !location.split(separator: "/").contains("..") else {
      throw ImportError("the constant '\(name)' refers to '\(location)', outside the model's folder: refused")
    }
    guard let directory else {
      throw ImportError(
        "the constant '\(name)' is kept in '\(location)', which is not at hand: read the model by its path")
    }
    let path = directory.isEmpty ? location : directory + "/" + location
    guard let file = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else {
      throw ImportError(
        "the constant '\(name)' is kept in '\(location)', which is not beside the model: put that file into "
          + "the same folder"
      )
    }
    let offset = Int(entries["offset"] ?? "0") ?? -1
    let length = entries["length"].map { Int($0) ?? -1 } ?? max(file.count - max(offset, 0), 0)
    guard offset >= 0, length >= 0, offset <= file.count, length <= file.count - offset else {
      throw ImportError(
        "'\(location)' is too short for the constant '\(name)': it is cut off or belongs to another model")
    }
    return file.subdata(in: file.startIndex + offset..<file.startIndex + offset + length)
  }
}
