import CKernelSet

// Sums of products of codes, in 32 bits that wrap. Weights lie as [panel][group of four][row of eight][depth of four]; a step takes four
// groups of four rows.

private protocol Codes {
  associatedtype Code
  associatedtype Inputs
  static func inputs(_ p: UnsafePointer<Code>) -> Inputs
  /// Of fewer than four groups; the others are 0.
  static func lastInputs(_ p: UnsafePointer<Code>, _ groups: Int) -> Inputs
  static func add(_ sums: crnn_helium_sums, _ inputs: Inputs, _ weights: crnn_helium_weights) -> crnn_helium_sums
  /// What is too much in each sum of these codes.
  static func excess(_ p: UnsafePointer<Code>, _ groups: Int) -> Int32
}

private enum Bytes: Codes {
  @inline(__always) static func inputs(_ p: UnsafePointer<UInt8>) -> crnn_helium_bytes { crnn_helium_load_u8(p) }
  @inline(__always)
  static func lastInputs(_ p: UnsafePointer<UInt8>, _ groups: Int) -> crnn_helium_bytes {
    crnn_helium_load_last_u8(p, groups)
  }
  @inline(__always)
  static func add(_ sums: crnn_helium_sums, _ inputs: crnn_helium_bytes, _ weights: crnn_helium_weights)
    -> crnn_helium_sums
  { crnn_helium_add_u8(sums, inputs, weights) }
  @inline(__always)
  static func excess(_ p: UnsafePointer<UInt8>, _ groups: Int) -> Int32 { crnn_helium_excess_u8(p, groups) }
}

/// 0...127, which are signed bytes too.
private enum SmallBytes: Codes {
  @inline(__always) static func inputs(_ p: UnsafePointer<UInt8>) -> crnn_helium_bytes { crnn_helium_load_u8(p) }
  @inline(__always)
  static func lastInputs(_ p: UnsafePointer<UInt8>, _ groups: Int) -> crnn_helium_bytes {
    crnn_helium_load_last_u8(p, groups)
  }
  @inline(__always)
  static func add(_ sums: crnn_helium_sums, _ inputs: crnn_helium_bytes, _ weights: crnn_helium_weights)
    -> crnn_helium_sums
  { crnn_helium_add_u7(sums, inputs, weights) }
  @inline(__always) static func excess(_ p: UnsafePointer<UInt8>, _ groups: Int) -> Int32 { 0 }
}

private enum Words: Codes {
  @inline(__always) static func inputs(_ p: UnsafePointer<Int16>) -> crnn_helium_words { crnn_helium_load_s16(p) }
  @inline(__always)
  static func lastInputs(_ p: UnsafePointer<Int16>, _ groups: Int) -> crnn_helium_words {
    crnn_helium_load_last_s16(p, groups)
  }
  @inline(__always)
  static func add(_ sums: crnn_helium_sums, _ inputs: crnn_helium_words, _ weights: crnn_helium_weights)
    -> crnn_helium_sums
  { crnn_helium_add_s16(sums, inputs, weights) }
  @inline(__always) static func excess(_ p: UnsafePointer<Int16>, _ groups: Int) -> Int32 { 0 }
}

/// One row of x times four rows of weights. Sums of vmladava stand in every other register: eight of them leave none for addresses.
@inline(__always)
private func multiplyFour<C: Codes>(
  _ codes: C.Type, _ x: UnsafePointer<UnsafePointer<C.Code>>, _ taps: Int, _ count: Int,
  _ weights: UnsafePointer<Int8>, _ initial: UnsafePointer<Int32>, _ groups: Int
) -> crnn_helium_sums {
  var sums = crnn_helium_sums(row0: initial[0], row1: initial[1], row2: initial[2], row3: initial[3])
  var places = crnn_helium_places_of(weights)
  var tap = x
  let end = x + taps &* count
  while tap < end {
    var code = tap.pointee
    var left = groups
    while left > 3 {
      sums = C.add(sums, C.inputs(code), crnn_helium_load_weights(places))
      places = crnn_helium_skip(places, 4)
      code += 16
      left &-= 4
    }
    if left > 0 {
      sums = C.add(sums, C.lastInputs(code, left), crnn_helium_load_last_weights(places, left))
      places = crnn_helium_skip(places, left)
    }
    tap += count
  }
  return sums
}

@inline(__always)
private func multiply<C: Codes>(
  _ codes: C.Type, _ x: UnsafePointer<UnsafePointer<C.Code>>, _ taps: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ groups: Int, _ panels: Int, _ order: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  let panelStride = order < 0 ? 0 &- order : order
  var m = 0
  while m < count {
    var excess: Int32 = 0
    var tap = 0
    while tap < taps {
      excess &+= C.excess(x[tap &* count &+ m], groups)
      tap &+= 1
    }
    var r = 0
    while r < 8 &* panels {
      let w = weights + ((r >> 3) &* panelStride &+ (r & 4) &* 4)
      let sums = multiplyFour(C.self, x + m, taps, count, w, initial + r, groups)
      let y = accumulators + (m &* accumulatorStride &+ r)
      (y[0], y[1]) = (sums.row0 &- excess, sums.row1 &- excess)
      (y[2], y[3]) = (sums.row2 &- excess, sums.row3 &- excess)
      r &+= 4
    }
    m &+= 1
  }
}

@c @implementation
func crnn_kernel_multiply_s16(
  _ x: UnsafePointer<UnsafePointer<Int16>>, _ taps: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  multiply(Words.self, x, taps, count, weights, initial, groups, panels, panelStride, accumulators, accumulatorStride)
}

@c @implementation
func crnn_kernel_multiply_u8(
  _ x: UnsafePointer<UnsafePointer<UInt8>>, _ taps: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  multiply(Bytes.self, x, taps, count, weights, initial, groups, panels, panelStride, accumulators, accumulatorStride)
}

@c @implementation
func crnn_kernel_multiply_u7(
  _ x: UnsafePointer<UnsafePointer<UInt8>>, _ taps: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  multiply(
    SmallBytes.self, x, taps, count, weights, initial, groups, panels, panelStride, accumulators, accumulatorStride)
}
