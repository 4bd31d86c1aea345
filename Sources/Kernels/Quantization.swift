import CKernelSet

// From numbers to codes and back, element by element.

@inline(__always)
private func quantize<Store: CodeStore>(
  _ type: Store.Type, _ x: UnsafePointer<Float>, _ q: crnn_quantization, _ y: UnsafeMutablePointer<Store.Code>,
  _ count: Int
) {
  let quantizer = Quantizer(q)
  var i = 0
  while i &+ Vector.count <= count {
    Store.store(quantizer.codes(load(x + i, Vector.count)), y + i, Vector.count)
    i &+= Vector.count
  }
  if i < count { Store.store(quantizer.codes(load(x + i, count &- i)), y + i, count &- i) }
}

@c @implementation
func crnn_kernel_quantize_u8(
  _ x: UnsafePointer<Float>, _ q: UnsafePointer<crnn_quantization>, _ y: UnsafeMutablePointer<UInt8>, _ count: Int
) {
  quantize(BytesStore.self, x, q.pointee, y, count)
}

@c @implementation
func crnn_kernel_quantize_s16(
  _ x: UnsafePointer<Float>, _ q: UnsafePointer<crnn_quantization>, _ y: UnsafeMutablePointer<Int16>, _ count: Int
) {
  quantize(WordsStore.self, x, q.pointee, y, count)
}

@inline(__always)
private func values(_ codes: Integers, _ q: crnn_quantization) -> Vector {
  Vector(codes &- integers(q.zero_point)) * all(q.scale)
}

@c @implementation
func crnn_kernel_dequantize_u8(
  _ x: UnsafePointer<UInt8>, _ q: UnsafePointer<crnn_quantization>, _ y: UnsafeMutablePointer<Float>, _ count: Int
) {
  let q = q.pointee
  var i = 0
  while i < count {
    let remaining = count &- i
    let codes = remaining >= Vector.count ? crnn_load_bytes(x + i) : crnn_load_tail_bytes(x + i, remaining)
    store(values(crnn_widen_bytes(codes), q), y + i, remaining)
    i &+= Vector.count
  }
}

@c @implementation
func crnn_kernel_dequantize_s16(
  _ x: UnsafePointer<Int16>, _ q: UnsafePointer<crnn_quantization>, _ y: UnsafeMutablePointer<Float>, _ count: Int
) {
  let q = q.pointee
  var i = 0
  while i < count {
    let remaining = count &- i
    let codes = remaining >= Vector.count ? crnn_load_words(x + i) : crnn_load_tail_words(x + i, remaining)
    store(values(crnn_widen_words(codes), q), y + i, remaining)
    i &+= Vector.count
  }
}

/// 0 in the place of subnormal numbers. By their bits, since a comparison depends on whether the processor sees such numbers.
@inline(__always)
func normal(_ x: Vector) -> Vector {
  whereGreater(x.bits & integers(0x7F80_0000), integers(0), x, Vector(bits: x.bits & integers(.min)))
}

@c @implementation
func crnn_kernel_copy_normal(_ x: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i < count {
    let remaining = count &- i
    store(normal(load(x + i, remaining)), y + i, remaining)
    i &+= Vector.count
  }
}
