import CKernelSet

// Sums of products of codes. A tile keeps its sums in registers over the whole depth: rows of x share the weights of panels, and
// panels the codes of rows.

/// Panels that a single row of x takes together, which share its inputs.
#if CRNN_SMALL
  private let panelsAtOnce = 1
#else
  private let panelsAtOnce = 4
#endif

/// How far from the first one up to four panels lie; what is missing repeats the last one there is.
private struct PanelOffsets {
  let (o1, o2, o3): (Int, Int, Int)

  @inline(__always)
  init(_ stride: Int, panels: Int) {
    o1 = panels > 1 ? stride : 0
    o2 = panels > 2 ? 2 &* stride : o1
    o3 = panels > 3 ? 3 &* stride : o2
  }
}

/// One step's weights of up to four panels side by side; of those that go unused nothing is read.
private struct PanelWeights<O: Operand> {
  let (w0, w1, w2, w3): (O.Weights, O.Weights, O.Weights, O.Weights)

  @inline(__always)
  init(_ p: UnsafePointer<Int8>, _ offsets: PanelOffsets, isLast: Bool) {
    w0 = isLast ? O.lastWeights(p) : O.weights(p)
    w1 = isLast ? O.lastWeights(p + offsets.o1) : O.weights(p + offsets.o1)
    w2 = isLast ? O.lastWeights(p + offsets.o2) : O.weights(p + offsets.o2)
    w3 = isLast ? O.lastWeights(p + offsets.o3) : O.weights(p + offsets.o3)
  }
}

/// The sums of one row of x with up to four panels.
private struct RowSums<O: Operand> {
  var (s0, s1, s2, s3) = (O.zero, O.zero, O.zero, O.zero)

  @inline(__always)
  mutating func add(_ inputs: O.Inputs, _ weights: PanelWeights<O>, panels: Int) {
    s0 = O.add(s0, inputs, weights.w0)
    if panels > 1 { s1 = O.add(s1, inputs, weights.w1) }
    if panels > 2 { s2 = O.add(s2, inputs, weights.w2) }
    if panels > 3 { s3 = O.add(s3, inputs, weights.w3) }
  }

  @inline(__always)
  func store(
    _ initial: UnsafePointer<Int32>, _ accumulators: UnsafeMutablePointer<Int32>, _ excess: SIMD8<Int32>, panels: Int
  ) {
    store(s0, s1, initial, accumulators, excess, areTwo: panels > 1)
    if panels > 2 { store(s2, s3, initial + 16, accumulators + 16, excess, areTwo: panels > 3) }
  }

  @inline(__always)
  private func store(
    _ first: O.Sums, _ second: O.Sums, _ initial: UnsafePointer<Int32>, _ accumulators: UnsafeMutablePointer<Int32>,
    _ excess: SIMD8<Int32>, areTwo: Bool
  ) {
    if areTwo {
      O.store(first, second, initial, accumulators, excess)
    } else {
      crnn_store_i32x8(accumulators, crnn_load_i32x8(initial) &+ O.total(first) &- excess)
    }
  }
}

/// Where a tile's operands and sums lie.
struct Tile<O: Operand> {
  /// For each tap the codes of all rows, of which the tile's stand first.
  var x: UnsafePointer<UnsafePointer<O.Code>>
  var taps: Int
  var count: Int
  var weights: UnsafePointer<Int8>
  var panelStride: Int
  /// Of each tap.
  var groups: Int
  var initial: UnsafePointer<Int32>
  var accumulators: UnsafeMutablePointer<Int32>
  var accumulatorStride: Int
  /// What is too much in each sum of a single row.
  var excess: SIMD8<Int32>

  /// On to the next `panels` panels.
  @inline(__always)
  mutating func advance(panels: Int) {
    weights += panels &* panelStride
    initial += 8 &* panels
    accumulators += 8 &* panels
  }

  /// On to the next `rows` rows.
  @inline(__always)
  mutating func advance(rows: Int) {
    x += rows
    accumulators += rows &* accumulatorStride
  }

  /// One row of x times `panels` panels of weights, `most` (a literal, 1...4) at most.
  @inline(__always)
  func multiplyRow(panels: Int, most: Int) {
    let offsets = PanelOffsets(panelStride, panels: panels)
    var row = RowSums<O>()
    var w = weights
    var tap = 0
    while tap < taps {
      let codes = x[tap &* count]
      var group = 0
      while group &+ O.groups <= groups {
        row.add(
          O.inputs(codes + 4 &* group), PanelWeights<O>(w, offsets, isLast: false), panels: most)
        w += 32 &* O.groups
        group &+= O.groups
      }
      if O.groups > 1, group < groups {
        row.add(
          O.lastInputs(codes + 4 &* group), PanelWeights<O>(w, offsets, isLast: true),
          panels: most)
        w += 32
      }
      tap &+= 1
    }
    row.store(initial, accumulators, excess, panels: panels)
  }

