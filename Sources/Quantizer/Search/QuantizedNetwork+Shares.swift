/// How much of a network has 16 bits, in per cent.
public struct WideShares: Codable, Sendable {
  /// Multiplications by weights with a 16-bit operand or in 16-bit weights, of all.
  public var multiplications: Double
  /// Weights in 16 bits, of all.
  public var weights: Double
}

extension QuantizedNetwork {
  /// Weights of 16 bits stand in pairs of 8-bit ones (`WideWeights`), each pair counting as one.
  var wideShares: WideShares {
    var (wide, all) = (0.0, 0.0)
    var (wideWeights, allWeights) = (0, 0)
    for (node, quantized) in zip(graph.nodes, nodes) {
      for (index, matrix) in quantized.matrices.enumerated() {
        let isPair = index == 0 ? graph.hasWideWeights(node) : quantized.hasWideHidden
        let multiplications = graph.weight(of: node.output) * Double(node.multiplications(index, in: graph))
        let operand = index == 0 ? node.inputs.first.map { tensors[$0].store } : quantized.hidden?.store
        all += multiplications
        if operand == .s16 || isPair { wide += multiplications }
        let weights = matrix.weights.count / (isPair ? 2 : 1)
        allWeights += weights
        if isPair { wideWeights += weights }
      }
    }
    return WideShares(
      multiplications: all > 0 ? 100 * wide / all : 0,
      weights: allWeights > 0 ? 100 * Double(wideWeights) / Double(allWeights) : 0)
  }
}

extension Graph {
  /// True for a node that `wideningWeights` has rewritten.
  func hasWideWeights(_ node: Node) -> Bool {
    guard let input = node.inputs.first, let before = nodes.first(where: { $0.output == input }),
      case .concatenate = before.operation
    else { return false }
    return before.name == "\(node.name).wide"
  }
}
