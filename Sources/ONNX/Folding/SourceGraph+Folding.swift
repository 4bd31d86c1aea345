extension SourceGraph {
  /// Sorted, with what is constant computed, the branches of constant conditions in place and patterns recognised: what
  /// lowering begins with, and begins with again where it has replaced a node.
  mutating func prepare() throws {
    repeat { try sortTopologically() } while try foldConstants()
    try recognisePatterns()
  }

  /// Turns nodes whose inputs are all constants into constants. True where a branch took its If's place.
  private mutating func foldConstants() throws -> Bool {
    var kept: [SourceNode] = []
    var hasInlined = false
    for node in nodes {
      if node.op == "If", let name = node.input(0), let condition = initializers[name] {
        let branch = try node.branch(condition)
        kept += branch.nodes
        initializers.merge(branch.constants) { $1 }
        hasInlined = true
        continue
      }
      let arguments = node.inputs.map { $0.isEmpty ? nil : initializers[$0] }
      let isConstant = zip(node.inputs, arguments).allSatisfy { $0.isEmpty || $1 != nil }
      guard isConstant, node.bodies.isEmpty,
        let constants = try Folder(node: node, inputs: arguments, opset: opset).fold()
      else {
        kept.append(node)
        continue
      }
      bytesFolded += constants.reduce(0) { $0 + $1.values.bytes }
      guard bytesFolded <= Constant.largestTotal else {
        throw node.error("the constants that it and the nodes before it make take more than 2 GB: refused")
      }
      for (name, constant) in zip(node.outputs, constants) where !name.isEmpty { initializers[name] = constant }
      // Outputs that are not computed here (the mask of a Dropout) keep their node, and so its refusal.
      if node.outputs.dropFirst(constants.count).contains(where: { !$0.isEmpty }) {
        var rest = node
        for index in constants.indices where index < rest.outputs.count { rest.outputs[index] = "" }
        kept.append(rest)
      }
    }
    nodes = kept
    return hasInlined
  }
}

extension SourceNode {
  /// The nodes and constants of the branch of an If that a condition chooses, under names of their own.
  func branch(_ condition: Constant) throws -> (nodes: [SourceNode], constants: [String: Constant]) {
    guard condition.count == 1, let value = condition.integers?.first else {
      throw error("its condition must be one boolean")
    }
    let body = try body(value != 0 ? "then_branch" : "else_branch")
    guard body.inputs.isEmpty, body.outputs.count == outputs.count else {
      throw error("its branch does not give what the node gives: the file is damaged, export it again")
    }
    let instance = body.instantiated(prefix: "\(outputs.first ?? name)/")
    let ends = zip(instance.outputs, outputs).enumerated().compactMap { index, pair -> SourceNode? in
      guard !pair.1.isEmpty else { return nil }
      return SourceNode(name: "\(name)/\(index)", op: "Identity", inputs: [pair.0], outputs: [pair.1], attributes: [:])
    }
    return (instance.nodes + ends, instance.initializers)
  }
}
