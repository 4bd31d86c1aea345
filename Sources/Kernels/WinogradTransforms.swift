import CKernelSet

// Winograd's minimal filtering F(4 x 4, 3 x 3) (A. Lavin and S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, section 4.3),
// in whole numbers: the denominators of G stand in A, whose result is 576 times the convolution.
//
//       4  0 -5  0  1  0          1  0  0
//       0 -4 -4  1  1  0          1  1  1          6 -4 -4  1  1  0
//   B = 0  4 -4 -1  1  0      G = 1 -1  1      A = 0 -4  4  2 -2  0
//       0 -2 -1  2  1  0          1  2  4          0 -4 -4  4  4  0
//       0  2 -1 -2  1  0          1 -2  4          0 -4  4  8 -8 24
//       0  4  0 -5  0  1          0  0  1
//
// Bytes give values of at most 25 * 2 * 255 = 12,750, weights of at most 127 give 49 * 127 = 6,223: both have 16 bits. Rows of A are divided by
// 1, 2, 4 and 4, which leaves 24, 12, 6 and 6 times the result, of two axes 9 times a power of two. Sums wrap, so what is divided by 9 is
// multiplied by its inverse modulo 2^32, and the power of two, 64 at most, is shifted out: exact where the sum has 26 bits.

/// Six values along one axis become six points.
@inline(__always)
private func inputPoints(
  _ x: (SIMD16<Int16>, SIMD16<Int16>, SIMD16<Int16>, SIMD16<Int16>, SIMD16<Int16>, SIMD16<Int16>),
  _ target: UnsafeMutablePointer<Int16>, _ stride: Int
) {
  let even = x.4 &- x.2 &<< four
  let odd = x.3 &- x.1 &<< four
  let last = x.4 &- x.2
  let twice = (x.3 &- x.1) &<< two
  crnn_store_i16x16(target, last &- (x.2 &- x.0) &<< four)
  crnn_store_i16x16(target + stride, even &+ odd)
  crnn_store_i16x16(target + 2 &* stride, even &- odd)
  crnn_store_i16x16(target + 3 &* stride, last &+ twice)
  crnn_store_i16x16(target + 4 &* stride, last &- twice)
  crnn_store_i16x16(target + 5 &* stride, x.5 &- x.3 &- (x.3 &- x.1) &<< four)
}

/// How far to shift for four and two times as much.
@inline(__always) private var four: SIMD16<Int16> { SIMD16<Int16>(repeating: 2) }
@inline(__always) private var two: SIMD16<Int16> { SIMD16<Int16>(repeating: 1) }

@c @implementation
func crnn_kernel_winograd_input(
  _ x: UnsafePointer<UnsafePointer<UInt8>>, _ channels: Int, _ values: UnsafeMutablePointer<Int16>, _ stride: Int
) {
  var c = 0
  while c < channels {
    var j = 0
    while j < 6 {
      inputPoints(
        (
          bytes(x[j] + c), bytes(x[6 &+ j] + c), bytes(x[12 &+ j] + c), bytes(x[18 &+ j] + c), bytes(x[24 &+ j] + c),
          bytes(x[30 &+ j] + c)
        ), values + (j &* stride &+ c), 6 &* stride)
      j &+= 1
    }
    var i = 0
    while i < 6 {
      let row = values + (6 &* i &* stride &+ c)
      inputPoints(
        (
          crnn_load_i16x16(row), crnn_load_i16x16(row + stride), crnn_load_i16x16(row + 2 &* stride),
          crnn_load_i16x16(row + 3 &* stride), crnn_load_i16x16(row + 4 &* stride), crnn_load_i16x16(row + 5 &* stride)
        ), row, stride)
      i &+= 1
    }
    c &+= 16
  }
}

@inline(__always)
private func bytes(_ p: UnsafePointer<UInt8>) -> SIMD16<Int16> { crnn_widen_u8x16(crnn_load_u8x16(p)) }

/// Three weights along the first axis at two points; what is at the others is computed again, by another pass.
@inline(__always)
private func weightPair(_ p: UnsafePointer<Int8>, _ tap: Int, pair: Int32) -> (SIMD16<Int16>, SIMD16<Int16>) {
  let (w0, w2) = (crnn_widen_i8x16(crnn_load_i8x16(p)), crnn_widen_i8x16(crnn_load_i8x16(p + 6 &* tap)))
  if pair == 0 { return (w0, w2) }
  let w1 = crnn_widen_i8x16(crnn_load_i8x16(p + 3 &* tap))
  let even = pair == 1 ? w0 &+ w2 : w0 &+ w2 &<< four
  let odd = pair == 1 ? w1 : w1 &<< two
  return (even &+ odd, even &- odd)
}

