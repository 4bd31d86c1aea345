import Quantizer

/// Recognises one step of an LSTM, GRU or simple RNN by what its numbers are, not by the order of its nodes.
struct CellMatcher {
  var table: ExpressionTable
  let previous: [ExpressionID]
  /// Where an expression stands in the h of the step before.
  private let positions: [ExpressionID: Int]
  /// Expressions that are no input: states.
  let states: Set<ExpressionID>
  private var columns: [ExpressionID: Int] = [:]
  private(set) var inputs: [ExpressionID] = []
  /// Of each vector: for each element, a column, or −1 − its place in h, or nothing where it is a constant.
  private var vectors: [Int: [Int?]] = [:]

  /// - Parameters:
  ///   - previous: h of the step before.
  ///   - states: every element of a state of the step before; only those of the cell's own may be read.
  init(_ table: ExpressionTable, previous: [ExpressionID], states: Set<ExpressionID>) {
    self.table = table
    self.previous = previous
    self.states = states
    var positions: [ExpressionID: Int] = [:]
    for (index, id) in previous.enumerated() { positions[table.stripped(id)] = index }
    self.positions = positions
  }

  /// Tries an LSTM, a GRU and a simple RNN for `hidden`, the h after the step.
  mutating func match(_ hidden: [ExpressionID]) throws -> RecognisedCell {
    guard hidden.count == previous.count, positions.count == previous.count else {
      throw CellMismatch("its state has not one element for each unit")
    }
    typealias Attempt = (inout CellMatcher, [ExpressionID]) throws -> RecognisedCell
    let attempts: [Attempt] = [{ try $0.lstm($1) }, { try $0.gru($1) }, { try $0.simple($1) }]
    var reasons: [String] = []
    for attempt in attempts {
      columns = [:]
      (inputs, vectors) = ([], [:])
      do {
        var cell = try attempt(&self, hidden)
        cell.inputs = inputs
        guard cell.inputWeights.allSatisfy(\.isFinite), !inputs.isEmpty else {
          throw CellMismatch("it reads nothing but its state")
        }
        return cell
      } catch let mismatch as CellMismatch {
        reasons.append(mismatch.reason)
      }
    }
    throw CellMismatch(
      "as an LSTM, \(reasons[0]); as a GRU, \(reasons[1]); as a simple RNN, \(reasons[2])")
  }

  // MARK: Gates

  /// A function of sums of products with matrices.
  struct Gate {
    var function: ExpressionTable.Function
    var argument: Polynomial
  }

  /// The expression as a gate: a function of a linear expression, or such an expression by itself; nil where it is neither.
  func gate(_ id: ExpressionID) -> Gate? {
    if case .function(let function, let argument) = table.expressions[id] {
      let polynomial = table.opened(argument)
      return polynomial.degree <= 1 && !polynomial.isConstant ? Gate(function: function, argument: polynomial) : nil
    }
    let polynomial = table.opened(id)
    let hasRow = polynomial.terms.keys.contains { factors in
      factors.contains { if case .row = table.expressions[$0] { true } else { false } }
    }
    return polynomial.degree == 1 && hasRow ? Gate(function: .identity, argument: polynomial) : nil
  }

  /// The unit whose h of the step before the expression is.
  func previousUnit(_ id: ExpressionID) -> Int? { positions[table.stripped(id)] }

  /// One row of weights.
  struct Row {
    /// By column; grows as inputs are found.
    var input: [Int: Float] = [:]
    var hidden: [Float]
    var bias: Float = 0
    /// Factors of expressions that are neither input nor h.
    var others: [ExpressionID: Float] = [:]
  }

  /// The weights that a linear expression has for inputs and h.
  mutating func row(_ polynomial: Polynomial) throws -> Row {
    var result = Row(hidden: [Float](repeating: 0, count: previous.count))
    // In the order of the factors, so that inputs are found in the same order in every step.
    for (factors, coefficient) in polynomial.terms.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      guard let factor = factors.first else {
        result.bias += coefficient
        continue
      }
      guard factors.count == 1 else { throw CellMismatch("a gate multiplies computed values") }
      switch table.expressions[factor] {
      case .row(let matrix, let row, let vector): add(matrix, row, vector, coefficient, to: &result)
      case .element:
        if let unit = positions[factor] {
          result.hidden[unit] += coefficient
        } else if states.contains(factor) {
          result.others[factor, default: 0] += coefficient
        } else {
          result.input[column(factor), default: 0] += coefficient
        }
      default:
        if let unit = positions[table.stripped(factor)] {
          result.hidden[unit] += coefficient
        } else {
          result.others[table.stripped(factor), default: 0] += coefficient
        }
      }
    }
    return result
  }

  private mutating func add(_ matrix: Int, _ row: Int, _ vector: Int, _ coefficient: Float, to result: inout Row) {
    let places = self.places(vector)
    for (index, place) in places.enumerated() {
      let weight = coefficient * table.weight(matrix, row: row, column: index)
      guard let place else {
        result.bias += weight * table.polynomial(table.vectors[vector][index]).constant
        continue
      }
      if place < 0 { result.hidden[-1 - place] += weight } else { result.input[place, default: 0] += weight }
    }
  }

  private mutating func places(_ vector: Int) -> [Int?] {
    if let known = vectors[vector] { return known }
    let places = table.vectors[vector].map { element -> Int? in
      if table.polynomial(element).isConstant { return nil }
      if let unit = positions[table.stripped(element)] { return -1 - unit }
      return column(table.stripped(element))
    }
    vectors[vector] = places
    return places
  }

  private mutating func column(_ element: ExpressionID) -> Int {
    if let known = columns[element] { return known }
    columns[element] = inputs.count
    inputs.append(element)
    return inputs.count - 1
  }

  /// Rows, in gate order, as matrices.
  func matrices(_ rows: [Row]) throws -> (input: [Float], hidden: [Float], bias: [Float]) {
    guard !inputs.contains(where: states.contains) else { throw CellMismatch("it reads a state that is not its own") }
    var input = [Float](repeating: 0, count: rows.count * inputs.count)
    for (index, row) in rows.enumerated() {
      for (column, weight) in row.input { input[index * inputs.count + column] = weight }
    }
    return (input, rows.flatMap(\.hidden), rows.map(\.bias))
  }
}
