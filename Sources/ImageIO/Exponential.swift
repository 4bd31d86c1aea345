/// e to the power of `x`, which is not above 0; within a few units in the last place, and 0 where that is below 2^-1000. From additions and
/// multiplications alone, so that it is the same everywhere and needs no mathematical library.
func exponential(_ x: Double) -> Double {
  guard x > -693 else { return 0 }
  // x = k * ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts, of which the product of the first with k is exact.
  let whole = Int(x * 1.4426950408889634 - 0.5)
  let power = Double(whole)
  let rest = (x - power * 0.693147180369123816490) - power * 1.90821492927058770002e-10
  // The series of e^r by Horner; r^15 / 15! is below 2^-63.
  var sum = 1.0
  var term = 14.0
  while term > 0 {
    sum = 1 + sum * rest / term
    term -= 1
  }
  return sum * Double(sign: .plus, exponent: whole, significand: 1)
}
