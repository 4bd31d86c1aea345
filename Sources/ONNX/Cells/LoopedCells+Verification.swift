import Quantizer

extension LoopedCells {
  /// Computes the body as the file has it and compares it with the cells.
  func verify(constant: (String) -> Constant?) throws {
    let length = evaluator.sources.lazy.compactMap { source -> Int? in
      guard case .frame(let name, let axis, _) = source else { return nil }
      return self.shapes[name]?[axis].value
    }.first
    let frames = length ?? 3
    let steps = min(frames, 3)
    var noise = CellVerification.Noise(seed: 1)
    var outer: [String: Constant] = [:]
    for name in loop.body.captures { outer[name] = constant(name) }
    for (name, shape) in shapes {
      let sizes = shape.map { $0.value ?? frames }
      guard let count = RowMajor.count(sizes) else { throw loop.node.error("its frames are too large") }
      outer[name] = Constant(shape: sizes, floats: noise.values(count))
    }
    var states = loop.states.indices.map { index -> Constant? in
      if repeatedStates.contains(index) {
        return outer[loop.states[index].initial] ?? constant(loop.states[index].initial)
      }
      guard let shape = stateShapes[index] else { return constant(loop.states[index].initial) }
      return Constant(shape: shape, floats: noise.values(shape.reduce(1, *)))
    }
    let initial = states
    var inputs = [[[Float]]](repeating: [], count: cells.count)
    var results = inputs
    for step in 0..<steps {
      var values = outer
      for (name, constant) in loop.body.initializers { values[name] = constant }
      if let name = loop.step { values[name] = Constant(shape: [], integers: [.known(step)]) }
      if let condition = loop.condition { values[condition.input] = Constant(shape: [], integers: [.known(1)]) }
      for (state, value) in zip(loop.states, states) { values[state.input] = value }
      for frame in loop.frames {
        guard let all = outer[frame.value] else { continue }
        values[frame.input] = frameOf(all, axis: frame.axis, at: frame.isReversed ? frames - 1 - step : step)
      }
      try CellVerification.compute(loop.body.nodes, &values, opset: evaluator.opset)
      states = loop.states.map { values[$0.output] }
      for (number, entry) in cells.enumerated() {
        guard let hidden = states[entry.hidden]?.floats else {
          throw loop.node.error("its body cannot be computed to prove what it is")
        }
        results[number].append(hidden)
        inputs[number].append(
          entry.cell.inputs.map { input in
            switch feed(input) {
            case (.frame(let source), let index)?:
              guard case .frame(let name, let axis, let isReversed) = evaluator.sources[source], let all = outer[name]
              else { return .nan }
              return frameOf(all, axis: axis, at: isReversed ? frames - 1 - step : step).floats?[index] ?? .nan
            case (.cell(let other), let index)?: return states[cells[other].hidden]?.floats?[index] ?? .nan
            case nil: return .nan
            }
          })
      }
    }
    for (number, entry) in cells.enumerated() {
      let expected = try CellVerification.hidden(
        of: entry.cell, frames: inputs[number], initialHidden: initial[entry.hidden]?.floats ?? [],
        initialCell: entry.state.flatMap { initial[$0]?.floats } ?? [])
      guard zip(expected, results[number]).allSatisfy(CellVerification.agree) else {
        throw loop.node.error(
          "its body resembles a recurrent layer, but computes something else: export the layer as an LSTM, GRU or RNN node"
        )
      }
    }
  }

  private func frameOf(_ all: Constant, axis: Int, at position: Int) -> Constant {
    let rest = all.shape.indices.filter { $0 != axis }
    let strides = RowMajor.strides(all.shape)
    let shape = rest.map { all.shape[$0] }
    return all.taking(
      RowMajor.offsets(shape: shape, strides: rest.map { strides[$0] }, start: position * strides[axis]), shape: shape)
  }
}
