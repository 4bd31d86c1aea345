import CCRNN
import CKernelSet

// Two streams of values into one, element by element.

/// Elements whose maximum is taken sixteen, or a vector, at a time.
private protocol Maximum {
  associatedtype Element: Comparable
  static var count: Int { get }
  static func step(_ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>)
  /// The last elements, fewer than `count`.
  static func rest(
    _ a: UnsafePointer<Element>, _ b: UnsafePointer<Element>, _ y: UnsafeMutablePointer<Element>, _ remaining: Int)
}

private enum BytesMaximum: Maximum {
  @inline(__always) static var count: Int { 16 }
  @inline(__always)
  static func step(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ y: UnsafeMutablePointer<UInt8>) {
    crnn_store_u8x16(y, crnn_maximum_u8x16(crnn_load_u8x16(a), crnn_load_u8x16(b)))
  }
  @inline(__always)
  static func rest(
    _ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ y: UnsafeMutablePointer<UInt8>, _ remaining: Int
  ) {
    crnn_maximum_rest_u8(a, b, y, remaining)
  }
}

private enum WordsMaximum: Maximum {
  @inline(__always) static var count: Int { 16 }
  @inline(__always)
  static func step(_ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, _ y: UnsafeMutablePointer<Int16>) {
    crnn_store_i16x16(y, crnn_maximum_i16x16(crnn_load_i16x16(a), crnn_load_i16x16(b)))
  }
  @inline(__always)
  static func rest(
    _ a: UnsafePointer<Int16>, _ b: UnsafePointer<Int16>, _ y: UnsafeMutablePointer<Int16>, _ remaining: Int
  ) {
    crnn_maximum_rest_s16(a, b, y, remaining)
  }
}

private enum FloatsMaximum: Maximum {
  @inline(__always) static var count: Int { Vector.count }
  @inline(__always)
  static func step(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>) {
    rest(a, b, y, count)
  }
  @inline(__always)
  static func rest(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ remaining: Int
  ) {
    if remaining > 0 { store(maximum(load(a, remaining), load(b, remaining)), y, remaining) }
  }
}

@inline(__always)
private func maximum<M: Maximum>(
  _ type: M.Type, _ a: UnsafePointer<M.Element>, _ aStride: Int, _ b: UnsafePointer<M.Element>, _ bStride: Int,
  _ y: UnsafeMutablePointer<M.Element>, _ yStride: Int, _ rows: Int, _ count: Int
) {
  var row = 0
  while row < rows {
    let (left, right, target) = (a + row &* aStride, b + row &* bStride, y + row &* yStride)
    var i = 0
    while i &+ M.count <= count {
      M.step(left + i, right + i, target + i)
      i &+= M.count
    }
    M.rest(left + i, right + i, target + i, count &- i)
    row &+= 1
  }
}

@c @implementation
func crnn_kernel_maximum_u8(
  _ a: UnsafePointer<UInt8>, _ aStride: Int, _ b: UnsafePointer<UInt8>, _ bStride: Int,
  _ y: UnsafeMutablePointer<UInt8>,
  _ yStride: Int, _ rows: Int, _ count: Int
) {
  maximum(BytesMaximum.self, a, aStride, b, bStride, y, yStride, rows, count)
}

@c @implementation
func crnn_kernel_maximum_s16(
  _ a: UnsafePointer<Int16>, _ aStride: Int, _ b: UnsafePointer<Int16>, _ bStride: Int,
  _ y: UnsafeMutablePointer<Int16>,
  _ yStride: Int, _ rows: Int, _ count: Int
) {
  maximum(WordsMaximum.self, a, aStride, b, bStride, y, yStride, rows, count)
}

@c @implementation
func crnn_kernel_maximum_f32(
  _ a: UnsafePointer<Float>, _ aStride: Int, _ b: UnsafePointer<Float>, _ bStride: Int,
  _ y: UnsafeMutablePointer<Float>,
  _ yStride: Int, _ rows: Int, _ count: Int
) {
  maximum(FloatsMaximum.self, a, aStride, b, bStride, y, yStride, rows, count)
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
