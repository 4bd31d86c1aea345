import Quantizer

/// Steps of one cell, written out one after another, that become one recurrent node again.
struct StepChain {
  /// The steps in order. Where `startsAtZero`, the first has no cell of its own: it is the same one with h = 0 and c = 0.
  var cells: [RecognisedCell]
  var startsAtZero: Bool
  /// h after each step.
  var hidden: [[ExpressionID]]
  /// What each step reads, in the order of the weights' columns.
  var inputs: [[ExpressionID]]

  var count: Int { hidden.count }
}

/// Finds cells among the values of a graph whose shapes are known.
struct StepSearch {
  var evaluator: StepEvaluator
  /// Values made of expressions, in the order of the nodes.
  private(set) var values: [(name: String, codes: Constant)] = []
  /// Of h after a step (stripped), what the step may be.
  private var matches: [[ExpressionID]: [RecognisedCell]] = [:]
  private var order: [[ExpressionID]] = []
  /// Where an expression stands in a named value: in the largest that holds it.
  private var places: [ExpressionID: (name: String, position: Int, count: Int)] = [:]
  /// Where it stands first.
  private var firstPlaces: [ExpressionID: (name: String, position: Int)] = [:]

  private static let movements = Folder.movements

  /// - Parameter constant: the constant, and `shape` the shape, where it is known, that a name stands for.
  init(_ source: SourceGraph, constant: (String) -> Constant?, shape: (String) -> [Int]?) {
    evaluator = StepEvaluator(opset: source.opset)
    let shared = Set(source.readings().filter { $0.value > 1 }.keys)
    func bind(_ name: String, _ evaluator: inout StepEvaluator) {
      if let constant = constant(name) {
        evaluator.environment[name] = .constant(constant)
      } else if let shape = shape(name), let count = RowMajor.count(shape), count <= StepEvaluator.largestCount,
        !evaluator.table.isFull
      {
        evaluator.environment[name] = .expressions(evaluator.elements(of: .value(name), shape: shape))
      } else {
        evaluator.environment[name] = .unknown("'\(name)' is a sequence")
      }
    }
    for input in source.inputs { bind(input.name, &evaluator) }
    for name in source.initializers.keys { bind(name, &evaluator) }
    var firsts: [ExpressionID: [[ExpressionID]]] = [:]
    for name in source.inputs.map(\.name) { add(name, isMovement: true, &firsts) }
    for node in source.nodes {
      evaluator.run([node], shared: shared)
      for name in node.outputs where !name.isEmpty {
        if case .unknown? = evaluator.environment[name] { bind(name, &evaluator) }
        if constant(name) != nil { bind(name, &evaluator) }
        if name == node.endOfSequence?.end { bindEnd(of: node) }
        add(name, isMovement: StepSearch.movements.contains(node.op), &firsts)
      }
    }
  }

  /// Y_h is a frame of Y, so that steps may read either.
  private mutating func bindEnd(of node: SourceNode) {
    guard let ends = node.endOfSequence, let all = evaluator.environment[ends.all]?.expressions,
      let end = evaluator.environment[ends.end]?.expressions, let frames = all.shape.first, frames > 0,
      all.count == frames * end.count
    else { return }
    let start = (ends.isReversed ? 0 : frames - 1) * end.count
    evaluator.environment[ends.end] = .expressions(
      all.taking(Array(start..<start + end.count), shape: end.shape))
  }

  /// Remembers a value, and what step of a cell it may be the h of.
  private mutating func add(_ name: String, isMovement: Bool, _ firsts: inout [ExpressionID: [[ExpressionID]]]) {
    guard let codes = evaluator.environment[name]?.expressions, let raw = codes.integers, !raw.isEmpty else { return }
    values.append((name, codes))
    let ids = raw.map(evaluator.table.stripped)
    for (position, id) in ids.enumerated() where places[id].map({ $0.count < ids.count }) ?? true {
      places[id] = (name, position, ids.count)
    }
    for (position, id) in ids.enumerated() where firstPlaces[id] == nil { firstPlaces[id] = (name, position) }
    if !isMovement, matches[ids] == nil {
      var found: [RecognisedCell] = []
      for candidate in candidates(ids, firsts) {
        if let cell = match(ids, previous: candidate) { found.append(cell) }
      }
      if !found.isEmpty {
        matches[ids] = found
        order.append(ids)
      }
    }
    if firsts[ids[0]]?.contains(ids) != true { firsts[ids[0], default: []].append(ids) }
  }

  /// Values of as many elements that stand in the vectors which the first element depends on.
  private func candidates(
    _ ids: [ExpressionID], _ firsts: [ExpressionID: [[ExpressionID]]]
  ) -> [[ExpressionID]] {
    var result: [[ExpressionID]] = []
    for element in readElements(ids[0], depth: 3) {
      for candidate in firsts[element] ?? []
      where candidate.count == ids.count && candidate != ids && !result.contains(candidate) {
        result.append(candidate)
      }
    }
    return result
  }

  /// Elements of vectors that an expression reads, through at most `depth` whole values.
  private func readElements(_ id: ExpressionID, depth: Int) -> [ExpressionID] {
    var result: [ExpressionID] = []
    var seen: Set<ExpressionID> = []
    var vectors: Set<Int> = []
    var pending = [(id, depth)]
    while let (id, depth) = pending.popLast(), seen.count < 1 << 10 {
      guard seen.insert(id).inserted else { continue }
      switch evaluator.table.expressions[id] {
      case .element: break
      case .row(_, _, let vector):
        if vectors.insert(vector).inserted { result += evaluator.table.vectors[vector].map(evaluator.table.stripped) }
      case .function(_, let argument): pending.append((argument, depth))
      case .whole(let inner): if depth > 0 { pending.append((inner, depth - 1)) }
      case .sum(let polynomial): for factors in polynomial.terms.keys { pending += factors.map { ($0, depth) } }
      }
    }
    return result
  }

