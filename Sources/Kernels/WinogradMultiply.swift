import CKernelSet

// The products of Winograd's convolution: 16-bit values times 16-bit weights, point by point. Rows of values share a panel of weights, which is read
// once for as many rows as the registers hold sums for.

/// One point's sums of some rows with one panel of weights.
private struct Rows {
  var (s0, s1, s2, s3) = (zero, zero, zero, zero)
  var (s4, s5, s6, s7) = (zero, zero, zero, zero)

  @inline(__always) private static var zero: crnn_s16_sums { crnn_s16_sums(repeating: 0) }

  /// `rows`: a literal, 1...8.
  @inline(__always)
  mutating func add(_ x: UnsafePointer<Int16>, _ stride: Int, _ weights: crnn_s16_weights, rows: Int) {
    s0 = crnn_s16_multiply_add(s0, crnn_s16_load_inputs(x), weights)
    if rows > 1 { s1 = crnn_s16_multiply_add(s1, crnn_s16_load_inputs(x + stride), weights) }
    if rows > 2 { s2 = crnn_s16_multiply_add(s2, crnn_s16_load_inputs(x + 2 &* stride), weights) }
    if rows > 3 { s3 = crnn_s16_multiply_add(s3, crnn_s16_load_inputs(x + 3 &* stride), weights) }
    if rows > 4 { s4 = crnn_s16_multiply_add(s4, crnn_s16_load_inputs(x + 4 &* stride), weights) }
    if rows > 5 { s5 = crnn_s16_multiply_add(s5, crnn_s16_load_inputs(x + 5 &* stride), weights) }
    if rows > 6 { s6 = crnn_s16_multiply_add(s6, crnn_s16_load_inputs(x + 6 &* stride), weights) }
    if rows > 7 { s7 = crnn_s16_multiply_add(s7, crnn_s16_load_inputs(x + 7 &* stride), weights) }
  }

  @inline(__always)
  func store(_ sums: UnsafeMutablePointer<Int32>, _ stride: Int, _ kept: SIMD8<Int32>, rows: Int) {
    store(s0, sums, kept)
    if rows > 1 { store(s1, sums + stride, kept) }
    if rows > 2 { store(s2, sums + 2 &* stride, kept) }
    if rows > 3 { store(s3, sums + 3 &* stride, kept) }
    if rows > 4 { store(s4, sums + 4 &* stride, kept) }
    if rows > 5 { store(s5, sums + 5 &* stride, kept) }
    if rows > 6 { store(s6, sums + 6 &* stride, kept) }
    if rows > 7 { store(s7, sums + 7 &* stride, kept) }
  }

  @inline(__always)
  private func store(_ sum: crnn_s16_sums, _ target: UnsafeMutablePointer<Int32>, _ kept: SIMD8<Int32>) {
    crnn_store_i32x8(target, crnn_load_i32x8(target) & kept &+ crnn_s16_total(sum))
  }
}

/// The numbers of rows that there is code for.
private var most: Int { Int(CRNN_WINOGRAD_MOST_ROWS) }
private var middle: Int { Int(CRNN_WINOGRAD_MIDDLE_ROWS) }
private var few: Int { Int(CRNN_WINOGRAD_FEW_ROWS) }

/// `rows` (a literal) rows times the panel; `kept` are the bits of the sums that stay.
@inline(__always)
private func multiply(
  _ values: UnsafePointer<Int16>, _ valuesStride: Int, _ u: UnsafePointer<Int16>, _ groups: Int,
  _ sums: UnsafeMutablePointer<Int32>, _ sumsStride: Int, _ kept: SIMD8<Int32>, rows: Int
) {
  var sum = Rows()
  var group = 0
  while group < groups {
    // Weights of two points ahead, which come from far where all stand ready.
    crnn_prefetch(u + (64 &* groups &+ 32 &* group))
    sum.add(values + 4 &* group, valuesStride, crnn_load_i16x32(u + 32 &* group), rows: rows)
    group &+= 1
  }
  sum.store(sums, sumsStride, kept, rows: rows)
}

@c @implementation
func crnn_kernel_winograd_multiply(
  _ values: UnsafePointer<Int16>, _ valuesPoint: Int, _ valuesStride: Int, _ count: Int, _ u: UnsafePointer<Int16>,
  _ groups: Int, _ sums: UnsafeMutablePointer<Int32>, _ sumsPoint: Int, _ sumsStride: Int, _ add: Int32
) {
  let kept = crnn_all_i32x8(add)
  var point = 0
  while point < 6 {
    var x = values + point &* valuesPoint
    let weights = u + 32 &* groups &* point
    var y = sums + point &* sumsPoint
    var left = count
    while left > 0 {
      let rows = crnn_winograd_rows(left)
      switch rows {
      case most: multiply(x, valuesStride, weights, groups, y, sumsStride, kept, rows: most)
      case middle: multiply(x, valuesStride, weights, groups, y, sumsStride, kept, rows: middle)
      default: multiply(x, valuesStride, weights, groups, y, sumsStride, kept, rows: few)
      }
      x += rows &* valuesStride
      y += rows &* sumsStride
      left &-= rows
    }
    point &+= 1
  }
}