/// Three weights along the second axis at its six points.
@inline(__always)
private func storeWeights(
  _ g0: SIMD16<Int16>, _ g1: SIMD16<Int16>, _ g2: SIMD16<Int16>, _ u: UnsafeMutablePointer<Int16>, _ point: Int
) {
  let (outer, wide, twice) = (g0 &+ g2, g0 &+ g2 &<< four, g1 &<< two)
  crnn_store_i16x16(u, g0)
  crnn_store_i16x16(u + point, outer &+ g1)
  crnn_store_i16x16(u + 2 &* point, outer &- g1)
  crnn_store_i16x16(u + 3 &* point, wide &+ twice)
  crnn_store_i16x16(u + 4 &* point, wide &- twice)
  crnn_store_i16x16(u + 5 &* point, g2)
}

/// `pair`: a literal.
@inline(__always)
private func transformWeights(
  _ weights: UnsafePointer<Int8>, _ tap: Int, _ point: Int, _ u: UnsafeMutablePointer<Int16>, pair: Int32
) {
  var k = 0
  while k < point {
    let p = weights + k
    let (a, b, c) = (
      weightPair(p, tap, pair: pair), weightPair(p + tap, tap, pair: pair), weightPair(p + 2 &* tap, tap, pair: pair)
    )
    if pair == 2 {
      // The next run's, while this one is still to be multiplied.
      var t = 0
      while t < 9 {
        crnn_prefetch(p + (t &* tap &+ point))
        t &+= 1
      }
    }
    storeWeights(a.0, b.0, c.0, u + k, point)
    storeWeights(a.1, b.1, c.1, u + (k &+ 6 &* point), point)
    k &+= 16
  }
}

@c @implementation
func crnn_kernel_winograd_weights(
  _ weights: UnsafePointer<Int8>, _ tap: Int, _ groups: Int, _ pair: Int32, _ u: UnsafeMutablePointer<Int16>
) {
  switch pair {
  case 0: transformWeights(weights, tap, 32 &* groups, u, pair: 0)
  case 1: transformWeights(weights, tap, 32 &* groups, u, pair: 1)
  default: transformWeights(weights, tap, 32 &* groups, u, pair: 2)
  }
}

/// Six points along one axis become 24, 12, 6 and 6 times four sums.
@inline(__always)
private func outputSums(_ sums: UnsafePointer<Int32>, _ stride: Int)
  -> (SIMD8<Int32>, SIMD8<Int32>, SIMD8<Int32>, SIMD8<Int32>)
{
  let (m1, m2) = (crnn_load_i32x8(sums + stride), crnn_load_i32x8(sums + 2 &* stride))
  let (m3, m4) = (crnn_load_i32x8(sums + 3 &* stride), crnn_load_i32x8(sums + 4 &* stride))
  let (s, d, p, q) = (m1 &+ m2, m2 &- m1, m3 &+ m4, m3 &- m4)
  let (one, two) = (crnn_all_i32x8(1), crnn_all_i32x8(2))
  return (
    sixfold(crnn_load_i32x8(sums)) &- s &<< two &+ p, d &<< one &+ q, p &- s,
    d &+ q &<< one &+ sixfold(crnn_load_i32x8(sums + 5 &* stride))
  )
}

@inline(__always)
private func sixfold(_ x: SIMD8<Int32>) -> SIMD8<Int32> { x &<< crnn_all_i32x8(2) &+ x &<< crnn_all_i32x8(1) }

@c @implementation
func crnn_kernel_winograd_output(
  _ sums: UnsafeMutablePointer<Int32>, _ point: Int, _ initial: UnsafePointer<Int32>?,
  _ accumulators: UnsafeMutablePointer<Int32>, _ aStride: Int, _ bStride: Int
) {
  let ninth = crnn_all_i32x8(0x38E3_8E39)
  var j = 0
  while j < 6 {
    let column = sums + j &* point
    let y = outputSums(column, 6 &* point)
    crnn_store_i32x8(column, y.0)
    crnn_store_i32x8(column + 6 &* point, y.1)
    crnn_store_i32x8(column + 12 &* point, y.2)
    crnn_store_i32x8(column + 18 &* point, y.3)
    j &+= 1
  }
  var i: Int32 = 0
  while i < 4 {
    let y = outputSums(sums + 6 &* Int(i) &* point, point)
    let target = accumulators + Int(i) &* aStride
    /// Onto what the sums at `p` come.
    func start(_ p: UnsafePointer<Int32>) -> SIMD8<Int32> { crnn_load_i32x8(initial ?? p) }
    // The powers of two of 24, 12, 6 and 6.
    let shift = max(3 &- i, 1)
    crnn_store_i32x8(target, start(target) &+ (y.0 &* ninth) &>> crnn_all_i32x8(shift &+ 3))
    crnn_store_i32x8(target + bStride, start(target + bStride) &+ (y.1 &* ninth) &>> crnn_all_i32x8(shift &+ 2))
    let (third, fourth) = (target + 2 &* bStride, target + 3 &* bStride)
    crnn_store_i32x8(third, start(third) &+ (y.2 &* ninth) &>> crnn_all_i32x8(shift &+ 1))
    crnn_store_i32x8(fourth, start(fourth) &+ (y.3 &* ninth) &>> crnn_all_i32x8(shift &+ 1))
    i &+= 1
  }
}
