import Quantizer

/// If, Loop and Scan: nodes that hold graphs. What stands for them takes their place, and lowering begins again.
extension Lowering {
  static let controlHandlers: [String: Handler] = [
    "If": { $0.lowerIf }, "Loop": { $0.lowerLoop }, "Scan": { $0.lowerScan },
    "SequenceEmpty": { $0.lowerSequence }, "SequenceConstruct": { $0.lowerSequence },
  ]

  private func lowerIf(_ node: SourceNode) throws -> [Value] {
    guard let condition = node.input(0).flatMap({ values[$0]?.constant }) else {
      throw node.error(
        "which of its branches is taken depends on the data: export the network with the choice made (onnxsim removes "
          + "conditions that are always the same)")
    }
    let branch = try node.branch(condition)
    throw Discovery.replacement(
      Replacement(values: Set(node.outputs), nodes: branch.nodes, constants: branch.constants))
  }

  /// Lists of tensors: what a Loop that collects its results begins with. They vanish with the Loop.
  private func lowerSequence(_ node: SourceNode) throws -> [Value] {
    [Value(obstacle: "it reads the list of tensors '\(node.name)', which only a loop over time may fill")]
  }
}
