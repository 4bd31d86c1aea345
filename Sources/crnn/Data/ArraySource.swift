import Arrays

/// The arrays of a file: those of an `.npz` by their names, that of an `.npy` as `x`.
struct ArraySource {
  let path: String
  /// In the file's order.
  let names: [String]
  private let archive: NPZFile?
  private let single: NumericArray?

  /// The kind of file is told by its first bytes, not by its name.
  init(path: String) throws {
    self.path = path
    let bytes = try Files.read(path)
    do {
      if bytes.starts(with: [0x50, 0x4B]) {
        archive = try NPZFile(parsing: bytes)
        single = nil
        names = archive?.names ?? []
      } else if bytes.starts(with: [0x93]) {
        archive = nil
        single = try NPYFile.parse(bytes)
        names = ["x"]
      } else {
        throw ArrayError("neither a .npy nor a .npz file")
      }
    } catch let error as ArrayError {
      throw error.within(path)
    }
  }

  subscript(name: String) -> NumericArray? {
    get throws {
      if let single { return name == "x" ? single : nil }
      do { return try archive?[name] } catch { throw error.within(path) }
    }
  }

  /// What to call an array in a message.
  func title(_ name: String) -> String { single == nil ? "'\(name)' of \(path)" : path }

  /// The parts of the names that the star of `pattern` stands for; a pattern without a star matches its own name.
  func matches(_ pattern: String) -> [String] {
    guard let star = pattern.firstIndex(of: "*") else { return names.contains(pattern) ? [""] : [] }
    let (prefix, suffix) = (pattern[..<star], pattern[pattern.index(after: star)...])
    return names.compactMap { name in
      guard name.hasPrefix(prefix), name.hasSuffix(suffix), name.count >= prefix.count + suffix.count else {
        return nil
      }
      return String(name.dropFirst(prefix.count).dropLast(suffix.count))
    }
  }

  /// The name that a pattern stands for where its star stands for `part`.
  static func name(_ pattern: String, _ part: String) -> String {
    guard let star = pattern.firstIndex(of: "*") else { return pattern }
    return pattern[..<star] + part + pattern[pattern.index(after: star)...]
  }
}
