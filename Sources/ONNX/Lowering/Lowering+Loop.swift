import Quantizer

/// Loop and Scan over the frames of a sequence: recurrent layers.
extension Lowering {
  func lowerScan(_ node: SourceNode) throws -> [Value] {
    guard source.opset >= 9 else {
      throw node.error("a Scan of operator set 8 is not supported: export with operator set 11 or later")
    }
    let loop = try LoopDescription(scan: node) { name in
      guard let view = values[name]?.stream ?? values[name]?.backwards else {
        throw node.error("'\(name)' is no sequence that is computed from the inputs")
      }
      return view.axes.count
    }
    try replace(loop, steps: nil)
  }

  func lowerLoop(_ node: SourceNode) throws -> [Value] {
    let loop = try LoopDescription(loop: node)
    if let name = node.input(1) {
      guard let condition = values[name]?.constant?.integers, condition.allSatisfy({ $0 != 0 }) else {
        throw node.error("whether it begins at all depends on the data: export a loop over all frames")
      }
    }
    var steps: Dimension?
    if let name = node.input(0) {
      guard let count = values[name]?.constant?.dimensions?.first else {
        throw node.error("how often it runs depends on the data: export a loop over all frames")
      }
      steps = count
    }
    try replace(loop, steps: steps)
  }

  private func replace(_ described: LoopDescription, steps: Dimension?) throws -> Never {
    var loop = described
    loop.body = try loop.body.sorted(around: Set(loop.body.captures))
    let node = loop.node
    let cells = try LoopedCells(
      loop, opset: source.opset, value: { try self.stepValue($0, node) }, steps: steps,
      reads: { name, axis in
        // An open axis that was taken for the batch is the sequence.
        guard self.options.callIsTime != true,
          let view = self.values[name]?.stream ?? self.values[name]?.backwards
        else { return }
        try self.checkNotBatch(view, axis: axis, node)
      })
    try cells.verify { self.values[$0]?.constant }
    let readings = source.readings()
    throw Discovery.replacement(
      try cells.replacement(
        readers: { name in self.source.nodes.filter { $0.reads.contains(name) } },
        isRead: { readings[$0] != nil }))
  }

  /// What a name around a loop is inside it.
  private func stepValue(_ name: String, _ node: SourceNode) throws -> StepValue {
    guard let value = values[name] else { throw node.error("its input '\(name)' is missing") }
    if let constant = value.constant { return .constant(constant) }
    if let states = value.states { return .outer(name: name, shape: states.shape.map { .known($0) }) }
    if let view = value.stream ?? value.backwards { return .outer(name: name, shape: try view.shape(node)) }
    if let producer = source.nodes.first(where: { $0.outputs.contains(name) }), producer.op == "SequenceEmpty" {
      return .list(appended: [])
    }
    throw node.error(value.obstacle ?? "its input '\(name)' cannot be read inside a loop")
  }
}
