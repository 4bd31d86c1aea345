import Quantizer

/// LSTM, GRU and RNN: forward, reverse and both.
extension Lowering {
  static let recurrentHandlers: [String: Handler] = [
    "LSTM": { $0.lowerRecurrent }, "GRU": { $0.lowerRecurrent }, "RNN": { $0.lowerRecurrent },
  ]

  private func lowerRecurrent(_ node: SourceNode) throws -> [Value] {
    var parameters = try RecurrentParameters(node, lowering: self)
    let backwards = backwards(node)
    parameters.isAgainst = backwards != nil
    var view = try backwards ?? stream(node)
    guard view.axes.count == 3 else { throw node.error("its input must have three axes, not \(view.axes.count)") }
    let (sequenceAxis, batchAxis) = parameters.isBatchFirst ? (1, 0) : (0, 1)
    let states = try initialStates(node, parameters)

    // An open axis that was taken for the batch is the sequence.
    if options.callIsTime != true { try checkNotBatch(view, axis: sequenceAxis, node) }
    let isStep: Bool
    if states.isBound, view.axes[sequenceAxis].content.isEmpty {
      // One step a call, with the state carried from call to call: the calls are the sequence.
      guard callsAreFrames else {
        throw node.error(
          "it makes one step a call, while other parts of the network run along a time axis: not supported together")
      }
      isStep = true
      view = try plain(view, node)
    } else {
      isStep = false
      guard options.callIsTime != true || !callsAreFrames else {
        throw node.error(
          "it runs along an axis of its input, so each call cannot be one frame: name the time axis (--time-axis)")
      }
      view = try sequence(view, axis: sequenceAxis, node)
      view = try plain(view, node)
    }
    let batch = view.axes[batchAxis].content
    guard batch.isEmpty else {
      if let origin = view.axes[batchAxis].origin, origin.axis <= 1, inputs[origin.input]?.batch == nil {
        throw node.error(
          "the file fixes a batch of \(view.axes[batchAxis].extent): give the input's shape with batch 1 "
            + "(--input-shape \(origin.input)=…)"
        )
      }
      throw node.error("its batch axis holds \(view.axes[batchAxis].extent) sequences; only one can run as a stream")
    }
    try checkLengths(node, view, isStep: isStep)

    let given = try initialFrames(node, parameters, states)
    var results: [TensorID] = []
    for direction in 0..<parameters.directions {
      let recurrent = try parameters.recurrent(direction, columns: view.axes[2].offsets, states, node)
      let suffix = parameters.directions == 2 ? (direction == 0 ? "/forward" : "/reverse") : ""
      results.append(try emit(.recurrent(recurrent), [view.tensor] + given[direction], node, suffix))
    }
    return try outputs(node, parameters, states, view, results, isStep: isStep)
  }

  /// Y, Y_h and Y_c.
  private func outputs(
    _ node: SourceNode, _ parameters: RecurrentParameters, _ states: InitialStates, _ view: StreamView,
    _ results: [TensorID],
    isStep: Bool
  ) throws -> [Value] {
    let units = parameters.units
    let both = parameters.directions == 2
    let direction: Axis = both ? [.frame(2, stride: units)] : []
    let unit: Axis = units > 1 ? [.frame(units, stride: 1)] : []
    let time = view.axes[parameters.isBatchFirst ? 1 : 0]
    let batch = view.axes[parameters.isBatchFirst ? 0 : 1]

    let all = both ? try emit(.concatenate(axis: 2), results, node, "/join") : results[0]
    let sequence = StreamView(
      tensor: all, axes: parameters.isBatchFirst ? [batch, time, direction, unit] : [time, direction, batch, unit])

    var final = all
    if !isStep, node.hasOutput(1) {
      let ends = try results.enumerated().map { index, result in
        try emit(.timeReduction(parameters.isReverse(index) ? .first : .last), [result], node, "/end")
      }
      final = both ? try emit(.concatenate(axis: 2), ends, node, "/ends") : ends[0]
    }
    let finalAxes = parameters.isBatchFirst ? [batch, direction, unit] : [direction, batch, unit]
    let shape = parameters.isBatchFirst ? [1, parameters.directions, units] : [parameters.directions, 1, units]
    let codes = trace.register(node.name, states: states, directions: parameters.directions, units: units, shape: shape)
    var hidden = Value(stream: StreamView(tensor: final, axes: finalAxes))
    hidden.states = codes.hidden
    let cell = Value(
      states: codes.cell,
      obstacle:
        "the cell state of node '\(node.name)' (\(node.op)) is used as a value; it can only be handed on as a state")
    return [parameters.isAgainst ? .backwards(sequence) : .stream(sequence), hidden, cell]
  }

  /// `sequence_lens` may only say that the whole sequence counts.
  private func checkLengths(_ node: SourceNode, _ view: StreamView, isStep: Bool) throws {
    guard node.input(4) != nil else { return }
    let lengths = try dimensions(node, 4, "sequence_lens") ?? []
    let length = isStep ? .known(1) : view.time?.size
    guard lengths.allSatisfy({ $0 == length }) else {
      throw node.error("its sequence_lens cut sequences short, which is not supported: leave that input out")
    }
  }
}
