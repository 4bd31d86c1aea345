import CKernelSet

// From codes to numbers and back, element by element.

@c @implementation
func crnn_kernel_convert(_ accumulators: UnsafePointer<Int32>, _ y: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i < count {
    y[i] = Float(Int(accumulators[i]))
    i &+= 1
  }
}

@c @implementation
func crnn_kernel_convert_add(_ accumulators: UnsafePointer<Int32>, _ y: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i < count {
    y[i] = y[i] + Float(Int(accumulators[i]))
    i &+= 1
  }
}

@c @implementation
func crnn_kernel_rescale(
  _ accumulators: UnsafePointer<Int32>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
  _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int
) {
  var m = 0
  while m < rows {
    var r = 0
    while r < columns {
      let product = Float(Int(accumulators[m &* columns &+ r])) * scale[r]
      y[m &* columns &+ r] = product + shift[r]
      r &+= 1
    }
    m &+= 1
  }
}

@c @implementation
func crnn_kernel_rescale_leaky(
  _ accumulators: UnsafePointer<Int32>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>, _ slope: Float,
  _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int, _ count: Int, _ yStride: Int
) {
  var m = 0
  while m < rows {
    var r = 0
    while r < count {
      let product = Float(Int(accumulators[m &* columns &+ r])) * scale[r]
      let x = product + shift[r]
      y[m &* yStride &+ r] = normal(x < 0 ? slope * x : x)
      r &+= 1
    }
    m &+= 1
  }
}

@c @implementation
func crnn_kernel_multiply_add(
  _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
  _ y: UnsafeMutablePointer<Float>, _ count: Int
) {
  var i = 0
  while i < count {
    y[i] = x[i] * scale[i] + shift[i]
    i &+= 1
  }
}

/// The code of x. Out of a store's range only where the file's minimum and maximum are.
func quantize(_ x: Float, _ q: crnn_quantization) -> Int32 {
  let number = x == x ? x : 0
  let t = number * q.inverse_scale + Float(Int(q.zero_point))
  return integer(clamp(t, Float(Int(q.minimum)), Float(Int(q.maximum))))
}

@c @implementation
func crnn_kernel_quantize_u8(
  _ x: UnsafePointer<Float>, _ q: UnsafePointer<crnn_quantization>, _ y: UnsafeMutablePointer<UInt8>, _ count: Int
) {
  var i = 0
  while i < count {
    y[i] = UInt8(truncatingIfNeeded: quantize(x[i], q.pointee))
    i &+= 1
  }
}

@c @implementation
func crnn_kernel_quantize_s16(
  _ x: UnsafePointer<Float>, _ q: UnsafePointer<crnn_quantization>, _ y: UnsafeMutablePointer<Int16>, _ count: Int
) {
  var i = 0
  while i < count {
    y[i] = Int16(truncatingIfNeeded: quantize(x[i], q.pointee))
    i &+= 1
  }
}

@inline(__always)
private func requantize<Code: FixedWidthInteger>(
  _ accumulators: UnsafePointer<Int32>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
  _ q: crnn_quantization, _ y: UnsafeMutablePointer<Code>, _ rows: Int, _ columns: Int, _ count: Int, _ yStride: Int
) {
  var m = 0
  while m < rows {
    var r = 0
    while r < count {
      let product = Float(Int(accumulators[m &* columns &+ r])) * scale[r]
      y[m &* yStride &+ r] = Code(truncatingIfNeeded: quantize(product + shift[r], q))
      r &+= 1
    }
    m &+= 1
  }
}

@c @implementation
func crnn_kernel_requantize_u8(
  _ accumulators: UnsafePointer<Int32>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
  _ q: UnsafePointer<crnn_quantization>, _ y: UnsafeMutablePointer<UInt8>, _ rows: Int, _ columns: Int, _ count: Int,
  _ yStride: Int
) {
  requantize(accumulators, scale, shift, q.pointee, y, rows, columns, count, yStride)
}

@c @implementation
func crnn_kernel_requantize_s16(
  _ accumulators: UnsafePointer<Int32>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
  _ q: UnsafePointer<crnn_quantization>, _ y: UnsafeMutablePointer<Int16>, _ rows: Int, _ columns: Int, _ count: Int,
  _ yStride: Int
) {
  requantize(accumulators, scale, shift, q.pointee, y, rows, columns, count, yStride)
}

@c @implementation
func crnn_kernel_dequantize_u8(
  _ x: UnsafePointer<UInt8>, _ q: UnsafePointer<crnn_quantization>, _ y: UnsafeMutablePointer<Float>, _ count: Int
) {
  var i = 0
  while i < count {
    y[i] = Float(Int(Int32(x[i]) &- q.pointee.zero_point)) * q.pointee.scale
    i &+= 1
  }
}

@c @implementation
func crnn_kernel_dequantize_s16(
  _ x: UnsafePointer<Int16>, _ q: UnsafePointer<crnn_quantization>, _ y: UnsafeMutablePointer<Float>, _ count: Int
) {
  var i = 0
  while i < count {
    y[i] = Float(Int(Int32(x[i]) &- q.pointee.zero_point)) * q.pointee.scale
    i &+= 1
  }
}

/// 0 in the place of a subnormal number. By its bits, since a comparison depends on whether the processor sees such numbers.
func normal(_ x: Float) -> Float {
  Float(bitPattern: x.bitPattern & 0x7F80_0000 == 0 ? x.bitPattern & 0x8000_0000 : x.bitPattern)
}

@c @implementation
func crnn_kernel_copy_normal(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i < count {
    y[i] = normal(x[i])
    i &+= 1
  }
}
