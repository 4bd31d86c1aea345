#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// Constants that stand in files beside the model.
struct ExternalData {
  var directory: String?

  /// The bytes of a tensor that has `needed` of them; from the file's offset to its end where it gives no length.
  func bytes(of tensor: Onnx_TensorProto, named name: String, needed: Int) throws -> Data {
    var entries: [String: String] = [:]
    for entry in tensor.externalData { entries[entry.key] = entry.value }
    guard let location = entries["location"], !location.isEmpty else {
      throw ImportError(
        "the constant '\(name)' is kept outside the file, but the file does not say where: export it again")
    }
    let path = try self.path(location, named: name)
    guard let file = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped) else {
      throw ImportError("the constant '\(name)' is kept in '\(location)', which cannot be read: check its permissions")
    }
    let offset = Int(entries["offset"] ?? "0") ?? -1
    guard offset >= 0, offset <= file.count else {
      throw ImportError(
        "'\(location)' is too short for the constant '\(name)': it is cut off or belongs to another model")
    }
    let length = entries["length"].map { Int($0) ?? -1 } ?? min(needed, file.count - offset)
    guard length >= 0, length <= file.count - offset else {
      throw ImportError(
        "'\(location)' is too short for the constant '\(name)': it is cut off or belongs to another model")
    }
    return file.subdata(in: file.startIndex + offset..<file.startIndex + offset + length)
  }

  /// Where the file is. A model must not name files outside its own folder, whether by its words or by a link.
  private func path(_ location: String, named name: String) throws -> String {
    let parts = location.split(whereSeparator: { $0 == "/" || $0 == "\\" })
    guard !location.hasPrefix("/"), !location.contains("\0"), !parts.contains("..") else {
      throw ImportError("the constant '\(name)' refers to '\(location)', outside the model's folder: refused")
    }
    guard let directory else {
      throw ImportError(
        "the constant '\(name)' is kept in '\(location)', which is not at hand: read the model by its path")
    }
    let path = (directory.isEmpty ? "." : directory) + "/" + location
    guard let real = ExternalData.resolved(path),
      let folder = ExternalData.resolved(directory.isEmpty ? "." : directory)
    else {
      throw ImportError(
        "the constant '\(name)' is kept in '\(location)', which is not beside the model: put that file into "
          + "the same folder"
      )
    }
    var status = stat()
    guard stat(real, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw ImportError("the constant '\(name)' refers to '\(location)', which is no file: export it again")
    }
    guard real.hasPrefix(folder.hasSuffix("/") ? folder : folder + "/") else {
      throw ImportError(
        "the constant '\(name)' refers to '\(location)', a link to a file outside the model's folder: refused; copy that file "
          + "into the folder")
    }
    return real
  }

  /// The path without links; nil where nothing is there.
  private static func resolved(_ path: String) -> String? {
    guard let buffer = realpath(path, nil) else { return nil }
    defer { free(buffer) }
    return String(cString: buffer)
  }
}
