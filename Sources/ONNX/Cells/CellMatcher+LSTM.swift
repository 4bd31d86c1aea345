import Quantizer

/// c′ = f ⊙ c + i ⊙ g and h′ = o ⊙ φ(c′); i, f and o may see c, or of o c′, through peepholes (Gers and Schmidhuber,
/// "Recurrent nets that time and count", 2000). With coupled gates, f = 1 − i.
extension CellMatcher {
  private struct LSTMUnit {
    var input: Gate
    var output: Gate
    /// Nil: 1 − the input gate.
    var forget: Gate?
    var candidate: Gate
    var outputFunction: ExpressionTable.Function
    var cell: ExpressionID
    var previousCell: ExpressionID
  }

  mutating func lstm(_ hidden: [ExpressionID]) throws -> RecognisedCell {
    let units = try hidden.map { try unit($0) }
    var result = RecognisedCell(kind: .lstm, previousHidden: previous, hidden: hidden)
    result.cell = units.map(\.cell)
    result.previousCell = units.map(\.previousCell)
    guard Set(result.previousCell.map(table.stripped)).count == units.count else {
      throw CellMismatch("its cell state has not one element for each unit")
    }
    let isCoupled = units[0].forget == nil
    let first = units[0]
    result.functions = [first.input.function, first.candidate.function, first.outputFunction]
    guard
      units.allSatisfy({ unit in
        unit.input.function == first.input.function && unit.output.function == first.input.function
          && unit.candidate.function == first.candidate.function && unit.outputFunction == first.outputFunction
          && (unit.forget == nil) == isCoupled && unit.forget?.function ?? first.input.function == first.input.function
      }), !isCoupled || first.input.function == ExpressionTable.Function(kind: .sigmoid)
    else { throw CellMismatch("its gates have different functions") }

    var peepholes: [Float] = []
    var rows: [Row] = []
    for unit in units { rows.append(try row(unit.input, sees: unit.previousCell, &peepholes)) }
    for unit in units { rows.append(try row(unit.output, sees: unit.cell, &peepholes)) }
    for unit in units {
      // 1 − sigmoid(x) = sigmoid(−x)
      let negative = Gate(function: unit.input.function, argument: unit.input.argument.scaled(-1))
      rows.append(try row(unit.forget ?? negative, sees: unit.previousCell, &peepholes))
    }
    for unit in units { rows.append(try row(unit.candidate, sees: nil, &peepholes)) }
    (result.inputWeights, result.hiddenWeights, result.inputBias) = try matrices(rows)
    result.hiddenBias = [Float](repeating: 0, count: result.inputBias.count)
    if peepholes.contains(where: { $0 != 0 }) { result.peephole = peepholes }
    return result
  }

  /// The weights of a gate; what it gives the cell state that it sees goes to `peepholes`.
  private mutating func row(_ gate: Gate, sees cell: ExpressionID?, _ peepholes: inout [Float]) throws -> Row {
    var row = try row(gate.argument)
    if let cell { peepholes.append(row.others.removeValue(forKey: table.stripped(cell)) ?? 0) }
    guard row.others.isEmpty else { throw CellMismatch("a gate reads more than inputs, h and its own c") }
    return row
  }

  private func unit(_ id: ExpressionID) throws -> LSTMUnit {
    let product = table.opened(id)
    guard product.terms.count == 1, let (factors, coefficient) = product.terms.first, factors.count == 2,
      coefficient == 1
    else { throw CellMismatch("h is not the product of a gate and a function of c") }
    for (output, rest) in [(factors[0], factors[1]), (factors[1], factors[0])] {
      guard let gate = gate(output) else { continue }
      if case .function(let function, let argument) = table.expressions[rest],
        let unit = unit(cell: argument, gate, function)
      {
        return unit
      }
      if let unit = unit(cell: rest, gate, .identity) { return unit }
    }
    throw CellMismatch("c is not the sum of a gate times c and a gate times a candidate")
  }

  private func unit(cell id: ExpressionID, _ output: Gate, _ function: ExpressionTable.Function) -> LSTMUnit? {
    let sum = table.opened(id)
    var products = sum.terms.filter { $0.key.count == 2 && $0.value == 1 }.map(\.key)
      .sorted { $0.lexicographicallyPrecedes($1) }
    guard products.count == sum.terms.count || sum.terms.count == 3 else { return nil }
    // Coupled: c − i c + i g.
    if sum.terms.count == 3 {
      guard products.count == 1, let previous = sum.terms.first(where: { $0.key.count == 1 && $0.value == 1 })?.key[0],
        let negative = sum.terms.first(where: { $0.key.count == 2 && $0.value == -1 })?.key,
        negative.contains(previous),
        let gateID = negative.first(where: { $0 != previous }), products[0].contains(gateID),
        let candidateID = products[0].first(where: { $0 != gateID }), let input = gate(gateID),
        let candidate = gate(candidateID)
      else { return nil }
      return LSTMUnit(
        input: input, output: output, forget: nil, candidate: candidate, outputFunction: function, cell: id,
        previousCell: previous)
    }
    guard products.count == 2 else { return nil }
    // The product with c is the one whose other factor is no gate.
    if gate(products[0][0]) != nil, gate(products[0][1]) != nil { products.swapAt(0, 1) }
    guard let (forget, previous) = split(products[0]) else { return nil }
    let (a, b) = (products[1][0], products[1][1])
    guard let x = gate(a), let y = gate(b) else { return nil }
    // Which of the two is the input gate, its function tells; where it does not, either is right.
    let (input, candidate) = x.function == output.function ? (x, y) : (y, x)
    return LSTMUnit(
      input: input, output: output, forget: forget, candidate: candidate, outputFunction: function, cell: id,
      previousCell: previous)
  }

  /// A gate and what is no gate.
  private func split(_ factors: [ExpressionID]) -> (Gate, ExpressionID)? {
    switch (gate(factors[0]), gate(factors[1])) {
    case (let gate?, nil): (gate, factors[1])
    case (nil, let gate?): (gate, factors[0])
    default: nil
    }
  }
}
