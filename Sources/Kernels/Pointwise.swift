import CCRNN
import CKernelSet

// Two streams of values into one, element by element.

@c @implementation
func crnn_kernel_maximum_u8(_ x: UnsafePointer<UInt8>, _ y: UnsafeMutablePointer<UInt8>, _ count: Int) {
  var i = 0
  while i &+ 16 <= count {
    crnn_store_u8x16(y + i, crnn_maximum_u8x16(crnn_load_u8x16(x + i), crnn_load_u8x16(y + i)))
    i &+= 16
  }
  while i < count {
    y[i] = x[i] > y[i] ? x[i] : y[i]
    i &+= 1
  }
}

@c @implementation
func crnn_kernel_maximum_s16(_ x: UnsafePointer<Int16>, _ y: UnsafeMutablePointer<Int16>, _ count: Int) {
  var i = 0
  while i &+ 16 <= count {
    crnn_store_i16x16(y + i, crnn_maximum_i16x16(crnn_load_i16x16(x + i), crnn_load_i16x16(y + i)))
    i &+= 16
  }
  while i < count {
    y[i] = x[i] > y[i] ? x[i] : y[i]
    i &+= 1
  }
}

@c @implementation
func crnn_kernel_maximum_f32(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i < count {
    let remaining = count &- i
    store(maximum(load(x + i, remaining), load(y + i, remaining)), y + i, remaining)
    i &+= Vector.count
  }
}

@c @implementation
func crnn_kernel_combine(
  _ operation: Int32, _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
  _ count: Int
) {
  var i = 0
  while i < count {
    let remaining = count &- i
    let left = load(a + i, remaining)
    let right = load(b + i, remaining)
    let result: Vector
    switch Int(operation) {
    case CRNN_BINARY_ADD: result = left + right
    case CRNN_BINARY_SUBTRACT: result = left - right
    case CRNN_BINARY_MULTIPLY: result = left * right
    case CRNN_BINARY_DIVIDE: result = left / right
    case CRNN_BINARY_MINIMUM: result = minimum(left, right)
    case CRNN_BINARY_MAXIMUM: result = maximum(left, right)
    default: return
    }
    store(result, y + i, remaining)
    i &+= Vector.count
  }
}
