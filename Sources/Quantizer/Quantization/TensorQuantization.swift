/// How the values of a tensor are stored; raw values are CRNN_STORE_* of the file format.
public enum Store: UInt32, Sendable, Codable, CaseIterable {
  case u8 = 1
  case s16 = 2
  case f32 = 3
  case s32 = 4

  public var bytes: Int {
    switch self {
    case .u8: 1
    case .s16: 2
    case .f32, .s32: 4
    }
  }
  public var name: String {
    switch self {
    case .u8: "u8"
    case .s16: "s16"
    case .f32: "f32"
    case .s32: "s32"
    }
  }
  /// Integer codes that stand for real numbers.
  public var isCode: Bool { self == .u8 || self == .s16 }
}

/// Store and scale of one tensor or recurrent operand: value = (code − zeroPoint) · scale.
public struct TensorQuantization: Equatable, Sendable {
  public var store: Store
  public var scale: Float = 1
  public var zeroPoint: Int32 = 0
  public var minimum: Int32 = 0
  public var maximum: Int32 = 0

  public static let float = TensorQuantization(store: .f32)
  public static let index = TensorQuantization(store: .s32)
  /// 8-bit pixels that stand for 0...1.
  public static let image = TensorQuantization(store: .u8, scale: 1 / 255, minimum: 0, maximum: 255)
  /// 16-bit samples that stand for −1..<1.
  public static let audio = TensorQuantization(store: .s16, scale: 1 / 32768, minimum: -32767, maximum: 32767)
  /// Seven bits for what is bounded by 1, as the operand of a recurrent matrix: codes 1...127 about 64. Products of two such
  /// operands with s8 weights fit 16 bits (127 · (127 + 127) < 2¹⁵), which the fastest kernels need.
  public static let boundedOperand = TensorQuantization(
    store: .u8, scale: 1 / 63, zeroPoint: 64, minimum: 1, maximum: 127)
  /// Eight bits for a tensor bounded by 1.
  public static let bounded = TensorQuantization(store: .u8, scale: 1 / 127, zeroPoint: 128, minimum: 1, maximum: 255)

  /// Scales stay between these, so that products of two of them and their inverses are normal numbers.
  static let smallestScale: Float = 0x1p-60
  static let largestScale: Float = 0x1p60

  /// 16 bits, symmetric, the largest magnitude of the range at code ±32767.
  public static func s16(_ range: ValueRange) -> TensorQuantization {
    TensorQuantization(store: .s16, scale: scale(range.magnitude, steps: 32767), minimum: -32767, maximum: 32767)
  }

  /// 8 bits over the whole range, 0 exactly at the zero point.
  public static func u8(_ range: ValueRange) -> TensorQuantization {
    let scale = scale(range.maximum - range.minimum, steps: 255)
    let zeroPoint = min(max((-range.minimum / scale).rounded(.toNearestOrEven), 0), 255)
    return TensorQuantization(store: .u8, scale: scale, zeroPoint: Int32(zeroPoint), minimum: 0, maximum: 255)
  }

  private static func scale(_ extent: Float, steps: Float) -> Float {
    // A tensor that is always 0 may have any scale.
    extent == 0 ? 1 : min(max(extent / steps, smallestScale), largestScale)
  }

  public var inverseScale: Float { 1 / scale }
  /// The largest absolute value of a code.
  public var largestCode: Int64 { max(abs(Int64(minimum)), abs(Int64(maximum))) }

  /// The code of a value, by the rule of docs/numerics.md.
  public func code(_ value: Float) -> Int32 {
    var t = (value.isNaN ? 0 : value) * inverseScale
    t += Float(zeroPoint)
    t = min(max(t, Float(minimum)), Float(maximum))
    return Int32(t.rounded(.toNearestOrEven))
  }

  public func value(_ code: Int32) -> Float { Float(code &- zeroPoint) * scale }

  /// The value that storing leaves.
  public func rounded(_ value: Float) -> Float { store.isCode ? self.value(code(value)) : value }
}
