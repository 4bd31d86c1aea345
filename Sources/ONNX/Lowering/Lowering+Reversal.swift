/// ReverseSequence before and behind a recurrent layer, as TensorFlow's exporters write a layer that runs backwards.
///
/// No frame moves: what is reversed keeps its place in `Value.backwards`. A recurrent layer that reads it runs the other way and gives its
/// results backwards too, and a second reversal, or the choice of the last frame, makes an ordinary stream of them. Everything
/// else refuses to read frames backwards.
extension Lowering {
  static let reversalHandlers: [String: Handler] = ["ReverseSequence": { $0.lowerReversal }]

  /// Nodes that read what lies backwards: their results are those of each frame, or one frame.
  private static let movements: Set<String> = [
    "Cast", "Dropout", "Gather", "Identity", "Reshape", "Shape", "Slice", "Squeeze", "Transpose", "Unsqueeze",
  ]

  private func lowerReversal(_ node: SourceNode) throws -> [Value] {
    let given = backwards(node)
    var view = try given ?? stream(node)
    let timeAxis = try node.axis(try node.integer("time_axis", default: 0), rank: view.axes.count)
    if given == nil {
      try checkNotBatch(view, axis: timeAxis, node)
      view = try sequence(view, axis: timeAxis, node)
    }
    guard view.axes[timeAxis].isTime else { throw node.error("it reverses another axis than time") }
    let lengths = try dimensions(node, 1, "sequence_lens") ?? []
    guard let length = view.time?.size, lengths.allSatisfy({ $0 == length }) else {
      throw node.error(
        "its sequence_lens leave padded steps where they are, which is not supported: feed sequences without padding "
          + "steps, one at a time, and export the network without its mask")
    }
    return [given == nil ? .backwards(view) : .stream(view)]
  }

  /// What lies backwards at a node's first input.
  func backwards(_ node: SourceNode) -> StreamView? { node.input(0).flatMap { values[$0]?.backwards } }

  /// The node's results where its first input lies backwards; nil for nodes that make more of it than its frames apart.
  func lowerBackwards(_ node: SourceNode) throws -> [Value]? {
    guard let name = node.input(0), let view = values[name]?.backwards, Lowering.movements.contains(node.op),
      let handler = Lowering.handlers[node.op]
    else { return nil }
    let before = values[name]
    values[name] = .stream(view)
    readsBackwards = true
    defer {
      values[name] = before
      readsBackwards = false
    }
    return try handler(self)(node).map { value in
      guard let result = value.stream else { return value }
      if result.timeAxis == nil, graph.tensors[result.tensor].rate.isPerSequence { return .stream(result) }
      guard result.time?.size == view.time?.size, graph.tensors[result.tensor].rate == graph.tensors[view.tensor].rate
      else { throw node.error(Value.backwardsObstacle) }
      return .backwards(result)
    }
  }
}
