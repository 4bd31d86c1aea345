/// Reads a piece of UTF-8 text from left to right. Every step says whether it fitted; none reads past the end.
struct TextScanner {
  private(set) var position: UnsafePointer<UInt8>
  private(set) var count: Int

  init(_ start: UnsafePointer<UInt8>, _ count: Int) {
    position = start
    self.count = count
  }

  var isAtEnd: Bool { count == 0 }

  private mutating func advance() {
    position += 1
    count &-= 1
  }

  /// Takes `text` if it comes next, and else nothing.
  mutating func take(_ text: Literal) -> Bool {
    var length = 0
    while text.bytes[length] != 0 {
      guard length < count, position[length] == text.bytes[length] else { return false }
      length &+= 1
    }
    position += length
    count &-= length
    return true
  }

  /// The text up to the next `separator` or the end, without the spaces around it; the separator is taken too.
  mutating func word(before separator: UInt8) -> TextScanner {
    var start = position
    var length = 0
    while count > 0, position[0] != separator {
      advance()
      length &+= 1
    }
    if count > 0 { advance() }
    while length > 0, start[0] == UInt8(ascii: " ") {
      start += 1
      length &-= 1
    }
    while length > 0, start[length &- 1] == UInt8(ascii: " ") { length &-= 1 }
    return TextScanner(start, length)
  }

  /// A whole number from 1 to `maximum`.
  mutating func wholeNumber(maximum: Int32) -> Int32? {
    var value: Int64 = 0
    var digits = 0
    while count > 0, let digit = decimal(position[0]), digits < 10 {
      value = value &* 10 &+ Int64(digit)
      digits &+= 1
      advance()
    }
    guard digits > 0, value >= 1, value <= Int64(maximum) else { return nil }
    return Int32(truncatingIfNeeded: value)
  }

  /// A number without sign or exponent, such as 255, 0.5 or 0.00392; at most 15 digits.
  mutating func decimalNumber() -> Double? {
    var value = 0.0
    var unit = 1.0
    var digits = 0
    var hasPoint = false
    while count > 0 {
      if position[0] == UInt8(ascii: "."), !hasPoint, digits > 0 {
        hasPoint = true
      } else if let digit = decimal(position[0]), digits < 15 {
        value = value * 10 + Double(digit)
        if hasPoint { unit *= 10 }
        digits &+= 1
      } else {
        break
      }
      advance()
    }
    return digits > 0 ? value / unit : nil
  }

  /// A decimal number, or two with a stroke between them, such as 1/255; the second is above 0.
  mutating func quotient() -> Double? {
    guard let value = decimalNumber() else { return nil }
    guard take("/") else { return value }
    guard let divisor = decimalNumber(), divisor > 0 else { return nil }
    return value / divisor
  }

  /// Six hexadecimal digits.
  mutating func hexadecimalColor() -> UInt32? {
    guard count >= 6 else { return nil }
    var value: UInt32 = 0
    for _ in 0..<6 {
      let byte = position[0]
      let lower = byte | 0x20
      if let digit = decimal(byte) {
        value = value &* 16 &+ UInt32(digit)
      } else if lower >= UInt8(ascii: "a"), lower <= UInt8(ascii: "f") {
        value = value &* 16 &+ UInt32(lower &- UInt8(ascii: "a") &+ 10)
      } else {
        return nil
      }
      advance()
    }
    return value
  }

  private func decimal(_ byte: UInt8) -> UInt8? {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? byte &- UInt8(ascii: "0") : nil
  }
}
