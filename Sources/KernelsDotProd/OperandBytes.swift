import CKernelSet

// Operands of instruction sets with AArch64's dot products of bytes (crnn_simd_dot.h).

/// 0...255.
enum OperandU8: Operand {
  @inline(__always) static var panels: Int { 2 }
  @inline(__always) static var hasExcess: Bool { CRNN_DOT_EXCESS != 0 }
  @inline(__always) static var zero: crnn_dot_sums { crnn_dot_sums(repeating: 0) }
  @inline(__always) static func weights(_ p: UnsafePointer<Int8>) -> crnn_dot_weights { crnn_dot_load_weights(p) }
  @inline(__always) static func inputs(_ p: UnsafePointer<UInt8>) -> crnn_dot_bytes { crnn_dot_load_u8(p) }
  @inline(__always)
  static func add(_ sums: crnn_dot_sums, _ inputs: crnn_dot_bytes, _ weights: crnn_dot_weights) -> crnn_dot_sums {
    crnn_dot_add_unsigned(sums, inputs, weights)
  }
  @inline(__always) static func total(_ sums: crnn_dot_sums) -> SIMD8<Int32> { sums }
  @inline(__always)
  static func excess(_ x: UnsafePointer<UInt8>, _ groups: Int) -> Int32 { crnn_dot_excess_u8(x, groups) }
}

/// 0...127, which are signed bytes too.
enum OperandU7: Operand {
  @inline(__always) static var panels: Int { 2 }
  @inline(__always) static var zero: crnn_dot_sums { crnn_dot_sums(repeating: 0) }
  @inline(__always) static func weights(_ p: UnsafePointer<Int8>) -> crnn_dot_weights { crnn_dot_load_weights(p) }
  @inline(__always) static func inputs(_ p: UnsafePointer<UInt8>) -> crnn_dot_bytes { crnn_dot_load_u8(p) }
  @inline(__always)
  static func add(_ sums: crnn_dot_sums, _ inputs: crnn_dot_bytes, _ weights: crnn_dot_weights) -> crnn_dot_sums {
    crnn_dot_add_signed(sums, inputs, weights)
  }
  @inline(__always) static func total(_ sums: crnn_dot_sums) -> SIMD8<Int32> { sums }
}

/// 16-bit codes in two bytes, x = 256 h + l with l in 0...255 and h in -128...127: half the instructions of products of 16 bits.
enum OperandS16Halves: Operand {
  struct Halves<Value> {
    var low: Value
    var high: Value
  }
  @inline(__always) static var hasExcess: Bool { CRNN_DOT_EXCESS != 0 }
  @inline(__always)
  static var zero: Halves<crnn_dot_sums> {
    Halves(low: crnn_dot_sums(repeating: 0), high: crnn_dot_sums(repeating: 0))
  }
  @inline(__always) static func weights(_ p: UnsafePointer<Int8>) -> crnn_dot_weights { crnn_dot_load_weights(p) }
  @inline(__always)
  static func inputs(_ p: UnsafePointer<Int16>) -> Halves<crnn_dot_bytes> {
    Halves(low: crnn_dot_load_low(p), high: crnn_dot_load_high(p))
  }
  @inline(__always)
  static func add(_ sums: Halves<crnn_dot_sums>, _ inputs: Halves<crnn_dot_bytes>, _ weights: crnn_dot_weights)
    -> Halves<crnn_dot_sums>
  {
    Halves(
      low: crnn_dot_add_unsigned(sums.low, inputs.low, weights),
      high: crnn_dot_add_signed(sums.high, inputs.high, weights))
  }
  @inline(__always)
  static func total(_ sums: Halves<crnn_dot_sums>) -> SIMD8<Int32> { sums.low &+ (sums.high &<< crnn_all_i32x8(8)) }
  @inline(__always)
  static func excess(_ x: UnsafePointer<Int16>, _ groups: Int) -> Int32 { crnn_dot_excess_s16(x, groups) }
}

typealias OperandS16Many = OperandS16Halves
typealias OperandS16Once = OperandS16Halves