  /// `rows` rows of x, 2...4 or more, of which four are taken, times `panels` panels of weights, of which `O.panels` are taken. What is
  /// missing repeats the last one there is, and is not stored.
  @inline(__always)
  func multiplyRows(_ rows: Int, _ panels: Int) {
    let third = rows > 2 ? 2 : 1
    let fourth = rows > 3 ? 3 : third
    let offsets = PanelOffsets(panelStride, panels: min(panels, O.panels))
    var (row0, row1, row2, row3) = (RowSums<O>(), RowSums<O>(), RowSums<O>(), RowSums<O>())
    var w = weights
    var tap = 0
    while tap < taps {
      let codes = x + tap &* count
      let (x0, x1, x2, x3) = (codes[0], codes[1], codes[third], codes[fourth])
      var group = 0
      while group &+ O.groups <= groups {
        let step = PanelWeights<O>(w, offsets, isLast: false)
        let k = 4 &* group
        row0.add(O.inputs(x0 + k), step, panels: O.panels)
        row1.add(O.inputs(x1 + k), step, panels: O.panels)
        row2.add(O.inputs(x2 + k), step, panels: O.panels)
        row3.add(O.inputs(x3 + k), step, panels: O.panels)
        w += 32 &* O.groups
        group &+= O.groups
      }
      if O.groups > 1, group < groups {
        let step = PanelWeights<O>(w, offsets, isLast: true)
        let k = 4 &* group
        row0.add(O.lastInputs(x0 + k), step, panels: O.panels)
        row1.add(O.lastInputs(x1 + k), step, panels: O.panels)
        row2.add(O.lastInputs(x2 + k), step, panels: O.panels)
        row3.add(O.lastInputs(x3 + k), step, panels: O.panels)
        w += 32
      }
      tap &+= 1
    }
    let stored = min(panels, O.panels)
    store(row0, row: 0, stored)
    store(row1, row: 1, stored)
    if rows > 2 { store(row2, row: 2, stored) }
    if rows > 3 { store(row3, row: 3, stored) }
  }

  @inline(__always)
  private func store(_ sums: RowSums<O>, row: Int, _ panels: Int) {
    let excess = O.hasExcess ? findExcess(row: row) : excess
    sums.store(initial, accumulators + row &* accumulatorStride, excess, panels: panels)
  }

  /// What is too much in the sums of a row.
  @inline(__always)
  func findExcess(row: Int = 0) -> SIMD8<Int32> {
    var excess: Int32 = 0
    var tap = 0
    while tap < taps {
      excess &+= O.excess(x[tap &* count &+ row], groups)
      tap &+= 1
    }
    return crnn_all_i32x8(excess)
  }
}

/// Up to four rows of x at a time, with as many panels as the registers hold sums for; each panel's weights stay in the first cache for all
/// rows. `once` is the same operand for a single row, which uses each weight once. `order`: the stride of panels, negative where such a row
/// takes the last ones first.
@inline(__always)
private func multiply<O: Operand, Once: Operand>(
  _ operand: O.Type, once: Once.Type, _ x: UnsafePointer<UnsafePointer<O.Code>>, _ taps: Int, _ count: Int,
  _ weights: UnsafePointer<Int8>, _ initial: UnsafePointer<Int32>, _ groups: Int, _ panels: Int, _ order: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) where O.Code == Once.Code {
  let panelStride = order < 0 ? 0 &- order : order
  // A row that would be alone.
  let rest = count & 3 == 1 ? 1 : 0
  if count > 1 {
    var tile = Tile<O>(
      x: x, taps: taps, count: count, weights: weights, panelStride: panelStride, groups: groups, initial: initial,
      accumulators: accumulators, accumulatorStride: accumulatorStride, excess: crnn_all_i32x8(0))
    var left = panels
    while left > 0 {
      var rows = tile
      var row = count &- rest
      while row > 0 {
        O.multiplyRows(rows, row, left)
        rows.advance(rows: 4)
        row &-= 4
      }
      tile.advance(panels: O.panels)
      left &-= O.panels
    }
  }
  if rest == 1 {
    var tile = Tile<Once>(
      x: x + (count &- 1), taps: taps, count: count, weights: weights, panelStride: panelStride, groups: groups,
      initial: initial, accumulators: accumulators + (count &- 1) &* accumulatorStride, accumulatorStride: 0,
      excess: crnn_all_i32x8(0))
    tile.excess = tile.findExcess()
    var left = panels
    while left > 0 {
      let taken = min(left, panelsAtOnce)
      var next = tile
      next.advance(panels: order < 0 ? left &- taken : panels &- left)
      if Once.groups > 1, taken == 1 {
        next.multiplyRow(panels: 1, most: 1)
      } else {
        next.multiplyRow(panels: taken, most: panelsAtOnce)
      }
      left &-= taken
    }
  }
}

@c @implementation
func crnn_kernel_multiply_s16(
  _ x: UnsafePointer<UnsafePointer<Int16>>, _ taps: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  multiply(
    OperandS16Many.self, once: OperandS16Once.self, x, taps, count, weights, initial, groups, panels, panelStride,
    accumulators, accumulatorStride)
}

@c @implementation
func crnn_kernel_multiply_u8(
  _ x: UnsafePointer<UnsafePointer<UInt8>>, _ taps: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  multiply(
    OperandU8.self, once: OperandU8.self, x, taps, count, weights, initial, groups, panels, panelStride, accumulators,
    accumulatorStride)
}

@c @implementation
func crnn_kernel_multiply_u7(
  _ x: UnsafePointer<UnsafePointer<UInt8>>, _ taps: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  multiply(
    OperandU7.self, once: OperandU7.self, x, taps, count, weights, initial, groups, panels, panelStride, accumulators,
    accumulatorStride)
}
