import CKernelSet

// Sums of products of codes, in 32 bits that wrap. Weights lie as [panel][group of four][row of eight][depth of four].

@inline(__always)
private func multiply<Code: FixedWidthInteger>(
  _ x: UnsafePointer<UnsafePointer<Code>>, _ taps: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ groups: Int, _ panels: Int, _ order: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  let panelStride = order < 0 ? 0 &- order : order
  var m = 0
  while m < count {
    var r = 0
    while r < 8 &* panels {
      let row = weights + (r / 8) &* panelStride + (r % 8) &* 4
      var sum = initial[r]
      var tap = 0
      while tap < taps {
        let codes = x[tap &* count &+ m]
        let tapWeights = row + tap &* groups &* 32
        var k = 0
        while k < 4 &* groups {
          sum &+= Int32(tapWeights[(k / 4) &* 32 &+ k % 4]) &* Int32(truncatingIfNeeded: codes[k])
          k &+= 1
        }
        tap &+= 1
      }
      accumulators[m &* accumulatorStride &+ r] = sum
      r &+= 1
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
  multiply(x, taps, count, weights, initial, groups, panels, panelStride, accumulators, accumulatorStride)
}

@c @implementation
func crnn_kernel_multiply_u8(
  _ x: UnsafePointer<UnsafePointer<UInt8>>, _ taps: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  multiply(x, taps, count, weights, initial, groups, panels, panelStride, accumulators, accumulatorStride)
}

@c @implementation
func crnn_kernel_multiply_u7(
  _ x: UnsafePointer<UnsafePointer<UInt8>>, _ taps: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  multiply(x, taps, count, weights, initial, groups, panels, panelStride, accumulators, accumulatorStride)
}

@inline(__always)
private func depthwise<Code: FixedWidthInteger>(
  _ x: UnsafePointer<UnsafePointer<Code>>, _ taps: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ channels: Int, _ accumulators: UnsafeMutablePointer<Int32>
) {
  var m = 0
  while m < count {
    var c = 0
    while c < channels {
      var sum = initial[c]
      var tap = 0
      while tap < taps {
        sum &+= Int32(weights[tap &* channels &+ c]) &* Int32(truncatingIfNeeded: x[tap &* count &+ m][c])
        tap &+= 1
      }
      accumulators[m &* channels &+ c] = sum
      c &+= 1
    }
    m &+= 1
  }
}

@c @implementation
func crnn_kernel_depthwise_s16(
  _ x: UnsafePointer<UnsafePointer<Int16>>, _ taps: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ channels: Int, _ accumulators: UnsafeMutablePointer<Int32>
) {
  depthwise(x, taps, count, weights, initial, channels, accumulators)
}

@c @implementation
func crnn_kernel_depthwise_u8(
  _ x: UnsafePointer<UnsafePointer<UInt8>>, _ taps: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ channels: Int, _ accumulators: UnsafeMutablePointer<Int32>
) {
  depthwise(x, taps, count, weights, initial, channels, accumulators)
}
