import Quantizer

/// Follows recurrent states element by element, from an input through nodes that only move values to a recurrent
/// node, and from the node back to an output. Where an output returns every element to the place it was read from,
/// input and output are one state, which the runtime keeps.
struct StateTrace {
  struct Place: Hashable {
    var name: String
    var index: Int
  }
  enum Reference {
    case input(name: String, index: Int)
    /// The state that `node` leaves behind in place of the one it began with.
    case result(node: String, beganWith: Place?)
  }

  private(set) var references: [Reference] = []
  private var stateInputs: [String: Int] = [:]
  /// Who reads a state input, for messages.
  private(set) var readers: [String: String] = [:]

  /// State inputs are those that reach only initial_h and initial_c of recurrent nodes, `free` ones left aside.
  init(_ source: SourceGraph, except free: Set<String>) {
    var consumers: [String: [(node: Int, input: Int)]] = [:]
    let nodes = source.nodes.flatMap(StateTrace.withBranches)
    for (index, node) in nodes.enumerated() {
      for (position, name) in node.inputs.enumerated() where !name.isEmpty {
        consumers[name, default: []].append((index, position))
      }
    }
    let outputs = Set(source.outputs)
    for input in source.inputs where !free.contains(input.name) {
      var pending = [input.name]
      var seen: Set<String> = []
      var reader: String?
      var isState = true
      while let name = pending.popLast(), isState {
        guard seen.insert(name).inserted else { continue }
        if outputs.contains(name) { isState = false }
        for (index, position) in consumers[name] ?? [] {
          let node = nodes[index]
          if ["LSTM", "GRU", "RNN"].contains(node.op), position == 5 || position == 6 {
            reader = node.name
          } else if node.op == "Shape" || node.op == "Size" {
            continue
          } else if Folder.movements.contains(node.op), position == 0 || node.op == "Concat" {
            pending += node.outputs.filter { !$0.isEmpty }
          } else {
            isState = false
          }
        }
      }
      if isState, let reader { readers[input.name] = reader }
    }
  }

  /// A node, or what it may become: the nodes of both branches of an If, which take its place once sizes tell which one it is.
  private static func withBranches(_ node: SourceNode) -> [SourceNode] {
    guard node.op == "If" else { return [node] }
    let branches = [1, 0].map { try? node.branch(Constant(shape: [], integers: [.known($0)])).nodes }
    // A branch that cannot be read is refused by name when it takes the If's place.
    guard branches.allSatisfy({ $0 != nil }) else { return [node] }
    return branches.flatMap { ($0 ?? []).flatMap(withBranches) }
  }

  func isState(_ input: String) -> Bool { readers[input] != nil }

  /// Codes for the elements of a state input.
  mutating func register(_ input: String, shape: [Int]) throws -> Constant {
    guard let count = RowMajor.count(shape), count <= 1 << 20 else {
      throw ImportError("the state input '\(input)' is too large")
    }
    stateInputs[input] = count
    let start = references.count
    references += (0..<count).map { .input(name: input, index: $0) }
    return Constant(shape: shape, integers: (start..<start + count).map { .known($0) })
  }

  /// Codes for the states that a recurrent node leaves.
  mutating func register(
    _ node: String, states: InitialStates, directions: Int, units: Int, shape: [Int]
  ) -> (hidden: Constant, cell: Constant) {
    func codes(_ initial: InitialState?) -> Constant {
      let start = references.count
      references += (0..<directions * units).map { .result(node: node, beganWith: initial?.source?[$0]) }
      return Constant(shape: shape, integers: (start..<references.count).map { .known($0) })
    }
    return (codes(states.hidden), codes(states.cell))
  }

  /// True where `output` holds, element by element, the states that began with the elements of `input`.
  func returns(_ output: Constant, to input: String) -> Bool {
    guard let codes = output.integers, codes.count == stateInputs[input] else { return false }
    return codes.enumerated().allSatisfy { index, code in
      guard case .result(_, let place?) = references[code] else { return false }
      return place == Place(name: input, index: index)
    }
  }

