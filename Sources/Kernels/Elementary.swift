import CKernelSet

// The elementary functions of docs/numerics.md, a vector at a time. KernelsReference has them one at a time, to be read
// first.

private var notANumber: Float { Float(bitPattern: 0x7FC0_0000) }

@inline(__always)
func exponential(_ argument: Vector) -> Vector {
  let x = clamp(argument, all(-87.33654), all(88.37626))
  let n = round(x * all(1.44269504))
  var r = x - n * all(0.693359375)
  r = r - n * all(-2.12194440e-4)
  var p = all(1.9875691500e-4)
  p = p * r + all(1.3981999507e-3)
  p = p * r + all(8.3334519073e-3)
  p = p * r + all(4.1665795894e-2)
  p = p * r + all(1.6666665459e-1)
  p = p * r + all(5.0000001201e-1)
  p = p * (r * r) + r
  p = p + all(1)
  let powerOfTwo = Vector(bits: (integer(n) &+ integers(127)) &<< integers(23))
  return p * powerOfTwo
}

@inline(__always)
func hyperbolicTangent(_ argument: Vector) -> Vector {
  let x = clamp(argument, all(-7.90531111), all(7.90531111))
  let u = x * x
  var p = all(-2.76076847742355e-16)
  p = p * u + all(2.00018790482477e-13)
  p = p * u + all(-8.60467152213735e-11)
  p = p * u + all(5.12229709037114e-8)
  p = p * u + all(1.48572235717979e-5)
  p = p * u + all(6.37261928875436e-4)
  p = p * u + all(4.89352455891786e-3)
  p = p * x
  var q = all(1.19825839466702e-6)
  q = q * u + all(1.18534705686654e-4)
  q = q * u + all(2.26843463243900e-3)
  q = q * u + all(4.89352518554385e-3)
  return p / q
}

@inline(__always)
func sigmoid(_ x: Vector) -> Vector { all(0.5) * hyperbolicTangent(all(0.5) * x) + all(0.5) }

@inline(__always)
func logarithm(_ x: Vector) -> Vector {
  let bits = x.bits
  let normal = crnn_maximum_integers(bits, integers(0x0080_0000))
  var e = Vector((normal &>> integers(23)) &- integers(126))
  var m = Vector(bits: normal & integers(0x007F_FFFF) | integers(0x3F00_0000))
  let middle = all(0.707106781)
  e = whereGreater(middle, m, e - all(1), e)
  m = whereGreater(middle, m, m + m, m)
  m = m - all(1)
  let z = m * m
  var p = all(7.0376836292e-2)
  p = p * m + all(-1.1514610310e-1)
  p = p * m + all(1.1676998740e-1)
  p = p * m + all(-1.2420140846e-1)
  p = p * m + all(1.4249322787e-1)
  p = p * m + all(-1.6668057665e-1)
  p = p * m + all(2.0000714765e-1)
  p = p * m + all(-2.4999993993e-1)
  p = p * m + all(3.3333331174e-1)
  p = p * m
  p = p * z
  p = p + e * all(-2.12194440e-4)
  p = p - all(0.5) * z
  m = m + p
  return special(bits, m + e * all(0.693359375))
}

/// The logarithm of zeros, infinity, NaN and negative numbers, told apart by their bits; `other` elsewhere.
@inline(__always)
private func special(_ bits: Integers, _ other: Vector) -> Vector {
  let infinity = integers(0x7F80_0000)
  let zero = integers(0)
  var y = whereGreater(infinity, bits, other, all(.infinity))
  y = whereGreater(bits, infinity, all(notANumber), y)
  y = whereGreater(zero, bits, all(notANumber), y)
  return whereGreater(bits & integers(0x7FFF_FFFF), zero, y, all(-.infinity))
}

@inline(__always)
func squareRoot(_ x: Vector) -> Vector { whereGreater(all(0), x, all(notANumber), Vector(crnn_square_roots(x.lanes))) }
