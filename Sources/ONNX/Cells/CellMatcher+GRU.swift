import Quantizer

/// h′ = (1 − z) ⊙ n + z ⊙ h (Cho et al., "Learning phrase representations using RNN encoder–decoder", 2014), or with z and
/// 1 − z exchanged; n sees R (r ⊙ h), or r ⊙ (R h + b) where the reset gate stands behind the product.
extension CellMatcher {
  private struct GRUUnit {
    var update: Gate
    /// The update gate keeps the candidate instead of h.
    var isExchanged: Bool
    var candidate: Gate
  }

  mutating func gru(_ hidden: [ExpressionID]) throws -> RecognisedCell {
    let units = try hidden.enumerated().map { try unit($1, $0) }
    let first = units[0]
    var result = RecognisedCell(kind: .gru, previousHidden: previous, hidden: hidden)
    guard
      units.allSatisfy({
        $0.update.function == first.update.function && $0.candidate.function == first.candidate.function
          && $0.isExchanged == first.isExchanged
      }), !first.isExchanged || first.update.function == ExpressionTable.Function(kind: .sigmoid)
    else { throw CellMismatch("its gates have different functions") }

    // 1 − sigmoid(x) = sigmoid(−x)
    let updates = try units.map { try plainRow($0.update.argument.scaled(first.isExchanged ? -1 : 1)) }
    var resets: [Row] = []
    var candidates: [Row] = []
    var hiddenBias: [Float] = []
    if let gates = try resetBefore(units.map(\.candidate)) {
      for (unit, gate) in gates.resets.enumerated() {
        resets.append(try plainRow(gate.argument))
        candidates.append(gates.rows[unit])
      }
      hiddenBias = [Float](repeating: 0, count: units.count)
      result.functions = [first.update.function, first.candidate.function]
      guard gates.resets.allSatisfy({ $0.function == first.update.function }) else {
        throw CellMismatch("its gates have different functions")
      }
    } else {
      result.resetAfter = true
      for unit in units {
        let parts = try resetAfter(unit.candidate)
        guard parts.gate.function == first.update.function else {
          throw CellMismatch("its gates have different functions")
        }
        var row = try plainRow(parts.input)
        guard row.hidden.allSatisfy({ $0 == 0 }) else {
          throw CellMismatch("its candidate reads h without the reset gate")
        }
        let inner = try plainRow(parts.hidden)
        guard inner.input.values.allSatisfy({ $0 == 0 }) else {
          throw CellMismatch("its reset gate multiplies what depends on the input")
        }
        row.hidden = inner.hidden
        hiddenBias.append(inner.bias)
        resets.append(try plainRow(parts.gate.argument))
        candidates.append(row)
      }
      result.functions = [first.update.function, first.candidate.function]
    }
    (result.inputWeights, result.hiddenWeights, result.inputBias) = try matrices(updates + resets + candidates)
    result.hiddenBias = [Float](repeating: 0, count: 2 * units.count) + hiddenBias
    return result
  }

  private mutating func plainRow(_ polynomial: Polynomial) throws -> Row {
    let row = try row(polynomial)
    guard row.others.isEmpty else { throw CellMismatch("a gate reads more than inputs and h") }
    return row
  }

  private func unit(_ id: ExpressionID, _ index: Int) throws -> GRUUnit {
    let sum = table.opened(id)
    let mismatch = CellMismatch("h is not a mixture of h and a candidate")
    guard sum.terms.count == 3, let single = sum.terms.first(where: { $0.key.count == 1 && $0.value == 1 })?.key[0],
      let negative = sum.terms.first(where: { $0.key.count == 2 && $0.value == -1 })?.key, negative.contains(single),
      let positive = sum.terms.first(where: { $0.key.count == 2 && $0.value == 1 })?.key,
      let update = negative.first(where: { $0 != single }), positive.contains(update),
      let other = positive.first(where: { $0 != update }), let gate = gate(update)
    else { throw mismatch }
    // single − z single + z other
    let isExchanged = previousUnit(single) == index
    let candidateID = isExchanged ? other : single
    guard isExchanged || previousUnit(other) == index else { throw mismatch }
    if case .function(let function, let argument) = table.expressions[candidateID] {
      return GRUUnit(
        update: gate, isExchanged: isExchanged, candidate: Gate(function: function, argument: table.opened(argument)))
    }
    return GRUUnit(
      update: gate, isExchanged: isExchanged, candidate: Gate(function: .identity, argument: table.opened(candidateID)))
  }

