import CKernelSet

// Sums of products of codes. A tile keeps its sums in registers over the whole depth: several rows of x share the
// weights of one panel, or one row of x, as in every recurrent step, runs along four panels at once.

/// `rows` (1...4, a literal) rows of x times one panel of weights.
@inline(__always)
private func multiplyRows<O: Operand>(
  _ operand: O.Type, rows: Int, _ x: UnsafePointer<O.Code>, _ xStride: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ initialStride: Int, _ groups: Int, _ accumulators: UnsafeMutablePointer<Int32>,
  _ accumulatorStride: Int
) {
  let x1 = rows > 1 ? x + xStride : x
  let x2 = rows > 2 ? x1 + xStride : x
  let x3 = rows > 3 ? x2 + xStride : x
  var sums0 = O.zero
  var sums1 = O.zero
  var sums2 = O.zero
  var sums3 = O.zero
  var group = 0
  while group < groups {
    let panel = O.weights(weights + 32 &* group)
    let k = 4 &* group
    sums0 = O.add(sums0, O.inputs(x + k), panel)
    if rows > 1 { sums1 = O.add(sums1, O.inputs(x1 + k), panel) }
    if rows > 2 { sums2 = O.add(sums2, O.inputs(x2 + k), panel) }
    if rows > 3 { sums3 = O.add(sums3, O.inputs(x3 + k), panel) }
    group &+= 1
  }
  start(initial, accumulators, O.total(sums0))
  if rows > 1 { start(initial + initialStride, accumulators + accumulatorStride, O.total(sums1)) }
  if rows > 2 { start(initial + 2 &* initialStride, accumulators + 2 &* accumulatorStride, O.total(sums2)) }
  if rows > 3 { start(initial + 3 &* initialStride, accumulators + 3 &* accumulatorStride, O.total(sums3)) }
}

@inline(__always)
private func start(_ initial: UnsafePointer<Int32>, _ accumulators: UnsafeMutablePointer<Int32>, _ total: SIMD8<Int32>)
{
  crnn_store_i32x8(accumulators, crnn_load_i32x8(initial) &+ total)
}

/// One row of x times four panels of weights.
@inline(__always)
private func multiplyPanels<O: Operand>(
  _ operand: O.Type, _ x: UnsafePointer<O.Code>, _ weights: UnsafePointer<Int8>, _ initial: UnsafePointer<Int32>,
  _ groups: Int, _ panelStride: Int, _ excess: SIMD8<Int32>, _ accumulators: UnsafeMutablePointer<Int32>
) {
  let weights1 = weights + panelStride
  let weights2 = weights1 + panelStride
  let weights3 = weights2 + panelStride
  var sums0 = O.zero
  var sums1 = O.zero
  var sums2 = O.zero
  var sums3 = O.zero
  var group = 0
  while group < groups {
    let inputs = O.inputs(x + 4 &* group)
    let offset = 32 &* group
    sums0 = O.add(sums0, inputs, O.weights(weights + offset))
    sums1 = O.add(sums1, inputs, O.weights(weights1 + offset))
    sums2 = O.add(sums2, inputs, O.weights(weights2 + offset))
    sums3 = O.add(sums3, inputs, O.weights(weights3 + offset))
    group &+= 1
  }
  start(initial, accumulators, O.total(sums0) &- excess)
  start(initial + 8, accumulators + 8, O.total(sums1) &- excess)
  start(initial + 16, accumulators + 16, O.total(sums2) &- excess)
  start(initial + 24, accumulators + 24, O.total(sums3) &- excess)
}

/// `once` is the same operand for a single row of x, which uses each weight once.
@inline(__always)
private func multiply<O: Operand, Once: Operand>(
  _ operand: O.Type, once: Once.Type, _ x: UnsafePointer<O.Code>, _ xStride: Int, _ count: Int,
  _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ initialStride: Int, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) where O.Code == Once.Code {
  var panel = 0
  if count == 1 && panels >= 4 {
    let excess = crnn_all_i32x8(Once.excess(x, groups))
    while panel &+ 4 <= panels {
      multiplyPanels(
        once, x, weights + panel &* panelStride, initial + 8 &* panel, groups, panelStride, excess,
        accumulators + 8 &* panel)
      panel &+= 4
    }
  }
  while panel < panels {
    let w = weights + panel &* panelStride
    let first = initial + 8 &* panel
    let y = accumulators + 8 &* panel
    switch count {
    case 1: multiplyRows(operand, rows: 1, x, xStride, w, first, initialStride, groups, y, accumulatorStride)
    case 2: multiplyRows(operand, rows: 2, x, xStride, w, first, initialStride, groups, y, accumulatorStride)
    case 3: multiplyRows(operand, rows: 3, x, xStride, w, first, initialStride, groups, y, accumulatorStride)
    case 4: multiplyRows(operand, rows: 4, x, xStride, w, first, initialStride, groups, y, accumulatorStride)
    default: return
    }
    panel &+= 1
  }
}

@c @implementation
func crnn_kernel_multiply_s16(
  _ x: UnsafePointer<Int16>, _ xStride: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ initialStride: Int, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  multiply(
    OperandS16.self, once: OperandS16Once.self, x, xStride, count, weights, initial, initialStride, groups, panels,
    panelStride, accumulators, accumulatorStride)
}

@c @implementation
func crnn_kernel_multiply_u8(
  _ x: UnsafePointer<UInt8>, _ xStride: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ initialStride: Int, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  multiply(
    OperandU8.self, once: OperandU8.self, x, xStride, count, weights, initial, initialStride, groups, panels,
    panelStride, accumulators, accumulatorStride)
}

@c @implementation
func crnn_kernel_multiply_u7(
  _ x: UnsafePointer<UInt8>, _ xStride: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ initialStride: Int, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  multiply(
    OperandU7.self, once: OperandU7.self, x, xStride, count, weights, initial, initialStride, groups, panels,
    panelStride, accumulators, accumulatorStride)
}

@c @implementation
func crnn_kernel_depthwise_s16(
  _ x: UnsafePointer<Int16>, _ weights: UnsafePointer<Int8>, _ initial: UnsafePointer<Int32>,
  _ taps: Int, _ channels: Int, _ accumulators: UnsafeMutablePointer<Int32>
) {
  var c = 0
  while c < channels {
    var sums = crnn_load_i32x16(initial + c)
    var offset = c
    var t = 0
    while t < taps {
      sums = crnn_multiply_add_channels(sums, crnn_load_i16x16(x + offset), crnn_load_i8x16(weights + offset))
      offset &+= channels
      t &+= 1
    }
    crnn_store_i32x16(accumulators + c, sums)
    c &+= 16
  }
}
