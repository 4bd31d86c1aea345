#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension Constant {
  /// No tensor of a network that can run here has more elements; it also keeps products of sizes far from overflow.
  static let largestCount = 1 << 30
  /// The most that is computed while importing.
  static let largestResult = 1 << 27
  /// The most bytes that all constants take which are computed while importing: small files may ask for many large ones.
  static let largestTotal = 1 << 31
  /// The most multiplications of one product that is computed while importing.
  static let largestProduct = 1 << 33

  /// Decodes a tensor of the file. `name` is for messages.
  init(_ tensor: Onnx_TensorProto, named name: String, external: ExternalData) throws {
    guard let type = ElementType(rawValue: Int(tensor.dataType)) else {
      throw ImportError(
        "the constant '\(name)' has element type \(tensor.dataType), which is not supported: export it as "
          + "float32 or int64"
      )
    }
    let shape = tensor.dims.map { Int(clamping: $0) }
    guard let count = RowMajor.count(shape, limit: Constant.largestCount) else {
      throw ImportError("the constant '\(name)' has an impossible shape \(tensor.dims): the file is damaged")
    }
    let needed = type.bytes(count)
    let raw =
      tensor.dataLocation == .external
      ? try external.bytes(of: tensor, named: name, needed: needed) : tensor.rawData
    let values: Values
    if !raw.isEmpty || tensor.dataLocation == .external {
      guard raw.count == needed else {
        throw ImportError(
          "the constant '\(name)' has \(raw.count) bytes where its shape needs \(needed): the "
            + "file is damaged"
        )
      }
      values = Constant.decode(raw, as: type, count: count)
    } else {
      values = Constant.listed(tensor, as: type, count: count)
    }
    self.init(shape: shape, values: values)
    self.type = type
    guard values.count == count else {
      throw ImportError(
        "the constant '\(name)' has \(values.count) values where its shape needs \(count): the file is damaged")
    }
  }

  private static func decode(_ raw: Data, as type: ElementType, count: Int) -> Values {
    func integers<T: FixedWidthInteger>(_: T.Type, _ convert: (T) -> Int) -> Values {
      .integers(elements(raw, T.self).map { .known(convert($0)) })
    }
    switch type {
    case .float: return .floats(elements(raw, UInt32.self).map { Float(bitPattern: $0) })
    case .double: return .floats(elements(raw, UInt64.self).map { Float(Double(bitPattern: $0)) })
    case .float16: return .floats(elements(raw, UInt16.self).map { Float(halfBits: $0) })
    case .bfloat16: return .floats(elements(raw, UInt16.self).map { Float(bitPattern: UInt32($0) << 16) })
    case .uint4, .int4: return .integers(nibbles(raw.map { $0 }, as: type, count: count))
    case .uint8, .boolean: return integers(UInt8.self) { Int($0) }
    case .int8: return integers(Int8.self) { Int($0) }
    case .uint16: return integers(UInt16.self) { Int($0) }
    case .int16: return integers(Int16.self) { Int($0) }
    case .int32: return integers(Int32.self) { Int($0) }
    case .uint32: return integers(UInt32.self) { Int($0) }
    case .int64: return integers(Int64.self) { Int($0) }
    case .uint64: return integers(UInt64.self) { Int(clamping: $0) }
    }
  }

  private static func elements<T: FixedWidthInteger>(_ raw: Data, _: T.Type) -> [T] {
    let width = MemoryLayout<T>.size
    return raw.withUnsafeBytes { bytes in
      (0..<bytes.count / width).map { T(littleEndian: bytes.loadUnaligned(fromByteOffset: $0 * width, as: T.self)) }
    }
  }

  /// Two elements a byte, the first in the lower half.
  private static func nibbles(_ bytes: [UInt8], as type: ElementType, count: Int) -> [Dimension] {
    (0..<min(count, 2 * bytes.count)).map { index in
      let value = Int(bytes[index / 2] >> (index % 2 == 0 ? 0 : 4) & 0xF)
      return .known(type == .int4 && value > 7 ? value - 16 : value)
    }
  }

  /// Values in the list that belongs to their type.
  private static func listed(_ tensor: Onnx_TensorProto, as type: ElementType, count: Int) -> Values {
    switch type {
    case .float: .floats(tensor.floatData)
    case .double: .floats(tensor.doubleData.map { Float($0) })
    case .float16: .floats(tensor.int32Data.map { Float(halfBits: UInt16(truncatingIfNeeded: $0)) })
    case .bfloat16: .floats(tensor.int32Data.map { Float(bitPattern: UInt32(truncatingIfNeeded: $0) << 16) })
    case .int64: .integers(tensor.int64Data.map { .known(Int($0)) })
    case .uint32, .uint64: .integers(tensor.uint64Data.map { .known(Int(clamping: $0)) })
    case .uint4, .int4:
      .integers(nibbles(tensor.int32Data.map { UInt8(truncatingIfNeeded: $0) }, as: type, count: count))
    case .uint8, .int8, .uint16, .int16, .int32, .boolean: .integers(tensor.int32Data.map { .known(Int($0)) })
    }
  }
}

extension Float {
  /// IEEE binary16.
  fileprivate init(halfBits bits: UInt16) {
    let sign: Float = bits & 0x8000 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 0x1F)
    let fraction = Float(bits & 0x3FF)
    switch exponent {
    case 0: self = sign * fraction * 0x1p-24
    case 31: self = fraction == 0 ? sign * .infinity : .nan
    default: self = sign * Float(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
    }
  }
}
