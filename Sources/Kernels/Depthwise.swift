import CKernelSet

// One filter per channel, sixteen channels at a time. Two taps are multiplied and added in one instruction, so the codes of two taps, and
// their weights, are interleaved; the weights once for all positions.

/// How sixteen codes become words.
private protocol Codes {
  associatedtype Code
  static func words(_ p: UnsafePointer<Code>) -> SIMD16<Int16>
}

private enum Words: Codes {
  @inline(__always) static func words(_ p: UnsafePointer<Int16>) -> SIMD16<Int16> { crnn_load_i16x16(p) }
}

private enum Bytes: Codes {
  @inline(__always) static func words(_ p: UnsafePointer<UInt8>) -> SIMD16<Int16> {
    crnn_widen_u8x16(crnn_load_u8x16(p))
  }
}

/// The sums of sixteen channels of one position, as the halves of interleaved products leave them.
private struct ChannelSums {
  var (low, high) = (crnn_all_i32x8(0), crnn_all_i32x8(0))

  @inline(__always)
  mutating func add(_ x0: SIMD16<Int16>, _ x1: SIMD16<Int16>, _ low: SIMD16<Int16>, _ high: SIMD16<Int16>) {
    self.low = self.low &+ crnn_multiply_pairs(crnn_interleave_low(x0, x1), low)
    self.high = self.high &+ crnn_multiply_pairs(crnn_interleave_high(x0, x1), high)
  }

  @inline(__always)
  func store(_ initial: UnsafePointer<Int32>, _ accumulators: UnsafeMutablePointer<Int32>) {
    crnn_store_i32x16(accumulators, crnn_load_i32x16(initial) &+ crnn_channels_of(low, high))
  }
}

/// Four positions at a time, or one where size matters more.
@inline(__always)
private func depthwise<C: Codes>(
  _ codes: C.Type, _ x: UnsafePointer<UnsafePointer<C.Code>>, _ taps: Int, _ count: Int,
  _ weights: UnsafePointer<Int8>, _ initial: UnsafePointer<Int32>, _ channels: Int,
  _ accumulators: UnsafeMutablePointer<Int32>
) {
  var m = 0
  while m < count {
    let rows = Rows(m, of: count)
    var c = 0
    while c < channels {
      var (s0, s1, s2, s3) = (ChannelSums(), ChannelSums(), ChannelSums(), ChannelSums())
      var tap = 0
      while tap < taps {
        // A last tap without another one meets weights of 0.
        let hasTwo = tap &+ 1 < taps
        let first = x + tap &* count
        let second = hasTwo ? first + count : first
        let w = weights + (tap &* channels &+ c)
        let w0 = crnn_widen_i8x16(crnn_load_i8x16(w))
        let w1 = hasTwo ? crnn_widen_i8x16(crnn_load_i8x16(w + channels)) : SIMD16<Int16>(repeating: 0)
        let (low, high) = (crnn_interleave_low(w0, w1), crnn_interleave_high(w0, w1))
        s0.add(C.words(first[m] + c), C.words(second[m] + c), low, high)
        if Rows.count > 1 {
          s1.add(C.words(first[rows.m1] + c), C.words(second[rows.m1] + c), low, high)
          s2.add(C.words(first[rows.m2] + c), C.words(second[rows.m2] + c), low, high)
          s3.add(C.words(first[rows.m3] + c), C.words(second[rows.m3] + c), low, high)
        }
        tap &+= 2
      }
      s0.store(initial + c, accumulators + (m &* channels &+ c))
      if Rows.count > 1 {
        if rows.m1 > m { s1.store(initial + c, accumulators + (rows.m1 &* channels &+ c)) }
        if rows.m2 > rows.m1 { s2.store(initial + c, accumulators + (rows.m2 &* channels &+ c)) }
        if rows.m3 > rows.m2 { s3.store(initial + c, accumulators + (rows.m3 &* channels &+ c)) }
      }
      c &+= 16
    }
    m &+= Rows.count
  }
}

/// The positions after the first of those that are taken together; what is missing repeats the last one there is.
private struct Rows {
  #if CRNN_SMALL
    @inline(__always) static var count: Int { 1 }
  #else
    @inline(__always) static var count: Int { 4 }
  #endif
  let (m1, m2, m3): (Int, Int, Int)

  @inline(__always)
  init(_ m: Int, of count: Int) {
    m1 = min(m &+ 1, count &- 1)
    m2 = min(m &+ 2, count &- 1)
    m3 = min(m &+ 3, count &- 1)
  }
}

@c @implementation
func crnn_kernel_depthwise_s16(
  _ x: UnsafePointer<UnsafePointer<Int16>>, _ taps: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ channels: Int, _ accumulators: UnsafeMutablePointer<Int32>
) {
  depthwise(Words.self, x, taps, count, weights, initial, channels, accumulators)
}

@c @implementation
func crnn_kernel_depthwise_u8(
  _ x: UnsafePointer<UnsafePointer<UInt8>>, _ taps: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ channels: Int, _ accumulators: UnsafeMutablePointer<Int32>
) {
  depthwise(Bytes.self, x, taps, count, weights, initial, channels, accumulators)
}
