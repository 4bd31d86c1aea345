/// What stands behind an output port's decision: the values in front of a last softmax or sigmoid. Probabilities near 0 and 1 hide how
/// far off a network is; what it computes just before shows it in every frame.
enum Tap: Sendable {
  /// The port's own values.
  case none
  /// In front of a softmax over the channels: a shift of all of a position's values means nothing.
  case softmax(channels: Int, logarithm: Bool)
  /// In front of a sigmoid, and of what then keeps its values within `low...high`.
  case sigmoid(low: Float, high: Float)

  /// The port's values.
  func outputs(_ values: [Float]) -> [Float] {
    switch self {
    case .none: return values
    case .sigmoid(let low, let high): return values.map { min(max(Elementary.sigmoid($0), low), high) }
    case .softmax(let channels, let logarithm):
      var result = values
      for start in stride(from: 0, to: values.count - channels + 1, by: channels) {
        let range = start..<start + channels
        let maximum = values[range].reduce(-Float.infinity) { max($0, $1) }
        let sum = values[range].reduce(0) { $0 + Elementary.exp($1 - maximum) }
        for i in range {
          let x = values[i] - maximum
          result[i] = logarithm ? x - Elementary.log(sum) : Elementary.exp(x) / sum
        }
      }
      return result
    }
  }

  /// Without what means nothing.
  func centred(_ values: [Float]) -> [Float] {
    guard case .softmax(let channels, _) = self else { return values }
    var result = values
    for start in stride(from: 0, to: values.count - channels + 1, by: channels) {
      let mean = values[start..<start + channels].reduce(0, +) / Float(channels)
      for i in start..<start + channels { result[i] -= mean }
    }
    return result
  }
}

extension Graph {
  /// The same network giving what its output ports' last functions take, where nothing else reads that; all tensors and nodes keep
  /// their numbers. `isCoded`: the port's values are stored as codes, which is part of what it gives.
  func tapped(isCoded: (TensorID) -> Bool) -> (graph: Graph, taps: [Tap]) {
    var graph = self
    let (consumers, producers) = (consumers(), producers())
    var taps: [Tap] = []
    for (index, port) in outputs.enumerated() {
      taps.append(.none)
      guard !isCoded(port.tensor), consumers[port.tensor].isEmpty,
        outputs.filter({ $0.tensor == port.tensor }).count == 1,
        var producer = producers[port.tensor]
      else { continue }
      var (low, high) = (-Float.infinity, Float.infinity)
      if case .activation(let clip) = nodes[producer].operation, clip.kind == .clip,
        let input = nodes[producer].inputs.first, consumers[input] == [producer], !isOutput(input),
        let before = producers[input]
      {
        (low, high) = (clip.alpha, clip.beta)
        producer = before
      }
      let node = nodes[producer]
      if node.activation == .sigmoid {
        graph.nodes[producer].activation = .identity
        graph.outputs[index].tensor = node.output
        taps[index] = .sigmoid(low: low, high: high)
        continue
      }
      guard let input = node.inputs.first, !isOutput(input), !isInput(input), node.activation == .identity else {
        continue
      }
      switch node.operation {
      case .softmax(let logarithm) where low == -.infinity:
        taps[index] = .softmax(channels: tensors[input].frame.channels, logarithm: logarithm)
      case .activation(.sigmoid): taps[index] = .sigmoid(low: low, high: high)
      default: continue
      }
      graph.outputs[index].tensor = input
    }
    return (graph, taps)
  }
}

extension QuantizedNetwork {
  /// The same integers; see `Graph.tapped`.
  func tapped() -> QuantizedNetwork {
    QuantizedNetwork(graph: graph.tapped { tensors[$0].store.isCode }.graph, tensors: tensors, nodes: nodes)
  }
}
