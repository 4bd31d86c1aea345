import Quantizer

/// The nodes that take the place of a loop.
extension LoopedCells {
  /// - Parameter readers: nodes of the graph around that read a value.
  func replacement(readers: (String) -> [SourceNode], isRead: (String) -> Bool) throws -> Replacement {
    let node = loop.node
    let isReversed = try isReversed()
    var result = Replacement(values: Set(node.outputs.filter { !$0.isEmpty }), nodes: [])
    // Names that the loop gave stay free for what gives them now.
    let base = node.name
    func add(_ op: String, _ inputs: [String], _ output: String, _ attributes: [String: SourceNode.Attribute] = [:]) {
      result.nodes.append(
        SourceNode(name: output, op: op, inputs: inputs, outputs: [output], attributes: attributes))
    }
    func integers(_ name: String, _ values: [Int]) -> String {
      result.constants[name] = Constant(values)
      return name
    }

    // Sequences `[frames, 1, width]`.
    var sequences: [Feed: (name: String, width: Int)] = [:]
    for (number, source) in evaluator.sources.enumerated() {
      guard case .frame(let value, let axis, _) = source, let shape = shapes[value] else { continue }
      let rest = shape.indices.filter { $0 != axis }
      var name = value
      if axis != 0 {
        add("Transpose", [name], "\(base)/frames\(number)", ["perm": .integers([axis] + rest)])
        name = "\(base)/frames\(number)"
      }
      if shape.count != 3 || shape[rest[0]] != .known(1) {
        add("Reshape", [name, integers("\(base)/shape\(number)", [0, 1, -1])], "\(base)/sequence\(number)")
        name = "\(base)/sequence\(number)"
      }
      sequences[.frame(number)] = (name, rest.reduce(1) { $0 * (shape[$1].value ?? 1) })
    }
    for (number, entry) in cells.enumerated() {
      let name = cells.count == 1 ? base : "\(base)/\(number)"
      let places = entry.cell.inputs.compactMap(feed)
      var feeds: [Feed] = []
      for place in places where !feeds.contains(place.feed) { feeds.append(place.feed) }
      var offsets: [Feed: Int] = [:]
      var width = 0
      for feed in feeds {
        offsets[feed] = width
        width += sequences[feed]?.width ?? 0
      }
      var input = feeds.first.flatMap { sequences[$0]?.name } ?? ""
      if feeds.count > 1 {
        add("Concat", feeds.compactMap { sequences[$0]?.name }, "\(name)/inputs", ["axis": .integer(2)])
        input = "\(name)/inputs"
      }
      let states = [entry.hidden] + (entry.state.map { [$0] } ?? [])
      let shape = integers("\(name)/state", [1, 1, entry.cell.units])
      let initial = states.map { state -> String in
        add("Reshape", [loop.states[state].initial, shape], "\(name)/initial\(state)")
        return "\(name)/initial\(state)"
      }
      let outputs = ["\(name)/Y", "\(name)/Y_h"] + (entry.state == nil ? [] : ["\(name)/Y_c"])
      do {
        let recurrent = try entry.cell.node(
          name: name, columns: places.map { (offsets[$0.feed] ?? 0) + $0.index }, width: width, input: input,
          initial: initial, outputs: outputs, isReversed: isReversed)
        result.nodes += recurrent.nodes
        result.constants.merge(recurrent.constants) { $1 }
      } catch let mismatch as CellMismatch {
        throw node.error(mismatch.reason)
      }
      add("Squeeze", ["\(name)/Y", integers("\(name)/direction", [1])], "\(name)/hidden")
      sequences[.cell(number)] = ("\(name)/hidden", entry.cell.units)
      for (state, end) in zip(states, outputs.dropFirst()) where !loop.states[state].result.isEmpty {
        let sizes = integers("\(name)/result\(state)", stateShapes[state] ?? [])
        add("Reshape", [end, sizes], loop.states[state].result)
      }
    }
    for index in repeatedStates where !loop.states[index].result.isEmpty {
      add("Identity", [loop.states[index].initial], loop.states[index].result)
    }
    let lists = try addCollected(to: &result, sequences, isReversed, readers)
    let given = Set(result.nodes.flatMap(\.outputs)).union(lists)
    for name in node.outputs where !name.isEmpty && !given.contains(name) && isRead(name) {
      throw node.error("its result '\(name)' is read, but is neither a state nor a sequence of its cells")
    }
    return result
  }

