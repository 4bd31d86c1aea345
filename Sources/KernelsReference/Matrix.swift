import CKernelSet

// Sums of products of codes, in 32 bits that wrap. Weights lie as [panel][group of four][row of eight][depth of four].

@inline(__always)
private func multiply<Code: FixedWidthInteger>(
  _ x: UnsafePointer<Code>, _ xStride: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ initialStride: Int, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  var m = 0
  while m < count {
    var r = 0
    while r < 8 &* panels {
      let row = weights + (r / 8) &* panelStride + (r % 8) &* 4
      var sum = initial[m &* initialStride &+ r]
      var k = 0
      while k < 4 &* groups {
        sum &+= Int32(row[(k / 4) &* 32 &+ k % 4]) &* Int32(truncatingIfNeeded: x[m &* xStride &+ k])
        k &+= 1
      }
      accumulators[m &* accumulatorStride &+ r] = sum
      r &+= 1
    }
    m &+= 1
  }
}

@c @implementation
func crnn_kernel_multiply_s16(
  _ x: UnsafePointer<Int16>, _ xStride: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ initialStride: Int, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  multiply(
    x, xStride, count, weights, initial, initialStride, groups, panels, panelStride, accumulators, accumulatorStride)
}

@c @implementation
func crnn_kernel_multiply_u8(
  _ x: UnsafePointer<UInt8>, _ xStride: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ initialStride: Int, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  multiply(
    x, xStride, count, weights, initial, initialStride, groups, panels, panelStride, accumulators, accumulatorStride)
}

@c @implementation
func crnn_kernel_multiply_u7(
  _ x: UnsafePointer<UInt8>, _ xStride: Int, _ count: Int, _ weights: UnsafePointer<Int8>,
  _ initial: UnsafePointer<Int32>, _ initialStride: Int, _ groups: Int, _ panels: Int, _ panelStride: Int,
  _ accumulators: UnsafeMutablePointer<Int32>, _ accumulatorStride: Int
) {
  multiply(
    x, xStride, count, weights, initial, initialStride, groups, panels, panelStride, accumulators, accumulatorStride)
}

@c @implementation
func crnn_kernel_depthwise_s16(
  _ x: UnsafePointer<Int16>, _ weights: UnsafePointer<Int8>, _ initial: UnsafePointer<Int32>,
  _ taps: Int, _ channels: Int, _ accumulators: UnsafeMutablePointer<Int32>
) {
  var c = 0
  while c < channels {
    var sum = initial[c]
    var t = 0
    while t < taps {
      sum &+= Int32(weights[t &* channels &+ c]) &* Int32(x[t &* channels &+ c])
      t &+= 1
    }
    accumulators[c] = sum
    c &+= 1
  }
}
