import CKernelSet

// The vector of eight lanes that all pointwise kernels work on, and the arithmetic that docs/numerics.md names.
//
// Loops go in steps of eight; `remaining` elements are left at each step, and where they are fewer than eight, the same formula
// runs over a vector whose other lanes are 0 and are never stored.

typealias Vector = SIMD8<Float>

@inline(__always)
func load(_ p: UnsafePointer<Float>, _ remaining: Int) -> Vector {
  remaining >= 8 ? crnn_load_f32x8(p) : loadTail(p, remaining)
}

@inline(__always)
func load(_ p: UnsafeMutablePointer<Float>, _ remaining: Int) -> Vector { load(UnsafePointer(p), remaining) }

@inline(__always)
func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>, _ remaining: Int) {
  if remaining >= 8 { crnn_store_f32x8(p, v) } else { storeTail(v, p, remaining) }
}

@inline(never)
private func loadTail(_ p: UnsafePointer<Float>, _ remaining: Int) -> Vector { crnn_load_tail_f32x8(p, remaining) }

@inline(never)
private func storeTail(_ v: Vector, _ p: UnsafeMutablePointer<Float>, _ remaining: Int) {
  crnn_store_tail_f32x8(p, remaining, v)
}

@inline(__always)
func all(_ x: Float) -> Vector { Vector(repeating: x) }

/// a > b ? a : b
@inline(__always)
func maximum(_ a: Vector, _ b: Vector) -> Vector { crnn_where_greater(a, b, a, b) }

/// a < b ? a : b
@inline(__always)
func minimum(_ a: Vector, _ b: Vector) -> Vector { crnn_where_greater(b, a, a, b) }

/// `low` where x is NaN.
@inline(__always)
func clamp(_ x: Vector, _ low: Vector, _ high: Vector) -> Vector { minimum(maximum(x, low), high) }

@inline(__always)
func magnitude(_ x: Vector) -> Vector {
  crnn_float_of(crnn_bits_of(x) & SIMD8<Int32>(repeating: 0x7FFF_FFFF))
}

/// Rounds to the nearest integer, ties to even, where |t| < 2²².
@inline(__always)
func round(_ t: Vector) -> Vector { (t + all(12_582_912)) - all(12_582_912) }

/// The integer nearest to t, ties to even, where |t| < 2²².
@inline(__always)
func integer(_ t: Vector) -> SIMD8<Int32> {
  crnn_bits_of(t + all(12_582_912)) &- SIMD8<Int32>(repeating: 0x4B40_0000)
}
