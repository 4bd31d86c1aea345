extension NumericArray {
  /// Every element as a Float, rounded to nearest. Throws for strings.
  public func floats() throws(ArrayError) -> [Float] {
    switch elementType {
    case .boolean: elements(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .int8: elements(Int8.self) { Float($0) }
    case .int16: elements(Int16.self) { Float($0) }
    case .int32: elements(Int32.self) { Float($0) }
    case .int64: elements(Int64.self) { Float($0) }
    case .uint8: elements(UInt8.self) { Float($0) }
    case .uint16: elements(UInt16.self) { Float($0) }
    case .uint32: elements(UInt32.self) { Float($0) }
    case .uint64: elements(UInt64.self) { Float($0) }
    case .float16: elements(UInt16.self, Self.float(half:))
    case .float32: elements(Float.self) { $0 }
    case .float64: elements(Double.self) { Float($0) }
    case .unicode, .byteString: throw ArrayError("strings stand where numbers are needed")
    }
  }

  /// Every element as an Int32. Throws for floats and strings, and where a number does not fit.
  public func integers() throws(ArrayError) -> [Int32] {
    let wide: [Int32?] =
      switch elementType {
      case .boolean: elements(UInt8.self) { $0 == 0 ? 0 : 1 }
      case .int8: elements(Int8.self) { Int32($0) }
      case .int16: elements(Int16.self) { Int32($0) }
      case .int32: elements(Int32.self) { $0 }
      case .int64: elements(Int64.self) { Int32(exactly: $0) }
      case .uint8: elements(UInt8.self) { Int32($0) }
      case .uint16: elements(UInt16.self) { Int32($0) }
      case .uint32: elements(UInt32.self) { Int32(exactly: $0) }
      case .uint64: elements(UInt64.self) { Int32(exactly: $0) }
      case .float16, .float32, .float64, .unicode, .byteString:
        throw ArrayError("elements of type \(elementType) stand where integers are needed")
      }
    let narrow = wide.compactMap { $0 }
    guard narrow.count == wide.count else { throw ArrayError("an integer does not fit into 32 bits") }
    return narrow
  }

  /// Every element as a string, without the zeros at its end; numbers as NumPy's integers print. Throws for floats.
  public func strings() throws(ArrayError) -> [String] {
    switch elementType {
    case .unicode(let length):
      let units = elements(UInt32.self) { $0 }
      return (0..<textCount).map { index in
        var text = String.UnicodeScalarView()
        for unit in units[index * length..<(index + 1) * length] {
          text.append(Unicode.Scalar(unit) ?? "\u{FFFD}")
        }
        while text.last == "\0" { text.removeLast() }
        return String(text)
      }
    case .byteString(let length):
      return (0..<textCount).map { index in
        var text = bytes[index * length..<(index + 1) * length]
        while text.last == 0 { text.removeLast() }
        return String(decoding: text, as: UTF8.self)
      }
    default:
      return try integers().map { String($0) }
    }
  }

  /// Strings as NumPy has them, one after another.
  public init(texts: [String]) throws(ArrayError) {
    let length = max(1, texts.map(\.unicodeScalars.count).max() ?? 0)
    let units = texts.flatMap { text in
      text.unicodeScalars.map(\.value) + [UInt32](repeating: 0, count: length - text.unicodeScalars.count)
    }
    try self.init(
      shape: [texts.count], elementType: .unicode(length: length), bytes: units.withUnsafeBytes { Array($0) })
  }

  /// Strings of length zero have no bytes to count.
  private var textCount: Int { shape.reduce(1, *) }

  private func elements<Element: BitwiseCopyable, Result>(
    _ type: Element.Type, _ convert: (Element) -> Result
  ) -> [Result] {
    bytes.withUnsafeBytes { raw in
      let size = MemoryLayout<Element>.size
      return (0..<raw.count / size).map { convert(raw.loadUnaligned(fromByteOffset: $0 * size, as: Element.self)) }
    }
  }

  /// IEEE binary16 widened, which is exact. (Float16 is not there on every platform that Swift runs on.)
  static func float(half: UInt16) -> Float {
    let sign = UInt32(half & 0x8000) << 16
    let exponent = UInt32(half >> 10) & 0x1F
    let fraction = UInt32(half & 0x3FF)
    switch exponent {
    case 0: return Float(bitPattern: sign | (Float(fraction) * 0x1p-24).bitPattern)
    case 31: return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }
}
