import CKernelSet

// Operands of instruction sets with sums of products of bytes (crnn_simd_vnni.h).

/// 0...255.
enum OperandU8: Operand {
  @inline(__always) static var groups: Int { Int(CRNN_VNNI_GROUPS) }
  @inline(__always) static var panels: Int { 4 }
  @inline(__always) static var zero: crnn_vnni_sums { crnn_vnni_sums(repeating: 0) }
  @inline(__always) static func weights(_ p: UnsafePointer<Int8>) -> crnn_vnni_weights { crnn_vnni_load_weights(p) }
  @inline(__always) static func inputs(_ p: UnsafePointer<UInt8>) -> crnn_vnni_bytes { crnn_vnni_load_u8(p) }
  @inline(__always)
  static func lastWeights(_ p: UnsafePointer<Int8>) -> crnn_vnni_weights { crnn_vnni_load_last_weights(p) }
  @inline(__always) static func lastInputs(_ p: UnsafePointer<UInt8>) -> crnn_vnni_bytes { crnn_vnni_load_last_u8(p) }
  @inline(__always)
  static func add(_ sums: crnn_vnni_sums, _ inputs: crnn_vnni_bytes, _ weights: crnn_vnni_weights) -> crnn_vnni_sums {
    crnn_vnni_add(sums, inputs, weights)
  }
  @inline(__always) static func total(_ sums: crnn_vnni_sums) -> SIMD8<Int32> { crnn_vnni_total(sums) }
  @inline(__always)
  static func store(
    _ first: crnn_vnni_sums, _ second: crnn_vnni_sums, _ initial: UnsafePointer<Int32>,
    _ accumulators: UnsafeMutablePointer<Int32>, _ excess: SIMD8<Int32>
  ) {
    crnn_vnni_store(first, second, initial, accumulators, excess)
  }
}

typealias OperandU7 = OperandU8

typealias OperandS16Many = OperandS16

/// 16-bit codes in two bytes, x = 256 h + l, for weights that are used once.
enum OperandS16Once: Operand {
  struct Halves<Value> {
    var low: Value
    var high: Value
  }
  @inline(__always) static var groups: Int { Int(CRNN_VNNI_GROUPS) }
  @inline(__always)
  static var zero: Halves<crnn_vnni_sums> {
    Halves(low: crnn_vnni_sums(repeating: 0), high: crnn_vnni_sums(repeating: 0))
  }
  @inline(__always) static func weights(_ p: UnsafePointer<Int8>) -> crnn_vnni_weights { crnn_vnni_load_weights(p) }
  @inline(__always)
  static func inputs(_ p: UnsafePointer<Int16>) -> Halves<crnn_vnni_bytes> {
    Halves(low: crnn_vnni_load_s16(p, 0), high: crnn_vnni_load_s16(p, 1))
  }
  @inline(__always)
  static func lastWeights(_ p: UnsafePointer<Int8>) -> crnn_vnni_weights { crnn_vnni_load_last_weights(p) }
  @inline(__always)
  static func lastInputs(_ p: UnsafePointer<Int16>) -> Halves<crnn_vnni_bytes> {
    Halves(low: crnn_vnni_load_last_s16(p, 0), high: crnn_vnni_load_last_s16(p, 1))
  }
  @inline(__always)
  static func add(_ sums: Halves<crnn_vnni_sums>, _ inputs: Halves<crnn_vnni_bytes>, _ weights: crnn_vnni_weights)
    -> Halves<crnn_vnni_sums>
  {
    Halves(
      low: crnn_vnni_add(sums.low, inputs.low, weights), high: crnn_vnni_add_high(sums.high, inputs.high, weights))
  }
  @inline(__always)
  private static func joined(_ sums: Halves<crnn_vnni_sums>) -> crnn_vnni_sums {
    sums.low &+ (sums.high &<< crnn_vnni_sums(repeating: 8))
  }
  @inline(__always)
  static func total(_ sums: Halves<crnn_vnni_sums>) -> SIMD8<Int32> { crnn_vnni_total(joined(sums)) }
  @inline(__always)
  static func store(
    _ first: Halves<crnn_vnni_sums>, _ second: Halves<crnn_vnni_sums>, _ initial: UnsafePointer<Int32>,
    _ accumulators: UnsafeMutablePointer<Int32>, _ excess: SIMD8<Int32>
  ) {
    crnn_vnni_store(joined(first), joined(second), initial, accumulators, excess)
  }
  @inline(__always)
  static func excess(_ x: UnsafePointer<Int16>, _ groups: Int) -> Int32 { crnn_vnni_excess(x, groups) }
}
