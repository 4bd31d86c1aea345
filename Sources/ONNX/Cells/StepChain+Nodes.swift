import Quantizer

/// The node that takes the place of steps that are written out.
extension StepSearch {
  func replacement(_ chain: StepChain, _ sequence: StepSequence, inputs: Set<String>, outputs: Set<String>)
    -> Replacement?
  {
    guard let cell = chain.cells.last else { return nil }
    let end = cell.hidden
    let isLSTM = cell.kind == .lstm
    let (before, cellBefore) =
      chain.startsAtZero
      ? (nil, nil) : (state(of: chain.cells[0].previousHidden), isLSTM ? state(of: chain.cells[0].previousCell) : nil)
    guard let base = name(of: end), chain.startsAtZero || before != nil else { return nil }
    let (hidden, initialCell) = (before?.name ?? "", cellBefore?.name ?? "")
    if chain.count == 1 {
      // One step is recurrent where its states come from and go to the one who calls.
      guard let before, inputs.contains(before.source), outputs.contains(where: { contains($0, end) }) else {
        return nil
      }
      if isLSTM {
        guard let cellBefore, inputs.contains(cellBefore.source), outputs.contains(where: { contains($0, cell.cell) })
        else { return nil }
      }
    }
    var result = Replacement(values: [], nodes: [])
    func add(_ op: String, _ inputs: [String], _ output: String, _ attributes: [String: SourceNode.Attribute] = [:]) {
      result.nodes.append(SourceNode(name: output, op: op, inputs: inputs, outputs: [output], attributes: attributes))
    }
    func integers(_ name: String, _ values: [Int]) -> String {
      result.constants[name] = Constant(values)
      return name
    }
    let label = "\(base)/cell"
    var feeds: [String] = []
    for (number, part) in sequence.parts.enumerated() {
      var name = part.name
      if let axis = part.axis {
        if part.start > 0 || part.shape[axis] > chain.count {
          add(
            "Slice",
            [
              name, integers("\(label)/start\(number)", [part.start]),
              integers("\(label)/end\(number)", [part.start + chain.count]), integers("\(label)/axis\(number)", [axis]),
            ], "\(label)/part\(number)")
          name = "\(label)/part\(number)"
        }
        if axis != 0 {
          let order = [axis] + part.shape.indices.filter { $0 != axis }
          add("Transpose", [name], "\(label)/frames\(number)", ["perm": .integers(order)])
          name = "\(label)/frames\(number)"
        }
      }
      if part.axis == nil, part.shape.first == 1 {
        // The batch stays the batch.
        add("Flatten", [name], "\(label)/frame\(number)", ["axis": .integer(1)])
        add(
          "Unsqueeze", ["\(label)/frame\(number)", integers("\(label)/first\(number)", [0])],
          "\(label)/sequence\(number)")
      } else {
        add(
          "Reshape", [name, integers("\(label)/shape\(number)", [chain.count, 1, part.width])],
          "\(label)/sequence\(number)")
      }
      feeds.append("\(label)/sequence\(number)")
    }
    if feeds.count > 1 {
      add("Concat", feeds, "\(label)/inputs", ["axis": .integer(2)])
      feeds = ["\(label)/inputs"]
    }
    let stateShape = integers("\(label)/state", [1, 1, cell.units])
    let initial = [hidden, initialCell].filter { !$0.isEmpty }.map { name -> String in
      add("Reshape", [name, stateShape], "\(label)/\(name)")
      return "\(label)/\(name)"
    }
    guard
      let recurrent = try? cell.node(
        name: base, columns: sequence.columns, width: sequence.width, input: feeds[0], initial: initial,
        outputs: ["\(label)/Y", "\(label)/Y_h"] + (isLSTM ? ["\(label)/Y_c"] : []), isReversed: sequence.isReversed)
    else { return nil }
    result.nodes += recurrent.nodes
    result.constants.merge(recurrent.constants) { $1 }
    addReaders(of: chain, sequence, label, to: &result)
    return result.values.isEmpty ? nil : result
  }

