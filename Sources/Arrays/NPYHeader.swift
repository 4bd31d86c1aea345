/// The dictionary at the start of a `.npy` file, a Python literal such as
/// `{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }`.
struct NPYHeader: Equatable {
  var elementType: ElementType
  var isBigEndian: Bool
  var isFortranOrder: Bool
  var shape: [Int]

  init(parsing text: String) throws(ArrayError) {
    var parser = PythonLiteralParser(text)
    let entries = try parser.dictionary()
    guard let descriptor = entries["descr"], let order = entries["fortran_order"], let shape = entries["shape"] else {
      throw ArrayError("the header lacks 'descr', 'fortran_order' or 'shape'")
    }
    guard case .text(let name) = descriptor else {
      throw ArrayError("records with fields cannot be read: store each field as an array of its own")
    }
    guard case .boolean(let isFortranOrder) = order, case .tuple(let axes) = shape else {
      throw ArrayError("the header's 'fortran_order' or 'shape' is not what it should be")
    }
    if name.hasSuffix("O") {
      throw ArrayError("Python objects cannot be read: store the array with a numeric type")
    }
    guard let mark = name.first, "<>|=".contains(mark) else { throw ArrayError("no byte order in type '\(name)'") }
    self.elementType = try ElementType(kindAndSize: name.dropFirst())
    self.isBigEndian = mark == ">"
    self.isFortranOrder = isFortranOrder
    // As many as NumPy itself allows: what is done once for each axis stays little.
    guard axes.count <= 64 else { throw ArrayError("\(axes.count) axes are more than the 64 that an array may have") }
    self.shape = axes
  }
}

/// As much of Python's literals as NumPy's headers use.
private struct PythonLiteralParser {
  enum Value: Equatable {
    case text(String)
    case boolean(Bool)
    case tuple([Int])
    /// A list of fields.
    case other
  }

  private var rest: Substring
  init(_ text: String) { rest = text[...] }

  private mutating func skipSpace() { rest = rest.drop { $0 == " " || $0 == "\n" || $0 == "\t" } }

  private mutating func accept(_ mark: Character) -> Bool {
    skipSpace()
    guard rest.first == mark else { return false }
    rest.removeFirst()
    return true
  }

  mutating func dictionary() throws(ArrayError) -> [String: Value] {
    let malformed = ArrayError("the header is not a Python dictionary")
    guard accept("{") else { throw malformed }
    var entries: [String: Value] = [:]
    while !accept("}") {
      guard let key = text(), accept(":"), let value = value() else { throw malformed }
      entries[key] = value
      guard accept(",") || rest.first == "}" else { throw malformed }
    }
    return entries
  }

  private mutating func value() -> Value? {
    skipSpace()
    if let text = text() { return .text(text) }
    if accept("(") {
      var axes: [Int] = []
      while !accept(")") {
        let digits = rest.prefix { $0.isASCII && $0.isNumber }
        guard let axis = Int(digits) else { return nil }
        rest = rest.dropFirst(digits.count)
        // Python 2 wrote long integers with an L.
        _ = accept("L")
        axes.append(axis)
        guard accept(",") || rest.first == ")" else { return nil }
      }
      return .tuple(axes)
    }
    for (word, truth) in [("True", true), ("False", false)] where rest.hasPrefix(word) {
      rest = rest.dropFirst(word.count)
      return .boolean(truth)
    }
    if accept("[") {
      guard let end = rest.lastIndex(of: "]") else { return nil }
      rest = rest[rest.index(after: end)...]
      return .other
    }
    return nil
  }

  private mutating func text() -> String? {
    skipSpace()
    guard let quote = rest.first, quote == "'" || quote == "\"" else { return nil }
    let body = rest.dropFirst()
    guard let end = body.firstIndex(of: quote) else { return nil }
    rest = body[body.index(after: end)...]
    return String(body[..<end])
  }
}
