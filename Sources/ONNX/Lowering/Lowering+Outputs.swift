import Quantizer

/// The end of lowering: output ports, states, and what nothing needs.
extension Lowering {
  func finish() throws -> ImportedModel {
    try recogniseSteps()
    try checkStateOptions(atEnd: true)
    let stateOutputs = try pairStates()
    var outputLayouts: [String: String] = [:]
    for name in source.outputs where !stateOutputs.contains(name) {
      guard let value = values[name] else { throw ImportError("the output '\(name)' is produced by no node") }
      if value.constant != nil { throw ImportError("the output '\(name)' does not depend on the inputs: leave it out") }
      guard value.stream != nil else {
        let reason = value.obstacle ?? "it is a recurrent state; pair it with its input (--state IN=\(name))"
        throw ImportError("the output '\(name)' cannot be given: \(reason)")
      }
      outputLayouts[name] = try addOutput(name, value)
    }
    guard !graph.outputs.isEmpty else { throw ImportError("the network has states only and no other output") }
    try normaliseRates()
    let unused = try removeDeadCode()
    for name in unused { warnings.append("no output depends on the input '\(name)': it is left out") }
    guard !graph.inputs.isEmpty else { throw ImportError("no output depends on an input") }
    if options.callIsTime == false, !inputs.values.contains(where: { $0.time != nil }), !knowledge.createsSequences {
      throw ImportError("no axis of the inputs is recognised as time: name it (--time-axis INPUT=AXIS)")
    }
    for plan in graph.inputs.compactMap({ inputs[$0.name] }) where plan.letters.count(where: { $0 == "H" }) > 1 {
      throw ImportError(
        "a frame of the input '\(plan.name)' has more than three axes, which is not supported: name the time axis "
          + "(--time-axis \(plan.name)=AXIS)")
    }
    for input in graph.inputs {
      guard let plan = inputs[input.name], let time = plan.time, let length = plan.sizes[time].value,
        knowledge.isFixedLength
      else { continue }
      warnings.append("every sequence at the input '\(input.name)' must have exactly \(length) frames")
    }
    for input in graph.inputs where knowledge.initialStates.contains(input.name) {
      warnings.append("the input '\(input.name)' is an initial state: every sequence has one of its own")
    }
    var layouts: [String: String] = [:]
    for input in graph.inputs { layouts[input.name] = inputs[input.name]?.letters }
    return ImportedModel(
      graph: graph, inputLayouts: layouts, outputLayouts: outputLayouts, producer: source.producer, opset: source.opset,
      givenScales: givenScales(of: graph), warnings: warnings)
  }

  /// Adds an output port whose frames are in ONNX order; returns its layout.
  private func addOutput(_ name: String, _ value: Value) throws -> String {
    // A node of this name stands for the output in messages.
    let node = SourceNode(name: name, op: "output", inputs: [name], outputs: [], attributes: [:])
    var view = try plain(try stream(node), node)
    let axes = view.frameAxes
    let offsets = view.offsets
    if !offsets.indices.allSatisfy({ offsets[$0] == $0 }) {
      view = try rearranged(view, FrameLayout(ordered: axes), node, "/order")
    }
    if graph.inputs.contains(where: { $0.tensor == view.tensor }) {
      view = try activation(view, .identity, node, "/copy")
    }
    graph.addOutput(name, view.tensor, shape: axes.map { view.axes[$0].extent })
    return String(
      view.axes.map { axis -> Character in
        if axis.hasTime { return "T" }
        if axis.contains(where: \.isFrame) { return "F" }
        return axis.contains { $0.kind == .batch } ? "N" : "1"
      })
  }

  /// Drops nodes and tensors that no output depends on; returns the inputs that go with them.
  private func removeDeadCode() throws -> [String] {
    var live = Set(graph.outputs.map(\.tensor))
    var kept: [Node] = []
    for node in graph.nodes.reversed() where live.contains(node.output) {
      live.formUnion(node.inputs)
      kept.append(node)
    }
    let numbers = graph.tensors.indices.filter(live.contains)
    var renumbered = [TensorID](repeating: 0, count: graph.tensors.count)
    for (new, old) in numbers.enumerated() { renumbered[old] = new }
    let unused = graph.inputs.filter { !live.contains($0.tensor) }.map(\.name)
    graph.inputs = graph.inputs.filter { live.contains($0.tensor) }
    graph.nodes = kept.reversed()
    graph.tensors = numbers.map { graph.tensors[$0] }
    for index in graph.nodes.indices {
      graph.nodes[index].inputs = graph.nodes[index].inputs.map { renumbered[$0] }
      graph.nodes[index].output = renumbered[graph.nodes[index].output]
    }
    for index in graph.inputs.indices { graph.inputs[index].tensor = renumbered[graph.inputs[index].tensor] }
    for index in graph.outputs.indices { graph.outputs[index].tensor = renumbered[graph.outputs[index].tensor] }
    return unused
  }
}
