infix operator &/ : MultiplicationPrecedence
infix operator &% : MultiplicationPrecedence

/// Quotient and remainder of numbers that are not negative, which like `&+` cannot end the process: by 0, both are 0. (A negative number
/// counts as the large one that has its bits, so that a remainder is an index into as many things whatever it comes from.)
///
/// Swift's own end it where the divisor is 0, and ask each time. These take their place in this module.
extension FixedWidthInteger where Magnitude: FixedWidthInteger {
  @inline(__always)
  static func &/ (dividend: Self, divisor: Self) -> Self {
    if divisor == 0 { return 0 }
    return Self(truncatingIfNeeded: Magnitude(truncatingIfNeeded: dividend) / Magnitude(truncatingIfNeeded: divisor))
  }

  @inline(__always)
  static func &% (dividend: Self, divisor: Self) -> Self {
    if divisor == 0 { return 0 }
    return Self(truncatingIfNeeded: Magnitude(truncatingIfNeeded: dividend) % Magnitude(truncatingIfNeeded: divisor))
  }
}