  /// Reset gates, by unit, that multiply h before the matrix, and the candidates' rows; nil where none stands there.
  private mutating func resetBefore(_ candidates: [Gate]) throws -> (resets: [Gate], rows: [Row])? {
    // The vector of products r h: each element is a gate times the h of some unit.
    var resets = [Gate?](repeating: nil, count: previous.count)
    var rows: [Row] = []
    for candidate in candidates {
      guard candidate.argument.degree <= 1 else { return nil }
      var rest = candidate.argument
      var hidden = [Float](repeating: 0, count: previous.count)
      for (factors, coefficient) in candidate.argument.terms {
        guard let factor = factors.first, case .row(let matrix, let row, let vector) = table.expressions[factor] else {
          continue
        }
        let elements = table.vectors[vector]
        let products = elements.map(resetProduct)
        guard products.contains(where: { $0 != nil }) else { continue }
        // The same row without what the products of h bring is an ordinary one.
        rest = rest.adding(Polynomial(factor), scale: -coefficient)
        var depth: [Float] = []
        var others: [ExpressionID] = []
        for (index, element) in elements.enumerated() {
          let weight = coefficient * table.weight(matrix, row: row, column: index)
          if let product = products[index] {
            hidden[product.unit] += weight
            resets[product.unit] = product.gate
          } else {
            depth.append(weight)
            others.append(element)
          }
        }
        if !others.isEmpty {
          let rest2 = table.matrix(ExpressionTable.Matrix(depth: depth.count, values: depth))
          rest = rest.adding(Polynomial(table.row(rest2, 0, table.vector(others))))
        }
      }
      var row = try plainRow(rest)
      guard row.hidden.allSatisfy({ $0 == 0 }) else { return nil }
      row.hidden = hidden
      rows.append(row)
    }
    let gates = resets.compactMap { $0 }
    return gates.count == previous.count ? (gates, rows) : nil
  }

  private func resetProduct(_ id: ExpressionID) -> (unit: Int, gate: Gate)? {
    let product = table.opened(id)
    guard product.terms.count == 1, let (factors, coefficient) = product.terms.first, factors.count == 2,
      coefficient == 1
    else { return nil }
    for (a, b) in [(factors[0], factors[1]), (factors[1], factors[0])] {
      if let gate = gate(a), let unit = previousUnit(b) { return (unit, gate) }
    }
    return nil
  }

  /// W x + b and r ⊙ (R h + b) of a candidate.
  private func resetAfter(_ candidate: Gate) throws -> (gate: Gate, input: Polynomial, hidden: Polynomial) {
    let products = candidate.argument.terms.filter { $0.key.count == 2 }
    guard products.count == 1, let (factors, coefficient) = products.first, candidate.argument.degree == 2 else {
      throw CellMismatch("its candidate has no reset gate")
    }
    let rest = candidate.argument.adding(Polynomial(factors, coefficient), scale: -1)
    for (a, b) in [(factors[0], factors[1]), (factors[1], factors[0])] {
      guard case .function = table.expressions[a], let reset = gate(a) else { continue }
      // A bias that was multiplied by itself: r (R h) + b r.
      let bias = rest.terms[[a]] ?? 0
      let hidden = table.opened(b).adding(Polynomial(constant: bias / coefficient))
      guard hidden.degree == 1 else { continue }
      return (reset, rest.adding(Polynomial([a], bias), scale: -1), hidden.scaled(coefficient))
    }
    throw CellMismatch("its candidate has no reset gate")
  }
}
