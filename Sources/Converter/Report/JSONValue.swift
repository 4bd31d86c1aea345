/// A JSON document in the order in which it was built.
package enum JSONValue: Equatable, Sendable {
  case object([Member])
  case array([JSONValue])
  case text(String)
  case integer(Int)
  case number(Double)
  case boolean(Bool)

  package struct Member: Equatable, Sendable {
    package var key: String
    package var value: JSONValue
    package init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// An object of pairs; those whose value is nil are left out.
  package static func members(_ pairs: [(String, JSONValue?)]) -> JSONValue {
    .object(pairs.compactMap { key, value in value.map { Member(key: key, value: $0) } })
  }

  package static func texts(_ texts: [String]) -> JSONValue { .array(texts.map { .text($0) }) }

  /// A number, or nil where JSON has none for it (infinite, not a number).
  package static func finite(_ value: Double?) -> JSONValue? {
    guard let value, value.isFinite else { return nil }
    return .number(value)
  }

  /// Indented by two spaces, with a line feed at the end.
  package var document: String { written(indent: "") + "\n" }

  private func written(indent: String) -> String {
    switch self {
    case .object(let members):
      guard !members.isEmpty else { return "{}" }
      let inner = indent + "  "
      let lines = members.map { "\(inner)\(JSONValue.quoted($0.key)): \($0.value.written(indent: inner))" }
      return "{\n" + lines.joined(separator: ",\n") + "\n\(indent)}"
    case .array(let values): return "[" + values.map { $0.written(indent: indent) }.joined(separator: ", ") + "]"
    case .text(let text): return JSONValue.quoted(text)
    case .integer(let value): return String(value)
    case .number(let value): return value.isFinite ? String(value) : "null"
    case .boolean(let value): return value ? "true" : "false"
    }
  }

  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case "\r": result += "\\r"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
