import CKernelSet

// Sums of products of two rows of x with two rows of weights at a time (crnn_simd_pairs.h), where several rows of x run along together.

/// An operand of which two rows are multiplied together, eight codes of each in a step.
protocol PairedOperand: Operand {
  associatedtype PairInputs
  associatedtype PairSums
  static var zeroPair: PairSums { get }
  static func pair(_ x: UnsafePointer<Code>, _ y: UnsafePointer<Code>) -> PairInputs
  /// Of four codes each.
  static func lastPair(_ x: UnsafePointer<Code>, _ y: UnsafePointer<Code>) -> PairInputs
  static func add(_ sums: PairSums, _ inputs: PairInputs, _ weights: crnn_pair_weights) -> PairSums
  static func totals(_ sums: PairSums) -> (SIMD8<Int32>, SIMD8<Int32>)
}

extension PairedOperand {
  @inline(__always)
  static func multiplyRows(_ tile: Tile<Self>, _ rows: Int, _ panels: Int) { tile.multiplyPairs(rows, panels) }
}

/// Bytes: 0...127 are multiplied as 0...255 are.
protocol PairedBytes: PairedOperand where Code == UInt8 {}

extension PairedBytes {
  @inline(__always) static var zeroPair: crnn_pair_sums { crnn_pair_zero() }
  @inline(__always)
  static func pair(_ x: UnsafePointer<UInt8>, _ y: UnsafePointer<UInt8>) -> crnn_pair_bytes { crnn_pair_load_u8(x, y) }
  @inline(__always)
  static func lastPair(_ x: UnsafePointer<UInt8>, _ y: UnsafePointer<UInt8>) -> crnn_pair_bytes {
    crnn_pair_load_last_u8(x, y)
  }
  @inline(__always)
  static func add(_ sums: crnn_pair_sums, _ inputs: crnn_pair_bytes, _ weights: crnn_pair_weights) -> crnn_pair_sums {
    crnn_pair_add_unsigned(sums, inputs, weights)
  }
  @inline(__always)
  static func totals(_ sums: crnn_pair_sums) -> (SIMD8<Int32>, SIMD8<Int32>) {
    (crnn_pair_first(sums), crnn_pair_second(sums))
  }
}

extension OperandU8: PairedBytes {}
extension OperandU7: PairedBytes {}

extension OperandS16Halves: PairedOperand {
  @inline(__always)
  static var zeroPair: Halves<crnn_pair_sums> { Halves(low: crnn_pair_zero(), high: crnn_pair_zero()) }
  @inline(__always)
  static func pair(_ x: UnsafePointer<Int16>, _ y: UnsafePointer<Int16>) -> crnn_pair_words { crnn_pair_load_s16(x, y) }
  @inline(__always)
  static func lastPair(_ x: UnsafePointer<Int16>, _ y: UnsafePointer<Int16>) -> crnn_pair_words {
    crnn_pair_load_last_s16(x, y)
  }
  @inline(__always)
  static func add(_ sums: Halves<crnn_pair_sums>, _ inputs: crnn_pair_words, _ weights: crnn_pair_weights)
    -> Halves<crnn_pair_sums>
  {
    Halves(
      low: crnn_pair_add_unsigned(sums.low, inputs.low, weights),
      high: crnn_pair_add_signed(sums.high, inputs.high, weights))
  }
  @inline(__always)
  static func totals(_ sums: Halves<crnn_pair_sums>) -> (SIMD8<Int32>, SIMD8<Int32>) {
    let eight = crnn_all_i32x8(8)
    return (
      crnn_pair_first(sums.low) &+ (crnn_pair_first(sums.high) &<< eight),
      crnn_pair_second(sums.low) &+ (crnn_pair_second(sums.high) &<< eight)
    )
  }
}

/// The sums of two rows of x with up to two panels.
private struct PairedSums<O: PairedOperand> {
  var (s0, s1) = (O.zeroPair, O.zeroPair)

  @inline(__always)
  mutating func add(_ inputs: O.PairInputs, _ w0: crnn_pair_weights, _ w1: crnn_pair_weights) {
    s0 = O.add(s0, inputs, w0)
    if O.panels > 1 { s1 = O.add(s1, inputs, w1) }
  }
}

extension Tile where O: PairedOperand {
  /// As `multiplyRows`.
  @inline(__always)
  func multiplyPairs(_ rows: Int, _ panels: Int) {
    let third = rows > 2 ? 2 : 1
    let fourth = rows > 3 ? 3 : third
    let other = panels > 1 && O.panels > 1 ? panelStride : 0
    var (upper, lower) = (PairedSums<O>(), PairedSums<O>())
    var w = weights
    var tap = 0
    while tap < taps {
      let codes = x + tap &* count
      let (x0, x1, x2, x3) = (codes[0], codes[1], codes[third], codes[fourth])
      var k = 0
      while k &+ 8 <= 4 &* groups {
        let w0 = crnn_pair_load_weights(w)
        let w1 = O.panels > 1 ? crnn_pair_load_weights(w + other) : w0
        upper.add(O.pair(x0 + k, x1 + k), w0, w1)
        lower.add(O.pair(x2 + k, x3 + k), w0, w1)
        w += 64
        k &+= 8
      }
      if k < 4 &* groups {
        let w0 = crnn_pair_load_last_weights(w)
        let w1 = O.panels > 1 ? crnn_pair_load_last_weights(w + other) : w0
        upper.add(O.lastPair(x0 + k, x1 + k), w0, w1)
        lower.add(O.lastPair(x2 + k, x3 + k), w0, w1)
        w += 32
      }
      tap &+= 1
    }
    store(upper, row: 0, rows, panels)
    if rows > 2 { store(lower, row: 2, rows, panels) }
  }

  /// Rows `row` and, where there is one, `row + 1`.
  @inline(__always)
  private func store(_ sums: PairedSums<O>, row: Int, _ rows: Int, _ panels: Int) {
    let y = accumulators + row &* accumulatorStride
    store(O.totals(sums.s0), y, initial, hasSecond: rows > row &+ 1)
    if O.panels > 1, panels > 1 { store(O.totals(sums.s1), y + 8, initial + 8, hasSecond: rows > row &+ 1) }
  }

  @inline(__always)
  private func store(
    _ totals: (SIMD8<Int32>, SIMD8<Int32>), _ y: UnsafeMutablePointer<Int32>, _ initial: UnsafePointer<Int32>,
    hasSecond: Bool
  ) {
    let start = crnn_load_i32x8(initial)
    crnn_store_i32x8(y, start &+ totals.0)
    if hasSecond { crnn_store_i32x8(y + accumulatorStride, start &+ totals.1) }
  }
}
