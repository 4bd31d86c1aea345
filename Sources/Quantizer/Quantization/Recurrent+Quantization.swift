extension Recurrent {
  /// True where every h lies within −1...1, whatever the input, as long as an initial h that is an input does.
  var isBounded: Bool {
    guard (initialHidden ?? []).allSatisfy({ abs($0) <= 1 }) else { return false }
    switch kind {
    case .lstm: return gateActivation.isBounded && outputActivation.isBounded
    // h is a mean of the candidate and the last h, weighted by the update gate.
    case .gru: return gateActivation.isProportion && cellActivation.isBounded
    case .simple: return cellActivation.isBounded
    }
  }

  /// The same for the layer of `node`, whose initial h, where it is an input, counts as what calibration has seen.
  func isBounded(_ node: Node, seen: ValueRange) -> Bool {
    isBounded && (node.inputs.count == 1 || seen.magnitude <= 1)
  }

  /// The same layer, the hidden bias in the input bias wherever the two are simply added: frameworks and exporters write one sum in
  /// different ways, which must not make different numbers of one network.
  func joiningBiases() -> Recurrent {
    var result = self
    for row in 0..<gates * units where !(kind == .gru && resetAfter && row >= 2 * units) {
      result.inputBias[row] += hiddenBias[row]
      result.hiddenBias[row] = 0
    }
    return result
  }

  /// The matrices of the packed node: W with all gates, R with all gates; or, for a GRU with reset before, W, R of z and r, and
  /// R of the candidate. The biases are those of `joiningBiases`.
  func matrices() -> [FloatMatrix] {
    let (inputBias, hiddenBias) = { ($0.inputBias, $0.hiddenBias) }(joiningBiases())
    let input = FloatMatrix(weights: inputWeights[...], bias: inputBias[...])
    guard kind == .gru, !resetAfter else {
      return [input, FloatMatrix(weights: hiddenWeights[...], bias: hiddenBias[...])]
    }
    let split = 2 * units
    return [
      input, FloatMatrix(weights: hiddenWeights[..<(split * units)], bias: hiddenBias[..<split]),
      FloatMatrix(weights: hiddenWeights[(split * units)...], bias: hiddenBias[split...]),
    ]
  }

  /// The same layer with the weights and biases that quantised matrices stand for.
  func replacingWeights(_ matrices: [QuantizedMatrix]) -> Recurrent {
    var result = self
    result.inputWeights = matrices[0].values
    result.inputBias = matrices[0].bias
    result.hiddenWeights = matrices.dropFirst().flatMap { $0.depth == units ? $0.values : WideWeights.joined($0) }
    result.hiddenBias = matrices.dropFirst().flatMap(\.bias)
    return result
  }
}

extension Activation {
  /// Its values lie within −1...1.
  fileprivate var isBounded: Bool {
    switch kind {
    case .tanh, .sigmoid, .hardSigmoid, .softsign, .sign: true
    case .clip: alpha >= -1 && beta <= 1 && alpha <= beta
    case .scaledTanh: abs(alpha) <= 1
    default: false
    }
  }

  /// Its values lie within 0...1.
  fileprivate var isProportion: Bool {
    switch kind {
    case .sigmoid, .hardSigmoid: true
    case .clip: alpha >= 0 && beta <= 1 && alpha <= beta
    default: false
    }
  }
}
