import Quantizer

/// QuantizeLinear saturates, and so takes the place of a Relu or a Clip, which who quantises a network leaves out before it.
extension Lowering {
  /// What DequantizeLinear gives of codes: the values, those beyond the codes' range at its ends.
  func saturated(_ codes: GivenCodes, _ node: SourceNode) throws -> StreamView {
    guard let scale = codes.scale.scalar, !codes.isPerAxis else { return codes.view }
    let zero = Float(codes.zeroPoint?.integers?.first ?? 0)
    let low = (Float(codes.range.lowerBound) - zero) * scale
    let high = (Float(codes.range.upperBound) - zero) * scale
    // Of what a caller gives, the port takes no more than it was calibrated with; half a step is what codes are rounded by.
    guard low.isFinite, high.isFinite, let reach = graph.reach(of: codes.view.tensor, steps: 8),
      reach.lowerBound < low - scale || reach.upperBound > high + scale
    else { return codes.view }
    return try activation(codes.view, Activation(.clip, alpha: low, beta: high), node, "/saturated")
  }
}

extension Graph {
  /// Between which numbers all values of a tensor lie, as far as the functions that made it say, `steps` of them at most; nil where
  /// they come from an input port.
  fileprivate func reach(of tensor: Int, steps: Int) -> ClosedRange<Float>? {
    let all = -Float.infinity...Float.infinity
    guard let node = nodes.last(where: { $0.output == tensor }) else { return nil }
    guard steps > 0 else { return all }
    if node.activation != .identity { return node.activation.reach }
    switch node.operation {
    case .activation(let activation): return activation.reach
    case .softmax(let logarithm): return logarithm ? -Float.infinity...0 : 0...1
    case .recurrent(let layer):
      switch layer.kind {
      case .lstm: return layer.outputActivation == .tanh ? -1...1 : all
      case .simple: return layer.cellActivation.reach
      case .gru:
        return layer.cellActivation == .tanh && layer.initialHidden == nil && node.inputs.count == 1 ? -1...1 : all
      }
    case .concatenate, .repeatFrame, .unstack, .timeReduction(.maximum):
      let parts = node.inputs.map { reach(of: $0, steps: steps - 1) }
      if parts.allSatisfy({ $0 == nil }) { return nil }
      return parts.reduce(0...0) { whole, part in
        let part = part ?? all
        return min(whole.lowerBound, part.lowerBound)...max(whole.upperBound, part.upperBound)
      }
    case .pool(let pool) where pool.isNorm: return 0...Float.infinity
    case .gather, .window, .pool:
      // Padding is 0, or nothing.
      guard let input = node.inputs.first, let part = reach(of: input, steps: steps - 1) else { return nil }
      return min(0, part.lowerBound)...max(0, part.upperBound)
    default: return all
    }
  }
}

extension Activation {
  /// Between which numbers all its results lie.
  fileprivate var reach: ClosedRange<Float> {
    switch kind {
    case .relu, .absolute, .exponential, .squareRoot, .softplus: 0...Float.infinity
    case .sigmoid, .hardSigmoid: 0...1
    case .tanh, .softsign, .sign: -1...1
    case .clip where alpha <= beta: alpha...beta
    default: -Float.infinity...Float.infinity
    }
  }
}
