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
    for scalar in text.unicodeScalars { append(scalar, to: &result) }
    return result + "\""
  }

  /// A name of any bytes: one that is no UTF-8 becomes the surrogate U+DC00 plus the byte, as in Python's os.fsdecode.
  package static func quoted(bytes name: [UInt8]) -> String {
    if let text = String(validating: name, as: UTF8.self) { return quoted(text) }
    var result = "\""
    var bytes = name[...]
    while !bytes.isEmpty {
      var parser = Unicode.UTF8.ForwardParser()
      var iterator = bytes.makeIterator()
      if case .valid(let encoded) = parser.parseScalar(from: &iterator) {
        append(Unicode.UTF8.decode(encoded), to: &result)
        bytes = bytes.dropFirst(encoded.count)
      } else if let byte = bytes.popFirst() {
        result += "\\udc\(String(byte, radix: 16))"
      }
    }
    return result + "\""
  }

  private static func append(_ scalar: Unicode.Scalar, to result: inout String) {
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

  /// The text of a string that `quoted` wrote, at the start of `written`; nil where there is none.
  package static func unquoted(_ written: Substring) -> String? {
    var rest = written.unicodeScalars[...]
    guard rest.popFirst() == "\"" else { return nil }
    var text = String.UnicodeScalarView()
    while let scalar = rest.popFirst() {
      if scalar == "\"" { return String(text) }
      guard scalar == "\\" else {
        text.append(scalar)
        continue
      }
      switch rest.popFirst() {
      case "n": text.append("\n")
      case "t": text.append("\t")
      case "r": text.append("\r")
      case "u":
        guard let value = UInt32(String(rest.prefix(4)), radix: 16), let scalar = Unicode.Scalar(value) else {
          return nil
        }
        text.append(scalar)
        rest = rest.dropFirst(4)
      case let escaped?: text.append(escaped)
      case nil: return nil
      }
    }
    return nil
  }
}
