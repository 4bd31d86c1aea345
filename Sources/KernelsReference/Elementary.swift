import CKernelSet

// The elementary functions of docs/numerics.md. Every operation is rounded on its own: never `addingProduct`, never a
// library function. `min` and `max` of the document are written as comparisons, so that NaN behaves as it says.

var notANumber: Float { Float(bitPattern: 0x7FC0_0000) }

/// Rounds to the nearest integer, ties to even, where |t| < 2²².
func round(_ t: Float) -> Float { (t + 12_582_912) - 12_582_912 }

/// The integer nearest to t, ties to even, where |t| < 2²²; never traps.
func integer(_ t: Float) -> Int32 { Int32(bitPattern: (t + 12_582_912).bitPattern) &- 0x4B40_0000 }

/// `low` where x is NaN.
func clamp(_ x: Float, _ low: Float, _ high: Float) -> Float {
  let t = x > low ? x : low
  return t < high ? t : high
}

func exponential(_ argument: Float) -> Float {
  let x = clamp(argument, -87.33654, 88.37626)
  let n = round(x * 1.44269504)
  var r = x - n * 0.693359375
  r = r - n * -2.12194440e-4
  var p: Float = 1.9875691500e-4
  p = p * r + 1.3981999507e-3
  p = p * r + 8.3334519073e-3
  p = p * r + 4.1665795894e-2
  p = p * r + 1.6666665459e-1
  p = p * r + 5.0000001201e-1
  p = p * (r * r) + r
  p = p + 1
  let powerOfTwo = Float(bitPattern: UInt32(bitPattern: (integer(n) &+ 127) &<< 23))
  return p * powerOfTwo
}

func hyperbolicTangent(_ argument: Float) -> Float {
  let x = clamp(argument, -7.90531111, 7.90531111)
  let u = x * x
  var p: Float = -2.76076847742355e-16
  p = p * u + 2.00018790482477e-13
  p = p * u + -8.60467152213735e-11
  p = p * u + 5.12229709037114e-8
  p = p * u + 1.48572235717979e-5
  p = p * u + 6.37261928875436e-4
  p = p * u + 4.89352455891786e-3
  p = p * x
  var q: Float = 1.19825839466702e-6
  q = q * u + 1.18534705686654e-4
  q = q * u + 2.26843463243900e-3
  q = q * u + 4.89352518554385e-3
  return p / q
}

func sigmoid(_ x: Float) -> Float { 0.5 * hyperbolicTangent(0.5 * x) + 0.5 }

/// The special cases are told apart by their bits, so that they do not depend on how a processor treats subnormal
/// numbers.
func logarithm(_ x: Float) -> Float {
  let bits = x.bitPattern
  if bits & 0x7FFF_FFFF == 0 { return -Float.infinity }
  if bits > 0x7F80_0000 { return notANumber }
  if bits == 0x7F80_0000 { return x }
  let normal = bits < 0x0080_0000 ? 0x0080_0000 : bits
  var e = Float(Int(normal &>> 23) &- 126)
  var m = Float(bitPattern: normal & 0x007F_FFFF | 0x3F00_0000)
  if m < 0.707106781 {
    e = e - 1
    m = m + m
  }
  m = m - 1
  let z = m * m
  var p: Float = 7.0376836292e-2
  p = p * m + -1.1514610310e-1
  p = p * m + 1.1676998740e-1
  p = p * m + -1.2420140846e-1
  p = p * m + 1.4249322787e-1
  p = p * m + -1.6668057665e-1
  p = p * m + 2.0000714765e-1
  p = p * m + -2.4999993993e-1
  p = p * m + 3.3333331174e-1
  p = p * m
  p = p * z
  p = p + e * -2.12194440e-4
  p = p - 0.5 * z
  m = m + p
  return m + e * 0.693359375
}

func squareRoot(_ x: Float) -> Float { x < 0 ? notANumber : crnn_square_root(x) }
