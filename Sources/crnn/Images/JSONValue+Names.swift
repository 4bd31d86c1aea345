import Converter

extension JSONValue {
  /// A name of any bytes: one that is no UTF-8 becomes the surrogate U+DC00 plus the byte, as in Python's os.fsdecode.
  static func quoted(_ file: FileName) -> String {
    var result = "\""
    var rest = file.bytes[...]
    while !rest.isEmpty {
      let valid = rest.prefix(validLength(rest))
      result += quoted(String(decoding: valid, as: UTF8.self)).dropFirst().dropLast()
      rest = rest[valid.endIndex...]
      if let byte = rest.popFirst() { result += "\\udc\(String(byte, radix: 16))" }
    }
    return result + "\""
  }

  /// How many bytes from the start on are UTF-8.
  private static func validLength(_ bytes: ArraySlice<UInt8>) -> Int {
    var length = 0
    var parser = Unicode.UTF8.ForwardParser()
    var iterator = bytes.makeIterator()
    while case .valid(let scalar) = parser.parseScalar(from: &iterator) { length += scalar.count }
    return length
  }

  /// The text of a string that `quoted` wrote, at the start of `written`; nil where there is none.
  static func unquoted(_ written: Substring) -> String? {
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
