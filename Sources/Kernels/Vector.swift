import CKernelSet

typealias Integers = crnn_integers

/// The lanes that all pointwise kernels work on, 4, 8 or 16 by the instruction set, with the arithmetic that docs/numerics.md names, each
/// operation rounded on its own.
///
/// A function that is not inlined takes a vector by `inout`: by value it would travel in two halves, and the compiler
/// would then compute in halves as well.
struct Vector {
  @inline(__always) static var count: Int { Int(CRNN_LANES) }
  var lanes: crnn_floats

  @inline(__always) init(_ lanes: crnn_floats) { self.lanes = lanes }
  @inline(__always) init(_ integers: Integers) { lanes = crnn_to_float(integers) }
  @inline(__always) init(bits: Integers) { lanes = crnn_float_of(bits) }

  @inline(__always) var bits: Integers { crnn_bits_of(lanes) }
  @inline(__always) var magnitude: Vector { Vector(bits: bits & integers(0x7FFF_FFFF)) }

  @inline(__always) static func + (a: Vector, b: Vector) -> Vector { Vector(crnn_add(a.lanes, b.lanes)) }
  @inline(__always) static func - (a: Vector, b: Vector) -> Vector { Vector(crnn_subtract(a.lanes, b.lanes)) }
  @inline(__always) static func * (a: Vector, b: Vector) -> Vector { Vector(crnn_multiply(a.lanes, b.lanes)) }
  @inline(__always) static func / (a: Vector, b: Vector) -> Vector { Vector(crnn_divide(a.lanes, b.lanes)) }
}

// Loops go in steps of a vector. `remaining` elements are left at each step; where they are fewer than its lanes, the same
// formula runs over a vector whose other lanes are 0 and are never stored.

@inline(__always)
func load(_ p: UnsafePointer<Float>, _ remaining: Int) -> Vector {
  Vector(crnn_load_first_floats(p, remaining))
}

@inline(__always)
func integers(at p: UnsafePointer<Int32>, _ remaining: Int) -> Integers { crnn_load_first_integers(p, remaining) }

@inline(__always)
func load(_ p: UnsafeMutablePointer<Float>, _ remaining: Int) -> Vector { load(UnsafePointer(p), remaining) }

@inline(__always)
func store(_ v: Vector, _ p: UnsafeMutablePointer<Float>, _ remaining: Int) {
  if remaining >= Vector.count { crnn_store_floats(p, v.lanes) } else { crnn_store_tail_floats(p, remaining, v.lanes) }
}

/// One value in every lane.
@inline(__always)
func all(_ x: Float) -> Vector { Vector(crnn_all_floats(x)) }

@inline(__always)
func integers(_ x: Int32) -> Integers { crnn_all_integers(x) }

/// a > b ? yes : no
@inline(__always)
func whereGreater(_ a: Vector, _ b: Vector, _ yes: Vector, _ no: Vector) -> Vector {
  Vector(crnn_where_greater(a.lanes, b.lanes, yes.lanes, no.lanes))
}

@inline(__always)
func whereGreater(_ a: Integers, _ b: Integers, _ yes: Vector, _ no: Vector) -> Vector {
  Vector(crnn_where_bits_greater(a, b, yes.lanes, no.lanes))
}

/// a > b ? a : b
@inline(__always)
func maximum(_ a: Vector, _ b: Vector) -> Vector { whereGreater(a, b, a, b) }

/// a < b ? a : b
@inline(__always)
func minimum(_ a: Vector, _ b: Vector) -> Vector { whereGreater(b, a, a, b) }

/// `low` where x is NaN.
@inline(__always)
func clamp(_ x: Vector, _ low: Vector, _ high: Vector) -> Vector { minimum(maximum(x, low), high) }

/// Rounds to the nearest integer, ties to even, where |t| < 2²².
@inline(__always)
func round(_ t: Vector) -> Vector { (t + all(12_582_912)) - all(12_582_912) }

/// The integer nearest to t, ties to even, where |t| < 2²².
@inline(__always)
func integer(_ t: Vector) -> Integers { (t + all(12_582_912)).bits &- integers(0x4B40_0000) }