  /// True where `output` holds a state that began with an element of `input`.
  func mentions(_ output: Constant, _ input: String) -> Bool {
    (output.integers ?? []).contains { code in
      guard case .result(_, let place?) = references[code] else { return false }
      return place.name == input
    }
  }
}

extension Lowering {
  /// A node that moves values, applied to states: their codes move like values. What is also a stream moves as that,
  /// too.
  func moveStates(_ node: SourceNode, _ arguments: [Value?]) throws -> [Value] {
    var codes: [Constant]?
    let values = arguments.map { $0?.states ?? $0?.constant }
    let isAllStates = arguments.enumerated().allSatisfy { index, value in
      // A Concat joins states only; elsewhere the other inputs are constants that say how to move.
      value == nil || value?.states != nil || (node.op != "Concat" && index > 0 && value?.constant != nil)
    }
    if isAllStates { codes = try Folder(node: node, inputs: values, opset: source.opset).foldMovement() }
    var results: [Value]?
    var obstacle: String?
    if let handler = Lowering.handlers[node.op] {
      do {
        results = try handler(self)(node)
      } catch let error as ImportError {
        obstacle = error.message
      }
    }
    guard results != nil || codes != nil else {
      throw node.error(obstacle ?? "it mixes recurrent states with other values")
    }
    return node.outputs.indices.map { index in
      var value = results.flatMap { index < $0.count ? $0[index] : nil } ?? Value(obstacle: obstacle)
      if let codes, index < codes.count { value.states = codes[index] }
      return value
    }
  }

  /// Refuses states that the options name and that cannot be; those that steps may read which are recognised at the end (`recogniseSteps`)
  /// only where `atEnd`.
  func checkStateOptions(atEnd: Bool = false) throws {
    let mayBecomeStep = !atEnd && source.nodes.contains { $0.op == "MatMul" || $0.op == "Gemm" }
    for (input, output) in options.states {
      guard source.inputs.contains(where: { $0.name == input }) else {
        throw ImportError("--state names an input '\(input)' that the network does not have")
      }
      guard source.outputs.contains(output) else {
        throw ImportError("--state names an output '\(output)' that the network does not have")
      }
      guard trace.isState(input) || mayBecomeStep else {
        throw ImportError(
          "the input '\(input)' cannot be a state: only initial states of LSTM, GRU and RNN nodes, read "
            + "through nodes that move "
            + "values, can; let the runtime keep other buffers by exporting the network with its time axis")
      }
    }
  }

  /// Pairs state inputs with outputs; returns the outputs that vanish with them. An input whose state no output returns is
  /// discovered to be a value of its own for every sequence.
  func pairStates() throws -> Set<String> {
    var taken: Set<String> = []
    for input in source.inputs.map(\.name) where trace.isState(input) {
      let named = options.states.filter { $0.input == input }.map(\.output)
      let candidates = named.isEmpty ? source.outputs : named
      let match = candidates.first { output in
        !taken.contains(output) && (values[output]?.states.map { trace.returns($0, to: input) } ?? false)
      }
      guard let match else {
        let reader = trace.readers[input] ?? ""
        if let output = named.first {
          throw ImportError(
            "the output '\(output)' does not return the state of node '\(reader)' to the places where the "
              + "input '\(input)' gives it: "
              + "export the state in the shape in which it is read")
        }
        let isMentioned = source.outputs.contains { values[$0]?.states.map { trace.mentions($0, input) } ?? false }
        guard isMentioned else { throw Discovery.initialState(input: input) }
        throw ImportError(
          "the input '\(input)' sets the initial state of node '\(reader)', but no output returns that "
            + "state in the same places: export the network with its new state as an output of the input's shape "
            + "(--state \(input)=OUTPUT), without that output, or without this input, so that it starts at zero")
      }
      taken.insert(match)
      warnings.append(
        "the input '\(input)' and the output '\(match)' are one state, which starts at zero and is kept "
          + "inside the stream"
      )
    }
    return taken
  }
}
