import CKernelSet

/// A type of codes that weights are multiplied with, in the terms of `crnn_simd.h`: a group is 8 rows of 4 inputs.
protocol Operand {
  associatedtype Code
  associatedtype Weights
  associatedtype Inputs
  associatedtype Sums
  /// Groups that one step takes: 1, or 2.
  static var groups: Int { get }
  /// Panels of weights that four rows of x run along at once, 1, 2 or 4: as many as the registers hold sums for.
  static var panels: Int { get }
  static var zero: Sums { get }
  static func weights(_ p: UnsafePointer<Int8>) -> Weights
  static func inputs(_ p: UnsafePointer<Code>) -> Inputs
  /// Of one group, where a step takes two and one is left.
  static func lastWeights(_ p: UnsafePointer<Int8>) -> Weights
  static func lastInputs(_ p: UnsafePointer<Code>) -> Inputs
  static func add(_ sums: Sums, _ inputs: Inputs, _ weights: Weights) -> Sums
  static func total(_ sums: Sums) -> SIMD8<Int32>
  /// Stores what two panels' totals add to `initial`, less the excess of both.
  static func store(
    _ first: Sums, _ second: Sums, _ initial: UnsafePointer<Int32>, _ accumulators: UnsafeMutablePointer<Int32>,
    _ excess: SIMD8<Int32>)
  /// Whether that is more than nothing where several rows of x run along together; a single row is always asked.
  static var hasExcess: Bool { get }
  /// What is too much in each row's total.
  static func excess(_ x: UnsafePointer<Code>, _ groups: Int) -> Int32
  /// Several rows of x times `panels` panels (`Tile.multiplyRows`).
  static func multiplyRows(_ tile: Tile<Self>, _ rows: Int, _ panels: Int)
}

extension Operand {
  @inline(__always) static var groups: Int { 1 }
  @inline(__always) static var panels: Int { 1 }
  @inline(__always) static func lastWeights(_ p: UnsafePointer<Int8>) -> Weights { weights(p) }
  @inline(__always) static func lastInputs(_ p: UnsafePointer<Code>) -> Inputs { inputs(p) }
  @inline(__always)
  static func store(
    _ first: Sums, _ second: Sums, _ initial: UnsafePointer<Int32>, _ accumulators: UnsafeMutablePointer<Int32>,
    _ excess: SIMD8<Int32>
  ) {
    crnn_store_i32x8(accumulators, crnn_load_i32x8(initial) &+ total(first) &- excess)
    crnn_store_i32x8(accumulators + 8, crnn_load_i32x8(initial + 8) &+ total(second) &- excess)
  }
  @inline(__always) static var hasExcess: Bool { false }
  @inline(__always) static func excess(_ x: UnsafePointer<Code>, _ groups: Int) -> Int32 { 0 }
  @inline(__always)
  static func multiplyRows(_ tile: Tile<Self>, _ rows: Int, _ panels: Int) { tile.multiplyRows(rows, panels) }
}

/// 16-bit codes, times weights that are widened as they come.
enum OperandS16: Operand {
  @inline(__always) static var panels: Int { Int(CRNN_S16_PANELS) }
  @inline(__always) static var zero: crnn_s16_sums { crnn_s16_sums(repeating: 0) }
  @inline(__always) static func weights(_ p: UnsafePointer<Int8>) -> crnn_s16_weights { crnn_s16_load_weights(p) }
  @inline(__always) static func inputs(_ p: UnsafePointer<Int16>) -> crnn_s16_inputs { crnn_s16_load_inputs(p) }
  @inline(__always)
  static func add(_ sums: crnn_s16_sums, _ inputs: crnn_s16_inputs, _ weights: crnn_s16_weights) -> crnn_s16_sums {
    crnn_s16_multiply_add(sums, inputs, weights)
  }
  @inline(__always) static func total(_ sums: crnn_s16_sums) -> SIMD8<Int32> { crnn_s16_total(sums) }
}
