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
