import Quantizer

/// h′ = g(W x + R h + b)
extension CellMatcher {
  mutating func simple(_ hidden: [ExpressionID]) throws -> RecognisedCell {
    var result = RecognisedCell(kind: .simple, previousHidden: previous, hidden: hidden)
    let gates = hidden.compactMap { gate(table.stripped($0)) }
    guard gates.count == hidden.count, gates.allSatisfy({ $0.function == gates[0].function }) else {
      throw CellMismatch("h is not one function of a sum of products with matrices")
    }
    let rows = try gates.map { gate in
      let row = try row(gate.argument)
      guard row.others.isEmpty else { throw CellMismatch("it reads more than inputs and h") }
      return row
    }
    guard rows.contains(where: { $0.hidden.contains { $0 != 0 } }) else { throw CellMismatch("it does not read h") }
    (result.inputWeights, result.hiddenWeights, result.inputBias) = try matrices(rows)
    result.hiddenBias = [Float](repeating: 0, count: rows.count)
    result.functions = [gates[0].function]
    return result
  }
}