  /// Every value that is h of one step, or of all steps along an axis, is read off the node.
  private func addReaders(of chain: StepChain, _ sequence: StepSequence, _ label: String, to result: inout Replacement)
  {
    let table = evaluator.table
    let units = chain.cells[0].units
    var frames: [ExpressionID: (frame: Int, unit: Int)] = [:]
    for (step, hidden) in chain.hidden.enumerated() {
      for (unit, id) in hidden.enumerated() {
        frames[table.stripped(id)] = (sequence.frame(step, of: chain.count), unit)
      }
    }
    let last = sequence.frame(chain.count - 1, of: chain.count)
    let carries = !chain.startsAtZero && chain.cells[0].kind == .lstm
    func add(_ op: String, _ inputs: [String], _ output: String, _ attributes: [String: SourceNode.Attribute] = [:]) {
      result.nodes.append(SourceNode(name: output, op: op, inputs: inputs, outputs: [output], attributes: attributes))
    }
    for (name, codes) in values {
      let ids = (codes.integers ?? []).map(table.stripped)
      // Elements of values that are not looked into are no results.
      if let first = ids.first, case .element = table.expressions[first] { continue }
      if carries, ids == chain.cells[chain.cells.count - 1].cell.map(table.stripped) {
        result.values.insert(name)
        result.constants["\(name)/shape"] = Constant(codes.shape)
        add("Reshape", ["\(label)/Y_c", "\(name)/shape"], name)
        continue
      }
      let found = ids.compactMap { frames[$0] }
      guard found.count == ids.count, let first = found.first else { continue }
      if found.count == units, found.enumerated().allSatisfy({ $1.frame == first.frame && $1.unit == $0 }) {
        result.values.insert(name)
        result.constants["\(name)/shape"] = Constant(codes.shape)
        if first.frame == last {
          add("Reshape", ["\(label)/Y_h", "\(name)/shape"], name)
        } else {
          result.constants["\(name)/frame"] = Constant([first.frame])
          add("Gather", ["\(label)/Y", "\(name)/frame"], "\(name)/gathered", ["axis": .integer(0)])
          add("Reshape", ["\(name)/gathered", "\(name)/shape"], name)
        }
      } else if found.count == units * chain.count, let axis = axis(of: found.map(\.frame), codes.shape, chain.count) {
        let rest = codes.shape.indices.filter { $0 != axis }
        let strides = RowMajor.strides(codes.shape)
        let offsets = RowMajor.offsets(shape: rest.map { codes.shape[$0] }, strides: rest.map { strides[$0] })
        guard offsets.enumerated().allSatisfy({ found[$1].unit == $0 }) else { continue }
        result.values.insert(name)
        result.constants["\(name)/shape"] = Constant([chain.count] + rest.map { codes.shape[$0] })
        add("Reshape", ["\(label)/Y", "\(name)/shape"], "\(name)/frames")
        var order = Array(1..<codes.shape.count)
        order.insert(0, at: axis)
        add("Transpose", ["\(name)/frames"], name, ["perm": .integers(order)])
      }
    }
  }

  /// The axis along which the frames count up; nil where there is none.
  private func axis(of frames: [Int], _ shape: [Int], _ count: Int) -> Int? {
    let strides = RowMajor.strides(shape)
    return shape.indices.first { axis in
      shape[axis] == count && frames.enumerated().allSatisfy { $0 / strides[axis] % count == $1 }
    }
  }

  private func holds(_ name: String, _ ids: [ExpressionID]) -> Bool {
    let table = evaluator.table
    return evaluator.environment[name]?.expressions?.integers?.map(table.stripped) == ids.map(table.stripped)
  }

  /// Whether these are among the elements of a value.
  private func contains(_ name: String, _ ids: [ExpressionID]) -> Bool {
    let table = evaluator.table
    guard let held = evaluator.environment[name]?.expressions?.integers else { return false }
    return Set(ids.map(table.stripped)).isSubset(of: held.map(table.stripped))
  }

  /// The first value that holds these expressions.
  func name(of ids: [ExpressionID]) -> String? { values.first { holds($0.name, ids) }?.name }
}
