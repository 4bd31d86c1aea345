import CKernelSet

// Sums of products of codes, in 32 bits that wrap. Weights lie as [panel][group of four][row of eight][depth of four]; four rows share the
// inputs, so that their sums stay in registers.

private protocol Codes {
  associatedtype Code
  static func four(_ p: UnsafePointer<Code>) -> crnn_four
}

private enum Bytes: Codes {
  @inline(__always) static func four(_ p: UnsafePointer<UInt8>) -> crnn_four { crnn_four_load_u8(p) }
}

private enum Words: Codes {
  @inline(__always) static func four(_ p: UnsafePointer<Int16>) -> crnn_four { crnn_four_load_s16(p) }
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
    var r = 0
    while r < 8 &* panels {
      var w = weights + ((r >> 3) &* panelStride &+ (r & 4) &* 4)
      var (s0, s1, s2, s3) = (initial[r], initial[r &+ 1], initial[r &+ 2], initial[r &+ 3])
      var tap = 0
      while tap < taps {
        var code = x[tap &* count &+ m]
        let end = code + 4 &* groups
        while code < end {
          let inputs = C.four(code)
          s0 = crnn_four_add(s0, inputs, crnn_four_load_s8(w))
          s1 = crnn_four_add(s1, inputs, crnn_four_load_s8(w + 4))
          s2 = crnn_four_add(s2, inputs, crnn_four_load_s8(w + 8))
          s3 = crnn_four_add(s3, inputs, crnn_four_load_s8(w + 12))
          code += 4
          w += 32
        }
        tap &+= 1
      }
      let y = accumulators + (m &* accumulatorStride &+ r)
      (y[0], y[1], y[2], y[3]) = (s0, s1, s2, s3)
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
  crnn_kernel_multiply_u8(
    x, taps, count, weights, initial, groups, panels, panelStride, accumulators, accumulatorStride)
}
