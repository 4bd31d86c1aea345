extension Graph {
  /// The nodes that read each tensor, as indices into `nodes`.
  func consumers() -> [[Int]] {
    var consumers = [[Int]](repeating: [], count: tensors.count)
    for (index, node) in nodes.enumerated() {
      for input in Set(node.inputs) { consumers[input].append(index) }
    }
    return consumers
  }

  /// The node that computes each tensor; nil for inputs.
  func producers() -> [Int?] {
    var producers = [Int?](repeating: nil, count: tensors.count)
    for (index, node) in nodes.enumerated() { producers[node.output] = index }
    return producers
  }

  /// True where a node reads the tensor as its first input and nowhere else: not as a recurrent node's initial state.
  func readsOnlyFirst(_ node: Int, _ tensor: TensorID) -> Bool {
    nodes[node].inputs.first == tensor && !nodes[node].inputs.dropFirst().contains(tensor)
  }

  func isOutput(_ tensor: TensorID) -> Bool { outputs.contains { $0.tensor == tensor } }
  func isInput(_ tensor: TensorID) -> Bool { inputs.contains { $0.tensor == tensor } }

  /// Lets everyone who reads `tensor` read `other` instead.
  mutating func redirect(_ tensor: TensorID, to other: TensorID) {
    for index in nodes.indices {
      nodes[index].inputs = nodes[index].inputs.map { $0 == tensor ? other : $0 }
    }
    for index in outputs.indices where outputs[index].tensor == tensor { outputs[index].tensor = other }
  }

  /// The same graph without nodes that no output depends on, and without tensors that nothing uses.
  func withoutDeadNodes() -> Graph {
    var needed = [Bool](repeating: false, count: tensors.count)
    for port in outputs + inputs { needed[port.tensor] = true }
    for node in nodes.reversed() where needed[node.output] {
      for input in node.inputs { needed[input] = true }
    }
    var result = self
    result.nodes = nodes.filter { needed[$0.output] }
    var renumbered = [TensorID](repeating: 0, count: tensors.count)
    result.tensors = []
    for tensor in tensors.indices where needed[tensor] {
      renumbered[tensor] = result.tensors.count
      result.tensors.append(tensors[tensor])
    }
    for index in result.nodes.indices {
      result.nodes[index].inputs = result.nodes[index].inputs.map { renumbered[$0] }
      result.nodes[index].output = renumbered[result.nodes[index].output]
    }
    for index in result.inputs.indices { result.inputs[index].tensor = renumbered[result.inputs[index].tensor] }
    for index in result.outputs.indices { result.outputs[index].tensor = renumbered[result.outputs[index].tensor] }
    return result
  }
}
