/// An integer of shape arithmetic: known, or a linear expression of one open size, `(scale · symbol + offset) /
/// divisor`.
///
/// Enough to carry an open length along time through the arithmetic that exporters write around Reshape and Expand.
/// Where the expression would leave this form, the result is nil and the node is refused.
struct Dimension: Hashable, Sendable {
  /// Nil: the integer is `offset`.
  private(set) var symbol: Int?
  private(set) var scale: Int
  private(set) var offset: Int
  private(set) var divisor: Int

  static func known(_ value: Int) -> Dimension { Dimension(symbol: nil, scale: 0, offset: value, divisor: 1) }
  static func open(symbol: Int) -> Dimension { Dimension(symbol: symbol, scale: 1, offset: 0, divisor: 1) }

  var value: Int? { symbol == nil ? offset : nil }

  /// An open size or more, so at least 1.
  var isOpenSize: Bool { symbol != nil && scale >= divisor && offset >= 0 }

  private init(symbol: Int?, scale: Int, offset: Int, divisor: Int) {
    self.symbol = symbol
    self.scale = scale
    self.offset = offset
    self.divisor = divisor
  }

  /// In lowest terms; nil where a known value would not be an integer.
  private static func reduced(symbol: Int?, scale: Int, offset: Int, divisor: Int) -> Dimension? {
    guard divisor > 0 else { return nil }
    guard let symbol, scale != 0 else {
      return offset % divisor == 0 ? .known(offset / divisor) : nil
    }
    var (a, b) = (divisor, scale.magnitude.clamped)
    while b != 0 { (a, b) = (b, a % b) }
    b = offset.magnitude.clamped
    while b != 0 { (a, b) = (b, a % b) }
    return Dimension(symbol: symbol, scale: scale / a, offset: offset / a, divisor: divisor / a)
  }

  func adding(_ other: Dimension) -> Dimension? {
    guard symbol == nil || other.symbol == nil || symbol == other.symbol,
      let a = scale.product(other.divisor), let b = other.scale.product(divisor), let scale = a.sum(b),
      let c = offset.product(other.divisor), let d = other.offset.product(divisor), let offset = c.sum(d),
      let divisor = divisor.product(other.divisor)
    else { return nil }
    return .reduced(symbol: symbol ?? other.symbol, scale: scale, offset: offset, divisor: divisor)
  }

  func multiplied(by other: Dimension) -> Dimension? {
    guard let factor = other.value else { return symbol == nil ? other.multiplied(by: self) : nil }
    guard let scale = scale.product(factor), let offset = offset.product(factor) else { return nil }
    return .reduced(symbol: symbol, scale: scale, offset: offset, divisor: divisor)
  }

  func subtracting(_ other: Dimension) -> Dimension? {
    other.multiplied(by: .known(-1)).flatMap(adding)
  }

  /// Known integers divide towards zero as ONNX does; an open size divides exactly, as shapes must.
  func divided(by other: Dimension) -> Dimension? {
    guard let divisor = other.value else { return self == other ? .known(1) : nil }
    guard divisor != 0 else { return nil }
    if let value { return value.dividedReportingOverflow(by: divisor).overflow ? nil : .known(value / divisor) }
    guard divisor > 0, let product = self.divisor.product(divisor) else { return nil }
    return .reduced(symbol: symbol, scale: scale, offset: offset, divisor: product)
  }

  /// `self / other` where that is an integer for every size of the symbol.
  func ratio(to other: Dimension) -> Int? {
    if let a = value, let b = other.value { return b > 0 && a % b == 0 ? a / b : nil }
    guard symbol == other.symbol, other.scale != 0,
      let a = scale.product(other.divisor), let b = other.scale.product(divisor), b > 0, a % b == 0,
      other.multiplied(by: .known(a / b)) == self
    else { return nil }
    return a / b
  }
}

extension Int {
  /// Nil where it overflows.
  func product(_ other: Int) -> Int? {
    let result = multipliedReportingOverflow(by: other)
    return result.overflow ? nil : result.partialValue
  }
  /// Nil where it overflows.
  func sum(_ other: Int) -> Int? {
    let result = addingReportingOverflow(other)
    return result.overflow ? nil : result.partialValue
  }
}

extension UInt {
  fileprivate var clamped: Int { Int(clamping: self) }
}
