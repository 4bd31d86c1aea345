import CCRNN
import CKernelSet

// Two streams of values into one, element by element, and the softmax.

@inline(__always)
private func maximum<T: Comparable>(
  _ a: UnsafePointer<T>, _ aStride: Int, _ b: UnsafePointer<T>, _ bStride: Int, _ y: UnsafeMutablePointer<T>,
  _ yStride: Int, _ rows: Int, _ count: Int
) {
  var row = 0
  while row < rows {
    var i = 0
    while i < count {
      let (left, right) = (a[row &* aStride &+ i], b[row &* bStride &+ i])
      y[row &* yStride &+ i] = left > right ? left : right
      i &+= 1
    }
    row &+= 1
  }
}

@c @implementation
func crnn_kernel_maximum_u8(
  _ a: UnsafePointer<UInt8>, _ aStride: Int, _ b: UnsafePointer<UInt8>, _ bStride: Int,
  _ y: UnsafeMutablePointer<UInt8>,
  _ yStride: Int, _ rows: Int, _ count: Int
) {
  maximum(a, aStride, b, bStride, y, yStride, rows, count)
}

@c @implementation
func crnn_kernel_maximum_s16(
  _ a: UnsafePointer<Int16>, _ aStride: Int, _ b: UnsafePointer<Int16>, _ bStride: Int,
  _ y: UnsafeMutablePointer<Int16>,
  _ yStride: Int, _ rows: Int, _ count: Int
) {
  maximum(a, aStride, b, bStride, y, yStride, rows, count)
}

@c @implementation
func crnn_kernel_maximum_f32(
  _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>, _ bStride: Int,
  _ y: UnsafeMutablePointer<Float>,
  _ yStride: Int, _ rows: Int, _ count: Int
) {
  maximum(a, aStride, b, bStride, y, yStride, rows, count)
}

@c @implementation
func crnn_kernel_combine(
  _ operation: Int32, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
  _ count: Int
) {
  var i = 0
  while i < count {
    switch Int(operation) {
    case CRNN_BINARY_ADD: y[i] = a[i] + b[i]
    case CRNN_BINARY_SUBTRACT: y[i] = a[i] - b[i]
    case CRNN_BINARY_MULTIPLY: y[i] = a[i] * b[i]
    case CRNN_BINARY_DIVIDE: y[i] = a[i] / b[i]
    case CRNN_BINARY_MINIMUM: y[i] = a[i] < b[i] ? a[i] : b[i]
    case CRNN_BINARY_MAXIMUM: y[i] = a[i] > b[i] ? a[i] : b[i]
    default: return
    }
    i &+= 1
  }
}

@c @implementation
func crnn_kernel_softmax(_ y: UnsafeMutablePointer<Float>, _ count: Int, _ logarithmic: Int32) {
  if count < 1 { return }
  var maximum = y[0]
  var i = 1
  while i < count {
    maximum = y[i] > maximum ? y[i] : maximum
    i &+= 1
  }
  var sum: Float = 0
  i = 0
  while i < count {
    let difference = y[i] - maximum
    sum = sum + exponential(difference)
    y[i] = logarithmic != 0 ? difference : exponential(difference)
    i &+= 1
  }
  let logarithmOfSum = logarithm(sum)
  i = 0
  while i < count {
    y[i] = logarithmic != 0 ? y[i] - logarithmOfSum : y[i] / sum
    i &+= 1
  }
}
