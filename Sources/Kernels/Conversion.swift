import CKernelSet

// From sums of products to the numbers that they stand for, and to codes.

@inline(__always)
private func numbers(_ p: UnsafePointer<Int32>, _ remaining: Int) -> Vector { Vector(integers(at: p, remaining)) }

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

@c @implementation
func crnn_kernel_rescale_leaky(
  _ accumulators: UnsafePointer<Int32>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>, _ slope: Float,
  _ y: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int, _ count: Int, _ yStride: Int
) {
  var row = 0
  while row < rows {
    let (sums, result) = (accumulators + row &* columns, y + row &* yStride)
    var i = 0
    while i < count {
      let remaining = count &- i
      let x = values(sums + i, scale + i, shift + i, remaining)
      store(normal(leaky(x, all(slope))), result + i, remaining)
      i &+= Vector.count
    }
    row &+= 1
  }
}

/// What sums stand for.
@inline(__always)
func values(
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
