/// A matrix of weights: the tensor that its node computes, which stays the same however the graph is rewritten, and its place among
/// the node's matrices (0: what the input is multiplied with; then those of the hidden state).
struct MatrixKey: Hashable, Comparable, Sendable {
  var output: TensorID
  var index: Int

  static func < (a: MatrixKey, b: MatrixKey) -> Bool { (a.output, a.index) < (b.output, b.index) }
}

extension Operation {
  /// How many matrices a node has, in the order of `QuantizedNode.matrices`.
  var matrixCount: Int {
    switch self {
    case .convolution, .dense: 1
    case .recurrent(let recurrent): recurrent.kind == .gru && !recurrent.resetAfter ? 3 : 2
    default: 0
    }
  }
}

extension Node {
  /// Multiplications by the weights of one matrix for one output frame.
  func multiplications(_ matrix: Int, in graph: Graph) -> Int {
    switch operation {
    case .convolution(let convolution):
      let frame = graph.tensors[output].frame
      return convolution.weights.count * frame.height * frame.width
    case .dense(let dense): return dense.weights.count
    case .recurrent(let recurrent):
      guard matrix > 0 else { return recurrent.inputWeights.count }
      guard operation.matrixCount == 3 else { return recurrent.hiddenWeights.count }
      return recurrent.hiddenWeights.count * (matrix == 1 ? 2 : 1) / 3
    default: return 0
    }
  }
}

extension Graph {
  /// Frames of a tensor for each tick of the time base; one per sequence counts as little.
  func weight(of tensor: TensorID) -> Double {
    let rate = tensors[tensor].rate
    return rate.isPerSequence ? 1e-3 : Double(rate.numerator) / Double(rate.denominator)
  }

  /// Multiplications by weights for each frame of the first input, on average, and those that a sequence costs once.
  var multiplications: (perFrame: Double, perSequence: Int) {
    let first = inputs.first.map { tensors[$0.tensor].rate } ?? .perSequence
    var (perFrame, perSequence) = (0.0, 0)
    for node in nodes where node.hasMatrix {
      let count = (0..<node.operation.matrixCount).reduce(0) { $0 + node.multiplications($1, in: self) }
      let tensor = tensors[node.output]
      if tensor.rate.isPerSequence || first.isPerSequence {
        perSequence += count * (tensor.frames ?? 1)
      } else {
        let ticks = Double(first.denominator) / Double(first.numerator)
        perFrame += Double(count) * weight(of: node.output) * ticks
      }
    }
    return (perFrame, perSequence)
  }
}
