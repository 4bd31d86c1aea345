extension Graph {
  /// A graph that computes the same function with fewer nodes: normalisation folded into weights, activations fused into the
  /// nodes before them, permutations folded into the matrices behind them, identities and dead nodes dropped.
  public func simplified() throws -> Graph {
    try validate()
    var graph = try separatingOutputs().withoutDeadNodes()
    graph.joinBiases()
    while try graph.simplifyOnce() { graph = graph.withoutDeadNodes() }
    try graph.validate()
    return graph
  }

  private mutating func joinBiases() {
    for index in nodes.indices {
      guard case .recurrent(let layer) = nodes[index].operation else { continue }
      nodes[index].operation = .recurrent(layer.joiningBiases())
    }
  }

  /// Gives an output port whose tensor is an input, or that of another output, a tensor of its own: ports are read and written
  /// apart from one another.
  private func separatingOutputs() throws -> Graph {
    var graph = self
    var taken = Set(inputs.map(\.tensor))
    for (index, port) in outputs.enumerated() where !taken.insert(port.tensor).inserted {
      graph.outputs[index].tensor = try graph.add(.activation(.identity), [port.tensor], name: port.name)
    }
    return graph
  }

  /// Applies the first rule that fits somewhere; false where none does.
  private mutating func simplifyOnce() throws -> Bool {
    let neighbours = Neighbours(self)
    for index in nodes.indices {
      if dropIdentity(index) || writeAsAffine(index) || mergeAffines(index, neighbours)
        || foldAffineBackward(index, neighbours) || foldAffineForward(index, neighbours)
        || foldGather(index, neighbours) || fuseActivation(index, neighbours)
      {
        return true
      }
    }
    return false
  }

  private mutating func dropIdentity(_ index: Int) -> Bool {
    let node = nodes[index]
    guard node.isIdentity, let input = node.inputs.first, tensors[input].frame == tensors[node.output].frame else {
      return false
    }
    // An output port needs a tensor of its own, with a store of its own.
    if isOutput(node.output) && (isInput(input) || isOutput(input)) { return false }
    redirect(node.output, to: input)
    return true
  }

  /// α x + β as an activation is an affine node with one pair of constants for all channels, which other rules fold.
  private mutating func writeAsAffine(_ index: Int) -> Bool {
    guard case .activation(let activation) = nodes[index].operation, activation.kind == .affine else { return false }
    let channels = tensors[nodes[index].output].frame.channels
    nodes[index].operation = .affine(
      Affine(
        .perChannel, scale: [Float](repeating: activation.alpha, count: channels),
        shift: [Float](repeating: activation.beta, count: channels)))
    return true
  }

  /// Fuses a pointwise function into the node that alone feeds it.
  private mutating func fuseActivation(_ index: Int, _ neighbours: Neighbours) -> Bool {
    guard case .activation(let activation) = nodes[index].operation, nodes[index].activation == .identity,
      let producer = soleProducer(of: index, neighbours), nodes[producer].acceptsActivation,
      let both = nodes[producer].activation.followed(by: activation)
    else { return false }
    nodes[producer].activation = both
    takeOver(producer, from: index)
    return true
  }

  /// The node that computes the only input of node `index`, where nothing else reads that tensor.
  func soleProducer(of index: Int, _ neighbours: Neighbours) -> Int? {
    guard nodes[index].inputs.count == 1, let input = nodes[index].inputs.first, !isOutput(input),
      neighbours.consumers[input] == [index]
    else { return nil }
    return neighbours.producers[input]
  }

  /// Node `producer` now computes what node `index` computed.
  mutating func takeOver(_ producer: Int, from index: Int) {
    nodes[producer].output = nodes[index].output
    nodes.remove(at: index)
  }
}

extension Activation {
  /// Both as one function, where there is one.
  fileprivate func followed(by next: Activation) -> Activation? {
    if self == .identity { return next }
    guard self == .relu, next.kind == .clip, next.beta >= 0 else { return nil }
    return Activation(.clip, alpha: max(next.alpha, 0), beta: next.beta)
  }
}

/// Who reads and who computes each tensor of a graph, found out once for all nodes that a rule is tried on.
struct Neighbours {
  let consumers: [[Int]]
  let producers: [Int?]

  init(_ graph: Graph) { (consumers, producers) = (graph.consumers(), graph.producers()) }
}

extension Node {
  /// Gives its input, perhaps in another shape.
  fileprivate var isIdentity: Bool {
    guard activation == .identity else { return false }
    switch operation {
    case .activation(let activation): return activation.kind == .identity
    case .affine(let affine): return affine.scale.allSatisfy { $0 == 1 } && affine.shift.allSatisfy { $0 == 0 }
    case .gather(let table, _): return table.enumerated().allSatisfy { Int($1) == $0 }
    case .window(let window):
      return window.length == 1 && window.hop == 1 && window.padBefore == 0 && window.padAfter == 0
    case .pool(let pool):
      return !pool.isNorm && pool.geometry.kernel == .one && pool.geometry.stride == .one && pool.geometry.padBefore == .zero
        && pool.geometry.padAfter == .zero
    case .concatenate: return inputs.count == 1
    case .binary, .convolution, .dense, .recurrent, .timeReduction, .frameReduction, .softmax, .repeatFrame, .unstack,
      .embedding:
      return false
    }
  }
}
