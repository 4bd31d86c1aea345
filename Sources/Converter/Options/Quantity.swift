/// A finite number, with or without its unit: `40`, `40dB`, `0.2%`.
package struct Quantity: Sendable {
  package let value: Double

  package init?(_ text: String) {
    var text = text[...]
    for unit in ["dB", "db", "%"] where text.hasSuffix(unit) {
      text = text.dropLast(unit.count)
      break
    }
    guard let value = Double(text), value.isFinite else { return nil }
    self.value = value
  }
}
