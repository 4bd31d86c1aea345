import CKernelSet

// Operands of instruction sets without sums of products of bytes.

/// 0...255, widened to 16 bits.
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

/// 0...127, whose sums of two products fit 16 bits.
enum OperandU7: Operand {
  @inline(__always) static var panels: Int { Int(CRNN_U7_PANELS) }
  @inline(__always) static var zero: crnn_u7_sums { crnn_u7_sums(repeating: 0) }
  @inline(__always) static func weights(_ p: UnsafePointer<Int8>) -> crnn_u7_weights { crnn_u7_load_weights(p) }
  @inline(__always) static func inputs(_ p: UnsafePointer<UInt8>) -> crnn_u7_inputs { crnn_u7_load_inputs(p) }
  @inline(__always)
  static func add(_ sums: crnn_u7_sums, _ inputs: crnn_u7_inputs, _ weights: crnn_u7_weights) -> crnn_u7_sums {
    crnn_u7_multiply_add(sums, inputs, weights)
  }
  @inline(__always) static func total(_ sums: crnn_u7_sums) -> SIMD8<Int32> { crnn_u7_total(sums) }
}

/// 16-bit codes where several rows of x share the weights, and where a single row uses each weight once.
typealias OperandS16Many = OperandS16
typealias OperandS16Once = OperandS16
