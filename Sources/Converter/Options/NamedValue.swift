/// `name=value`, or `value` alone, which then stands for every name.
package struct NamedValue: Sendable {
  package var name: String
  package var value: String

  package init(argument: String) {
    guard let mark = argument.firstIndex(of: "=") else {
      (name, value) = ("", argument)
      return
    }
    name = String(argument[..<mark])
    value = String(argument[argument.index(after: mark)...])
  }
}

extension [NamedValue] {
  /// What is said for `name`, else what is said for every name.
  package subscript(name: String) -> String? {
    (last { $0.name == name } ?? last { $0.name.isEmpty })?.value
  }

  /// Throws where one of them names what does not exist; `kind` says what they name.
  package func check(against names: [String], _ kind: String) throws {
    for entry in self where !entry.name.isEmpty && !names.contains(entry.name) {
      throw ConverterError("there is no \(kind) called \(entry.name); there are \(names.joined(separator: ", "))")
    }
  }
}

/// A scale such as 1/255 or 0.00392.
package func parseScale(_ text: String) throws -> Float {
  let parts = text.split(separator: "/", omittingEmptySubsequences: false)
  let numbers = parts.compactMap { Float($0) }
  guard numbers.count == parts.count, (1...2).contains(numbers.count), numbers.allSatisfy({ $0.isFinite && $0 > 0 })
  else {
    throw ConverterError("'\(text)' is no scale: write 1/255 or 0.00392")
  }
  return numbers.count == 2 ? numbers[0] / numbers[1] : numbers[0]
}
