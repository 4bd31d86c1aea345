/// Types of tensor elements, with the numbers of the format.
enum ElementType: Int {
  case float = 1, uint8, int8, uint16, int16, int32, int64
  case boolean = 9, float16, double, uint32, uint64
  case bfloat16 = 16

  var isFloat: Bool {
    switch self {
    case .float, .float16, .double, .bfloat16: true
    default: false
    }
  }

  /// Bytes of one element in raw data.
  var width: Int {
    switch self {
    case .uint8, .int8, .boolean: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .float, .int32, .uint32: 4
    case .int64, .double, .uint64: 8
    }
  }
}
