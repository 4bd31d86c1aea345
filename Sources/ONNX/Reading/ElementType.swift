/// Types of tensor elements, with the numbers of the format.
enum ElementType: Int {
  case float = 1, uint8, int8, uint16, int16, int32, int64
  case boolean = 9, float16, double, uint32, uint64
  case bfloat16 = 16
  case uint4 = 21, int4

  var isFloat: Bool {
    switch self {
    case .float, .float16, .double, .bfloat16: true
    default: false
    }
  }

  /// Bits of one element in raw data.
  private var bits: Int {
    switch self {
    case .uint4, .int4: 4
    case .uint8, .int8, .boolean: 8
    case .uint16, .int16, .float16, .bfloat16: 16
    case .float, .int32, .uint32: 32
    case .int64, .double, .uint64: 64
    }
  }

  /// A number as this type of float holds it, ties to even; doubles are kept as single floats.
  func rounded(_ value: Float) -> Float {
    switch self {
    case .float16: Float(Float16(value))
    case .bfloat16 where value.isFinite:
      Float(bitPattern: (value.bitPattern &+ 0x7FFF &+ (value.bitPattern >> 16 & 1)) & 0xFFFF_0000)
    default: value
    }
  }

  /// Bytes of raw data that hold `count` elements.
  func bytes(_ count: Int) -> Int { (count * bits + 7) / 8 }
}
