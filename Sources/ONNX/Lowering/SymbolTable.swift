import Quantizer

/// A size that turned out to be an expression of another, `(scale · name + offset) / divisor`; without a name it is known.
struct SizeExpression: Hashable, Sendable {
  var name: String?
  var scale: Int
  var offset: Int
  var divisor: Int
}

/// Numbers for open sizes. Equal expressions get equal numbers, so that parallel branches keep lengths that agree.
struct SymbolTable {
  private var numbers: [String: Int] = [:]
  private var names: [String] = []
  /// Sizes that are another's by what the network does with them.
  private let known: [String: SizeExpression]

  init(known: [String: SizeExpression] = [:]) { self.known = known }

  mutating func open(_ name: String) -> Dimension {
    if let expression = known[name], let result = dimension(expression, besides: [name]) { return result }
    return symbol(name)
  }

  private mutating func symbol(_ name: String) -> Dimension {
    if let number = numbers[name] { return .open(symbol: number) }
    numbers[name] = names.count
    names.append(name)
    return .open(symbol: names.count - 1)
  }

  /// Nil where the expression leads back to one of the sizes that it explains.
  private mutating func dimension(_ expression: SizeExpression, besides seen: Set<String>) -> Dimension? {
    guard let name = expression.name else { return .known(expression.offset) }
    guard !seen.contains(name) else { return nil }
    let base = known[name].flatMap { dimension($0, besides: seen.union([name])) } ?? symbol(name)
    return base.multiplied(by: .known(expression.scale))?.adding(.known(expression.offset))?
      .divided(by: .known(expression.divisor))
  }

  /// The length that a window over time makes of `length`.
  mutating func windowed(_ length: Dimension, _ geometry: WindowGeometry, ceiling: Bool) -> Dimension {
    if let frames = length.value {
      return .known(Graph.outputFrames(geometry, ceiling: ceiling, frames: frames))
    }
    let extent = geometry.dilation.time * (geometry.kernel.time - 1) + 1
    let padding = geometry.padBefore.time + geometry.padAfter.time
    if geometry.stride.time == 1, let result = length.adding(.known(padding - extent + 1)) { return result }
    let place = expression(length)
    let text = "(\(place.scale)·\(place.name ?? "")+\(place.offset))/\(place.divisor)"
    return open("\(text)/\(extent)/\(geometry.stride.time)/\(padding)/\(ceiling)")
  }

  /// What the symbol of `size` must be for `size` to equal `other`; nil where that cannot be written.
  func solved(_ size: Dimension, for other: Dimension) -> (name: String, expression: SizeExpression)? {
    guard let symbol = size.symbol, size.scale > 0,
      let value = other.multiplied(by: .known(size.divisor))?.subtracting(.known(size.offset))?
        .divided(by: .known(size.scale))
    else { return nil }
    let expression = expression(value)
    // A size cannot be explained by one that is made of it, and one that is made of another is not that other.
    guard expression.name.map({ !explains(names[symbol], $0) && !explains($0, names[symbol]) }) ?? true else {
      return nil
    }
    return (names[symbol], expression)
  }

  /// For messages.
  func text(_ size: Dimension) -> String {
    guard let symbol = size.symbol else { return "\(size.offset)" }
    // A name that stands for a window's result says nothing to the user.
    let name = names[symbol].contains("·") ? "another number of" : "'\(names[symbol])'"
    let offset = size.offset == 0 ? "" : size.offset > 0 ? " + \(size.offset)" : " - \(-size.offset)"
    return (size.scale == 1 ? "" : "\(size.scale) · ") + name + offset + (size.divisor == 1 ? "" : " / \(size.divisor)")
  }

  private func explains(_ name: String, _ other: String) -> Bool {
    name == other || other.contains("·\(name)+")
  }

  private func expression(_ size: Dimension) -> SizeExpression {
    SizeExpression(
      name: size.symbol.map { names[$0] }, scale: size.scale, offset: size.offset, divisor: size.divisor)
  }
}
