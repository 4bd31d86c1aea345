import CKernelSet

/// A type of codes that weights are multiplied with, in the terms of `crnn_simd.h`: a group is 8 rows of 4 inputs.
protocol Operand {
  associatedtype Code
  associatedtype Weights
  associatedtype Inputs
  associatedtype Sums
  static var zero: Sums { get }
  static func weights(_ p: UnsafePointer<Int8>) -> Weights
  static func inputs(_ p: UnsafePointer<Code>) -> Inputs
  static func add(_ sums: Sums, _ inputs: Inputs, _ weights: Weights) -> Sums
  static func total(_ sums: Sums) -> SIMD8<Int32>
  /// What is too much in each row's total.
  static func excess(_ x: UnsafePointer<Code>, _ groups: Int) -> Int32
}

extension Operand {
  @inline(__always) static func excess(_ x: UnsafePointer<Code>, _ groups: Int) -> Int32 { 0 }
}

enum OperandS16: Operand {
  @inline(__always) static var zero: crnn_s16_sums { crnn_s16_sums(repeating: 0) }
  @inline(__always) static func weights(_ p: UnsafePointer<Int8>) -> crnn_s16_weights { crnn_s16_load_weights(p) }
  @inline(__always) static func inputs(_ p: UnsafePointer<Int16>) -> crnn_s16_inputs { crnn_s16_load_inputs(p) }
  @inline(__always)
  static func add(_ sums: crnn_s16_sums, _ inputs: crnn_s16_inputs, _ weights: crnn_s16_weights) -> crnn_s16_sums {
    crnn_s16_multiply_add(sums, inputs, weights)
  }
  @inline(__always) static func total(_ sums: crnn_s16_sums) -> SIMD8<Int32> { crnn_s16_total(sums) }
}

enum OperandU8: Operand {
  @inline(__always) static var zero: crnn_u8_sums { crnn_u8_sums(repeating: 0) }
  @inline(__always) static func weights(_ p: UnsafePointer<Int8>) -> crnn_u8_weights { crnn_u8_load_weights(p) }
  @inline(__always) static func inputs(_ p: UnsafePointer<UInt8>) -> crnn_u8_inputs { crnn_u8_load_inputs(p) }
  @inline(__always)
  static func add(_ sums: crnn_u8_sums, _ inputs: crnn_u8_inputs, _ weights: crnn_u8_weights) -> crnn_u8_sums {
    crnn_u8_multiply_add(sums, inputs, weights)
  }
  @inline(__always) static func total(_ sums: crnn_u8_sums) -> SIMD8<Int32> { crnn_u8_total(sums) }
}

enum OperandU7: Operand {
  @inline(__always) static var zero: crnn_u7_sums { crnn_u7_sums(repeating: 0) }
  @inline(__always) static func weights(_ p: UnsafePointer<Int8>) -> crnn_u7_weights { crnn_u7_load_weights(p) }
  @inline(__always) static func inputs(_ p: UnsafePointer<UInt8>) -> crnn_u7_inputs { crnn_u7_load_inputs(p) }
  @inline(__always)
  static func add(_ sums: crnn_u7_sums, _ inputs: crnn_u7_inputs, _ weights: crnn_u7_weights) -> crnn_u7_sums {
    crnn_u7_multiply_add(sums, inputs, weights)
  }
  @inline(__always) static func total(_ sums: crnn_u7_sums) -> SIMD8<Int32> { crnn_u7_total(sums) }
}

#if CRNN_SPLIT_S16
  /// 16-bit codes in two bytes, x = 256 h + l, for weights that are used once (crnn_simd.h tells how).
  enum OperandS16Once: Operand {
    struct Halves {
      var low: SIMD8<Int32>
      var high: SIMD8<Int32>
    }
    @inline(__always) static var zero: Halves { Halves(low: crnn_all_i32x8(0), high: crnn_all_i32x8(0)) }
    @inline(__always) static func weights(_ p: UnsafePointer<Int8>) -> crnn_i8x32 { crnn_load_i8x32(p) }
    @inline(__always)
    static func inputs(_ p: UnsafePointer<Int16>) -> Halves {
      Halves(low: crnn_s16_low_bytes(p), high: crnn_s16_high_bytes(p))
    }
    @inline(__always)
    static func add(_ sums: Halves, _ inputs: Halves, _ weights: crnn_i8x32) -> Halves {
      Halves(
        low: crnn_u8_multiply_add(sums.low, inputs.low, weights),
        high: crnn_s16_multiply_add_high(sums.high, inputs.high, weights))
    }
    @inline(__always)
    static func total(_ sums: Halves) -> SIMD8<Int32> { sums.low &+ (sums.high &<< crnn_all_i32x8(8)) }
    @inline(__always)
    static func excess(_ x: UnsafePointer<Int16>, _ groups: Int) -> Int32 { crnn_s16_excess(x, groups) }
  }
#else
  typealias OperandS16Once = OperandS16
#endif
