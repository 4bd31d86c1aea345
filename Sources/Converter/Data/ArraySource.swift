import Arrays

/// The arrays of a file: those of an `.npz` by their names, that of an `.npy` as `x`.
package struct ArraySource {
  package let path: String
  /// In the file's order.
  package let names: [String]
  private let archive: NPZFile?
  private let single: NumericArray?
  private let arrays: [String: NumericArray]

  package init(path: String) throws { try self.init(bytes: Files.read(path), path: path) }

  /// A file's content. Its kind is told by its first bytes, not by its name.
  package init(bytes: [UInt8], path: String) throws {
    self.path = path
    arrays = [:]
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

  /// Arrays that lie in memory; `title` is what messages call them.
  package init(_ arrays: [(name: String, array: NumericArray)], title: String) throws {
    path = title
    names = arrays.map(\.name)
    archive = nil
    single = nil
    var found: [String: NumericArray] = [:]
    for (name, array) in arrays {
      guard found.updateValue(array, forKey: name) == nil else {
        throw ConverterError("\(title) has two arrays called '\(name)'")
      }
    }
    self.arrays = found
  }

  package subscript(name: String) -> NumericArray? {
    get throws {
      if let single { return name == "x" ? single : nil }
      guard let archive else { return arrays[name] }
      do { return try archive[name] } catch { throw error.within(path) }
    }
  }

  /// What to call an array in a message.
  package func title(_ name: String) -> String { single == nil ? "'\(name)' of \(path)" : path }

  /// The parts of the names that the star of `pattern` stands for; a pattern without a star matches its own name.
  package func matches(_ pattern: String) -> [String] {
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
  package static func name(_ pattern: String, _ part: String) -> String {
    guard let star = pattern.firstIndex(of: "*") else { return pattern }
    return pattern[..<star] + part + pattern[pattern.index(after: star)...]
  }
}
