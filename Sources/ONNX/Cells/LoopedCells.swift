import Quantizer

/// The recurrent layers that a loop over time is made of.
struct LoopedCells {
  let loop: LoopDescription
  var evaluator: StepEvaluator
  /// Cells in an order in which each reads only frames and cells before it; with the numbers of their states.
  var cells: [(cell: RecognisedCell, hidden: Int, state: Int?)] = []
  /// Shapes of frames' values, by name.
  var shapes: [String: [Dimension]] = [:]
  /// Shapes of states; nil for those that are no float states.
  var stateShapes: [[Int]?] = []
  /// Numbers of states that are what they were: their names around the loop give them.
  var repeatedStates: Set<Int> = []
  private var codes: [Constant?] = []

  /// - Parameters:
  ///   - value: what a name around the loop stands for, and its shape.
  ///   - steps: how often the loop runs at most, where it says.
  ///   - reads: told which axis of a value is read frame by frame.
  init(
    _ loop: LoopDescription, opset: Int, value: (String) throws -> StepValue, steps: Dimension?,
    reads: (_ name: String, _ axis: Int) throws -> Void
  ) throws {
    self.loop = loop
    evaluator = StepEvaluator(opset: opset)
    var counters: [Int: Dimension] = [:]
    // Integer states count steps, or stay as they are: the first is assumed until the body says otherwise.
    for attempt in 0..<2 {
      evaluator = StepEvaluator(opset: opset)
      for frame in loop.frames { try reads(frame.value, frame.axis) }
      try bind(value, counters: attempt == 0 ? nil : counters)
      var readings: [String: Int] = [:]
      for name in loop.body.nodes.flatMap(\.reads) + loop.body.outputs { readings[name, default: 0] += 1 }
      evaluator.run(loop.body.nodes, shared: Set(readings.filter { $0.value > 1 }.keys))
      for (name, axis) in evaluator.readAxes { try reads(name, axis) }
      guard attempt == 0 else { break }
      for (index, state) in loop.states.enumerated() {
        guard let before = evaluator.environment[state.input]?.constant?.dimensions?.first,
          let after = evaluator.environment[state.output]?.constant?.dimensions?.first,
          after.subtracting(before) == .known(1)
        else { continue }
        counters[index] = before
      }
    }
    try checkSteps(steps)
    try recognise()
  }

  private mutating func bind(_ value: (String) throws -> StepValue, counters: [Int: Dimension]?) throws {
    let (body, node) = (loop.body, loop.node)
    for (name, constant) in body.initializers { evaluator.environment[name] = .constant(constant) }
    for name in body.captures {
      let outer = try value(name)
      if case .outer(_, let shape) = outer { shapes[name] = shape }
      evaluator.environment[name] = outer
    }
    if let step = loop.step { evaluator.environment[step] = .constant(Constant(shape: [], integers: [StepValue.step])) }
    if let condition = loop.condition {
      evaluator.environment[condition.input] = .constant(Constant(shape: [], integers: [.known(1)]))
    }
    for frame in loop.frames {
      guard case .outer(let name, let shape) = try value(frame.value) else {
        throw node.error("'\(frame.value)' is no sequence that is computed from the inputs")
      }
      shapes[name] = shape
      let sizes = try evaluator.sizes(name, shape, frame.axis, node)
      evaluator.environment[frame.input] = .expressions(
        evaluator.elements(
          of: .frame(name: name, axis: frame.axis, isReversed: frame.isReversed), shape: sizes))
    }
    (stateShapes, codes) = ([], [])
    for (index, state) in loop.states.enumerated() {
      let initial = try value(state.initial)
      var shape: [Int]?
      var bound: Constant?
      if loop.repeated(state.output) == state.input {
        repeatedStates.insert(index)
        if case .outer(let name, let sizes) = initial { shapes[name] = sizes }
        evaluator.environment[state.input] = initial
      } else if case .list = initial {
        evaluator.environment[state.input] = initial
      } else if let constant = initial.constant, constant.isInteger {
        // Two of them at most are needed: one that counts, from the number that it begins with.
        let isCounter = constant.count == 1 && (counters == nil || counters?[index] != nil)
        let first = constant.dimensions?.first ?? .known(0)
        if isCounter, let now = first.adding(StepValue.step) {
          evaluator.environment[state.input] = .constant(Constant(shape: constant.shape, integers: [now]))
        } else {
          evaluator.environment[state.input] = .unknown(
            "the state '\(state.input)' is an integer that does not count steps")
        }
      } else {
        let sizes: [Int]
        switch initial {
        case .constant(let constant): sizes = constant.shape
        case .outer(_, let dimensions): sizes = dimensions.compactMap(\.value)
        default: sizes = []
        }
        guard let count = RowMajor.count(sizes), count > 0, count <= StepEvaluator.largestCount else {
          throw node.error("its state '\(state.input)' has an impossible shape")
        }
        let elements = evaluator.elements(of: .state(index), shape: sizes)
        (shape, bound) = (sizes, elements)
        evaluator.environment[state.input] = .expressions(elements)
      }
      stateShapes.append(shape)
      codes.append(bound)
    }
  }