  private func match(_ ids: [ExpressionID], previous: [ExpressionID]) -> RecognisedCell? {
    var matcher = CellMatcher(evaluator.table, previous: previous, states: [])
    guard var cell = try? matcher.match(ids) else { return nil }
    // c may look like an input of the peepholes until it is known to be c.
    let state = Set(cell.previousCell)
    if cell.inputs.contains(where: state.contains) {
      matcher = CellMatcher(evaluator.table, previous: previous, states: state)
      guard let again = try? matcher.match(ids) else { return nil }
      cell = again
    }
    return cell
  }

  // MARK: Chains

  /// The chains of steps, those that end first in front.
  func chains() -> [StepChain] {
    var result: [StepChain] = []
    var taken: Set<[ExpressionID]> = []
    for ids in order.reversed() where !taken.contains(ids) {
      for last in matches[ids] ?? [] {
        var cells = [last]
        var keys = [ids]
        while let next = before(cells[cells.count - 1]) {
          keys.append(cells[cells.count - 1].previousHidden)
          cells.append(next)
        }
        guard let chain = chain(cells.reversed()) else { continue }
        taken.formUnion(keys)
        result.append(chain)
        break
      }
    }
    return result.reversed()
  }

  /// The step before, where it is one of the same cell.
  private func before(_ cell: RecognisedCell) -> RecognisedCell? {
    let table = evaluator.table
    return matches[cell.previousHidden]?.first { candidate in
      candidate.hasSameWeights(as: cell)
        && candidate.cell.map(table.stripped) == cell.previousCell.map(table.stripped)
    }
  }

  private func chain(_ cells: [RecognisedCell]) -> StepChain? {
    guard let first = cells.first else { return nil }
    var chain = StepChain(
      cells: cells, startsAtZero: false, hidden: cells.map(\.hidden), inputs: cells.map(\.inputs))
    if state(of: first.previousHidden) != nil {
      guard first.kind != .lstm || state(of: first.previousCell) != nil else { return nil }
      return chain
    }
    // The h that the first step begins with is what a step makes of zeros.
    guard let start = startInputs(first) else { return nil }
    chain.startsAtZero = true
    chain.hidden.insert(first.previousHidden, at: 0)
    chain.inputs.insert(start, at: 0)
    return chain
  }

  /// The value, not looked into, whose elements these are, in order.
  func value(of ids: [ExpressionID]) -> String? {
    guard let id = ids.first, case .element(let source, _) = evaluator.table.expressions[id],
      case .value(let name) = evaluator.sources[source], evaluator.environment[name]?.expressions?.count == ids.count,
      ids.enumerated().allSatisfy({ evaluator.table.expressions[$1] == .element(source: source, index: $0) })
    else { return nil }
    return name
  }

  /// The value that a step begins with: one that is not looked into, or elements of one that were moved out of it, as where one input holds
  /// the states of several cells; and the value that they come from.
  func state(of ids: [ExpressionID]) -> (name: String, source: String)? {
    if let name = value(of: ids) { return (name, name) }
    let sources = ids.map { id -> String? in
      guard case .element(let source, _) = evaluator.table.expressions[evaluator.table.stripped(id)],
        case .value(let name) = evaluator.sources[source]
      else { return nil }
      return name
    }
    guard let source = sources.first ?? nil, sources.allSatisfy({ $0 == source }), let name = name(of: ids) else {
      return nil
    }
    return (name, source)
  }

  /// Where an expression stands: in the largest value that holds it, or, as what a single step reads, in the first, which cannot
  /// be computed from that step.
  func place(_ id: ExpressionID, isFirst: Bool = false) -> (name: String, position: Int)? {
    if case .element(let source, let index) = evaluator.table.expressions[id],
      case .value(let name) = evaluator.sources[source]
    {
      return (name, index)
    }
    let id = evaluator.table.stripped(id)
    return isFirst ? firstPlaces[id] : places[id].map { ($0.name, $0.position) }
  }

  /// What the step before reads: as many places as the given one, in the same order. Whether it is right is proved by
  /// computing.
  private func startInputs(_ cell: RecognisedCell) -> [ExpressionID]? {
    var read: Set<ExpressionID> = []
    for id in cell.previousHidden { read.formUnion(readElements(id, depth: 3)) }
    read = read.filter { !evaluator.table.polynomial($0).isConstant }
    guard read.count == cell.inputs.count else { return nil }
    func sorted(_ ids: [ExpressionID]) -> [ExpressionID]? {
      let places = ids.compactMap { id in place(id).map { (id, $0.name, $0.position) } }
      guard places.count == ids.count else { return nil }
      return places.sorted { ($0.1, $0.2) < ($1.1, $1.2) }.map(\.0)
    }
    guard let theirs = sorted(cell.inputs), let own = sorted(Array(read)) else { return nil }
    let partner = Dictionary(zip(theirs, own), uniquingKeysWith: { first, _ in first })
    return cell.inputs.compactMap { partner[$0] }
  }
}

extension SourceNode {
  /// Y and Y_h of a recurrent node of one direction, time first; nil for other nodes.
  fileprivate var endOfSequence: (all: String, end: String, isReversed: Bool)? {
    guard ["LSTM", "GRU", "RNN"].contains(op), hasOutput(0), hasOutput(1), attributes["layout"] == nil,
      let direction = try? string("direction", default: "forward"), direction != "bidirectional"
    else { return nil }
    return (outputs[0], outputs[1], direction == "reverse")
  }
}