  /// Results of all steps: sequences of h. Returns the names of lists, whose readers are replaced with them.
  private func addCollected(
    to result: inout Replacement, _ sequences: [Feed: (name: String, width: Int)], _ isReversed: Bool,
    _ readers: (String) -> [SourceNode]
  ) throws -> [String] {
    var lists: [String] = []
    for collected in loop.collected where !collected.result.isEmpty {
      guard let codes = evaluator.environment[collected.output]?.expressions else {
        throw loop.node.error("its result '\(collected.result)' is more than the states of its cells")
      }
      guard collected.isReversed == isReversed else {
        throw loop.node.error("its result '\(collected.result)' runs against its frames: export it in their direction")
      }
      let axis = try loop.node.axis(collected.axis, rank: codes.shape.count + 1)
      try stack(codes, sequences, axis: axis, output: collected.result, &result)
    }
    for state in loop.states where !state.result.isEmpty {
      guard case .list(let appended)? = evaluator.environment[state.output] else { continue }
      guard appended.count == 1, !isReversed else {
        throw loop.node.error("its list '\(state.result)' does not get one result a frame in the order of the frames")
      }
      lists.append(state.result)
      for reader in readers(state.result) {
        guard reader.op == "ConcatFromSequence", let output = reader.outputs.first else {
          throw reader.error("it reads a list of tensors that a loop made; only ConcatFromSequence can")
        }
        let isNew = try reader.integer("new_axis", default: 0) != 0
        let codes = appended[0]
        let axis = try reader.axis(
          try reader.integer("axis", default: 0), rank: codes.shape.count + (isNew ? 1 : 0))
        result.values.insert(output)
        guard !isNew else {
          try stack(codes, sequences, axis: axis, output: output, &result)
          continue
        }
        guard codes.shape[axis] == 1 else { throw reader.error("it joins frames of more than one row") }
        try stack(codes, sequences, axis: axis, output: "\(output)/stacked", &result)
        result.constants["\(output)/axis"] = Constant([axis + 1])
        result.nodes.append(
          SourceNode(
            name: output, op: "Squeeze", inputs: ["\(output)/stacked", "\(output)/axis"], outputs: [output],
            attributes: [:]))
      }
    }
    return lists
  }

  /// Frames of the shape of `codes`, put one after another along a new axis.
  private func stack(
    _ codes: Constant, _ sequences: [Feed: (name: String, width: Int)], axis: Int, output: String,
    _ result: inout Replacement
  ) throws {
    let elements = (codes.integers ?? []).map { feed(evaluator.table.stripped($0)) }
    guard let first = elements.first??.feed, let sequence = sequences[first], sequence.width == elements.count,
      elements.enumerated().allSatisfy({ $1?.feed == first && $1?.index == $0 })
    else {
      throw loop.node.error(
        "its result '\(output)' is more than the states of its cells: move what follows the cell out of the loop")
    }
    result.constants["\(output)/shape"] = Constant([0] + codes.shape)
    result.nodes.append(
      SourceNode(
        name: "\(output)/frames", op: "Reshape", inputs: [sequence.name, "\(output)/shape"],
        outputs: ["\(output)/frames"], attributes: [:]))
    var order = Array(1...codes.shape.count + 1).map { $0 == codes.shape.count + 1 ? 0 : $0 }
    order.removeLast()
    order.insert(0, at: axis)
    result.nodes.append(
      SourceNode(
        name: "\(output)/ordered", op: "Transpose", inputs: ["\(output)/frames"], outputs: [output],
        attributes: ["perm": .integers(order)]))
  }
}