  /// The loop must run once for each frame.
  private func checkSteps(_ most: Dimension?) throws {
    var limits = most.map { [$0] } ?? []
    if let condition = loop.condition {
      switch evaluator.environment[condition.output] {
      case .constant(let constant)? where constant.integers?.allSatisfy({ $0 != 0 }) ?? false: break
      case .limits(let list)?: limits += list
      case .unknown(let reason)?: throw loop.node.error("when it ends depends on what it computes: \(reason)")
      default: throw loop.node.error("when it ends depends on what it computes: export a loop over all frames")
      }
      // What no sequence reaches does not end it.
      limits.removeAll { $0.value ?? 0 >= Int(Int32.max) }
      guard !limits.isEmpty else { throw loop.node.error("it never ends") }
    }
    var lengths: [Dimension] = []
    for case .frame(let name, let axis, _) in evaluator.sources {
      guard let shape = shapes[name] else { continue }
      lengths.append(shape[axis])
    }
    guard let first = lengths.first else {
      throw loop.node.error(
        "it reads no sequence frame by frame, so it is no recurrent layer; if it is Keras' TimeDistributed, convert the .keras or .h5 file "
          + "itself (python3 -m crnn_convert), or give the network's input a fixed number of frames before the export")
    }
    // The smallest limit ends it; others, as tf2onnx writes them beside it, may be larger.
    let rests = limits.map { $0.subtracting(first)?.value }
    let isWhole = rests.isEmpty || rests.contains(0) && rests.allSatisfy { $0 ?? -1 >= 0 }
    guard lengths.allSatisfy({ $0 == first }), isWhole else {
      let numbers = (limits + lengths).map(\.text).joined(separator: ", ")
      throw loop.node.error(
        "it does not run over all frames of what it reads (\(numbers) steps and frames): export a loop over all frames")
    }
  }

  private mutating func recognise() throws {
    let node = loop.node
    let all = Set(codes.compactMap { $0?.integers }.flatMap { $0 })
    var reasons: [String] = []
    var used: Set<Int> = []
    for (index, state) in loop.states.enumerated() {
      guard let previous = codes[index]?.integers else { continue }
      guard let after = evaluator.environment[state.output]?.expressions?.integers else {
        if case .unknown(let reason)? = evaluator.environment[state.output] { reasons.append(reason) }
        continue
      }
      var matcher = CellMatcher(evaluator.table, previous: previous, states: all)
      do {
        let cell = try matcher.match(after)
        evaluator.table = matcher.table
        guard cell.kind == .lstm else {
          cells.append((cell, index, nil))
          used.insert(index)
          continue
        }
        let table = evaluator.table
        let other = codes.indices.first { candidate in
          guard candidate != index, codes[candidate]?.integers == cell.previousCell.map(table.stripped) else {
            return false
          }
          let result = evaluator.environment[loop.states[candidate].output]?.expressions?.integers
          return result?.map(table.stripped) == cell.cell.map(table.stripped)
        }
        guard let other else {
          reasons.append("the cell state of '\(state.input)' is not handed on")
          continue
        }
        cells.append((cell, index, other))
        used.formUnion([index, other])
      } catch let mismatch as CellMismatch {
        reasons.append(mismatch.reason)
      }
    }
    let missing = codes.indices.filter { codes[$0] != nil && !used.contains($0) }
    guard !cells.isEmpty, missing.isEmpty else {
      // The states of a cell that was recognised need no reason.
      let name = missing.first.map { " ('\(loop.states[$0].input)')" } ?? ""
      throw node.error(
        "its body is no step of LSTM, GRU or simple RNN layers\(name): \(reasons.first ?? "it has no state"); export recurrent "
          + "layers as LSTM, GRU or RNN nodes")
    }
    try order()
  }

  /// What an input of a cell is: a place in a frame, or a unit of another cell.
  enum Feed: Hashable {
    case frame(Int)
    case cell(Int)
  }

  func feed(_ input: ExpressionID) -> (feed: Feed, index: Int)? {
    if case .element(let source, let index) = evaluator.table.expressions[input],
      case .frame = evaluator.sources[source]
    {
      return (.frame(source), index)
    }
    for (number, entry) in cells.enumerated() {
      if let unit = entry.cell.hidden.firstIndex(where: { evaluator.table.stripped($0) == input }) {
        return (.cell(number), unit)
      }
    }
    return nil
  }

  /// Puts the cells into an order in which each reads what stands before it.
  private mutating func order() throws {
    let feeds = try cells.map { entry in
      try Set(
        entry.cell.inputs.map { input in
          guard let feed = feed(input) else {
            throw loop.node.error(
              "inside, it computes what its cell reads: move that out of the loop, or export the layer as an LSTM, GRU or RNN "
                + "node")
          }
          return feed.feed
        })
    }
    var done: [Int] = []
    while done.count < cells.count {
      let ready = cells.indices.first { index in
        !done.contains(index)
          && feeds[index].allSatisfy { if case .cell(let other) = $0 { done.contains(other) } else { true } }
      }
      guard let ready else { throw loop.node.error("its layers read one another's results of the same step") }
      done.append(ready)
    }
    cells = done.map { cells[$0] }
  }

  /// All frames are read in one direction.
  func isReversed() throws -> Bool {
    var directions: Set<Bool> = []
    for case .frame(_, _, let isReversed) in evaluator.sources { directions.insert(isReversed) }
    guard directions.count == 1, let direction = directions.first else {
      throw loop.node.error("it reads frames in both directions at once: export one loop for each direction")
    }
    return direction
  }
}
