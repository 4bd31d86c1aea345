/// The element types of `.npy` files that can be read.
public enum ElementType: Equatable, Hashable, Sendable, CustomStringConvertible {
  case boolean
  case int8, int16, int32, int64
  case uint8, uint16, uint32, uint64
  case float16, float32, float64
  /// NumPy's `U`: `length` UTF-32 code units for each string, filled up with zeros.
  case unicode(length: Int)
  /// NumPy's `S`: `length` bytes for each string, filled up with zeros.
  case byteString(length: Int)

  /// Bytes of one element.
  public var size: Int {
    switch self {
    case .boolean, .int8, .uint8: 1
    case .int16, .uint16, .float16: 2
    case .int32, .uint32, .float32: 4
    case .int64, .uint64, .float64: 8
    case .unicode(let length): 4 * length
    case .byteString(let length): length
    }
  }

  /// Bytes that are reversed in a big-endian file.
  var unit: Int {
    switch self {
    case .unicode: 4
    case .byteString: 1
    default: size
    }
  }

  public var isInteger: Bool {
    switch self {
    case .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: true
    default: false
    }
  }

  public var isText: Bool {
    switch self {
    case .unicode, .byteString: true
    default: false
    }
  }

  /// NumPy's name of the type, little-endian.
  public var descriptor: String {
    switch self {
    case .boolean: "|b1"
    case .int8: "|i1"
    case .int16: "<i2"
    case .int32: "<i4"
    case .int64: "<i8"
    case .uint8: "|u1"
    case .uint16: "<u2"
    case .uint32: "<u4"
    case .uint64: "<u8"
    case .float16: "<f2"
    case .float32: "<f4"
    case .float64: "<f8"
    case .unicode(let length): "<U\(length)"
    case .byteString(let length): "|S\(length)"
    }
  }

  public var description: String { descriptor }

  /// What a descriptor without its byte order ("f4") stands for.
  init(kindAndSize text: Substring) throws(ArrayError) {
    let unsupported = ArrayError(
      "elements of type '\(text)' cannot be read: store them as booleans, integers, floats or strings")
    guard let kind = text.first, let size = Int(text.dropFirst()), size > 0, size <= 1 << 20 else { throw unsupported }
    switch (kind, size) {
    case ("b", 1): self = .boolean
    case ("i", 1): self = .int8
    case ("i", 2): self = .int16
    case ("i", 4): self = .int32
    case ("i", 8): self = .int64
    case ("u", 1): self = .uint8
    case ("u", 2): self = .uint16
    case ("u", 4): self = .uint32
    case ("u", 8): self = .uint64
    case ("f", 2): self = .float16
    case ("f", 4): self = .float32
    case ("f", 8): self = .float64
    case ("U", _): self = .unicode(length: size)
    case ("S", _): self = .byteString(length: size)
    default: throw unsupported
    }
  }
}
