import CKernelSet

// From codes to numbers and back, element by element.

@inline(__always)
private func numbers(_ p: UnsafePointer<Int32>, _ remaining: Int) -> Vector {
  Vector(remaining >= Vector.count ? crnn_load_integers(p) : crnn_load_tail_integers(p, remaining))
}

@c @implementation
func crnn_kernel_convert(_ accumulators: UnsafePointer<Int32>, _ y: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i < count {
    let remaining = count &- i
    store(numbers(accumulators + i, remaining), y + i, remaining)
    i &+= Vector.count
  }
}

@c @implementation
func crnn_kernel_convert_add(_ accumulators: UnsafePointer<Int32>, _ y: UnsafeMutablePointer<Float>, _ count: Int) {
  var i = 0
  while i < count {
    let remaining = count &- i
    store(load(y + i, remaining) + numbers(accumulators + i, remaining), y + i, remaining)
    i &+= Vector.count
  }
}

@c @implementation
func crnn_kernel_rescale(
  _ accumulators: UnsafePointer<Int32>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
  _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int
) {
  var row = 0
  while row < rows {
    let (sums, result) = (accumulators + row &* columns, y + row &* columns)
    var i = 0
    while i &+ Vector.count <= columns {
      store(values(sums + i, scale + i, shift + i, Vector.count), result + i, Vector.count)
      i &+= Vector.count
    }
    if i < columns { store(values(sums + i, scale + i, shift + i, columns &- i), result + i, columns &- i) }
    row &+= 1
  }
}

/// What sums stand for.
@inline(__always)
private func values(
  _ sums: UnsafePointer<Int32>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>, _ remaining: Int
) -> Vector {
  let product = numbers(sums, remaining) * load(scale, remaining)
  return product + load(shift, remaining)
}

@c @implementation
func crnn_kernel_multiply_add(
  _ x: UnsafePointer<Float>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
  _ y: UnsafeMutablePointer<Float>, _ count: Int
) {
  var i = 0
  while i < count {
    let remaining = count &- i
    let product = load(x + i, remaining) * load(scale + i, remaining)
    store(product + load(shift + i, remaining), y + i, remaining)
    i &+= Vector.count
  }
}

/// What `crnn_quantization` says, spread over the lanes.
private struct Quantizer {
  let inverseScale: Vector
  let zeroPoint: Vector
  let minimum: Vector
  let maximum: Vector

  @inline(__always)
  init(_ q: crnn_quantization) {
    inverseScale = all(q.inverse_scale)
    zeroPoint = Vector(integers(q.zero_point))
    minimum = Vector(integers(q.minimum))
    maximum = Vector(integers(q.maximum))
  }

  @inline(__always)
  func codes(_ x: Vector) -> Integers {
    integer(clamp(Vector(crnn_zero_where_nan(x.lanes)) * inverseScale + zeroPoint, minimum, maximum))
  }
}

/// How codes of a type are stored, a vector of them or fewer.
private protocol CodeStore {
  associatedtype Code
  static func store(_ codes: Integers, _ p: UnsafeMutablePointer<Code>, _ remaining: Int)
}

private enum BytesStore: CodeStore {
  @inline(__always)
  static func store(_ codes: Integers, _ p: UnsafeMutablePointer<UInt8>, _ remaining: Int) {
    let bytes = crnn_narrow_bytes(codes)
    if remaining >= Vector.count { crnn_store_bytes(p, bytes) } else { crnn_store_tail_bytes(p, remaining, bytes) }
  }
}

private enum WordsStore: CodeStore {
  @inline(__always)
  static func store(_ codes: Integers, _ p: UnsafeMutablePointer<Int16>, _ remaining: Int) {
    let words = crnn_narrow_words(codes)
    if remaining >= Vector.count { crnn_store_words(p, words) } else { crnn_store_tail_words(p, remaining, words) }
  }
}

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
private func requantize<Store: CodeStore>(
  _ type: Store.Type, _ accumulators: UnsafePointer<Int32>, _ scale: UnsafePointer<Float>,
  _ shift: UnsafePointer<Float>, _ q: crnn_quantization, _ y: UnsafeMutablePointer<Store.Code>, _ rows: Int,
  _ columns: Int, _ count: Int, _ yStride: Int
) {
  let quantizer = Quantizer(q)
  var row = 0
  while row < rows {
    let (sums, result) = (accumulators + row &* columns, y + row &* yStride)
    var i = 0
    while i &+ Vector.count <= count {
      Store.store(quantizer.codes(values(sums + i, scale + i, shift + i, Vector.count)), result + i, Vector.count)
      i &+= Vector.count
    }
    if i < count {
      Store.store(quantizer.codes(values(sums + i, scale + i, shift + i, count &- i)), result + i, count &- i)
    }
    row &+= 1
  }
}

@c @implementation
func crnn_kernel_requantize_u8(
  _ accumulators: UnsafePointer<Int32>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
  _ q: UnsafePointer<crnn_quantization>, _ y: UnsafeMutablePointer<UInt8>, _ rows: Int, _ columns: Int, _ count: Int,
  _ yStride: Int
) {
  requantize(BytesStore.self, accumulators, scale, shift, q.pointee, y, rows, columns, count, yStride)
}

@c @implementation
func crnn_kernel_requantize_s16(
  _ accumulators: UnsafePointer<Int32>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
  _ q: UnsafePointer<crnn_quantization>, _ y: UnsafeMutablePointer<Int16>, _ rows: Int, _ columns: Int, _ count: Int,
  _ yStride: Int
) {
  requantize(WordsStore.self, accumulators, scale, shift, q.pointee, y, rows, columns, count, yStride)
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
