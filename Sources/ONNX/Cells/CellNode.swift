import Quantizer

/// Nodes that stand for a recognised cell.
extension RecognisedCell {
  /// An LSTM, GRU or RNN node with its weights.
  ///
  /// - Parameters:
  ///   - columns: where each input stands in a frame of the node's input, which has `width` values.
  ///   - inputs: X, then names of the initial h and c, where there are any.
  ///   - outputs: Y, Y_h, Y_c; empty for what nobody reads.
  func node(
    name: String, columns: [Int], width: Int, input: String, initial: [String], outputs: [String], isReversed: Bool
  ) throws -> Replacement {
    let op = kind == .lstm ? "LSTM" : kind == .gru ? "GRU" : "RNN"
    let rows = inputBias.count
    var constants = [
      "\(name)/W": Constant(shape: [1, rows, width], floats: spread(columns: columns, width: width)),
      "\(name)/R": Constant(shape: [1, rows, units], floats: hiddenWeights),
      "\(name)/B": Constant(shape: [1, 2 * rows], floats: inputBias + hiddenBias),
    ]
    var inputs = [input, "\(name)/W", "\(name)/R", "\(name)/B", ""]
    inputs += initial + [String](repeating: "", count: max(2 - initial.count, 0))
    if !peephole.isEmpty {
      constants["\(name)/P"] = Constant(shape: [1, 3 * units], floats: peephole)
      inputs.append("\(name)/P")
    }
    var attributes: [String: SourceNode.Attribute] = ["hidden_size": .integer(units)]
    if isReversed { attributes["direction"] = .string("reverse") }
    if resetAfter { attributes["linear_before_reset"] = .integer(1) }
    let named = try functions.map { try RecognisedCell.name(of: $0) }
    attributes["activations"] = .strings(named.map(\.name))
    attributes["activation_alpha"] = .floats(named.compactMap(\.alpha))
    attributes["activation_beta"] = .floats(named.compactMap(\.beta))
    let node = SourceNode(name: name, op: op, inputs: inputs, outputs: outputs, attributes: attributes)
    return Replacement(values: [], nodes: [node], constants: constants)
  }

  private static func name(
    of function: ExpressionTable.Function
  ) throws -> (name: String, alpha: Float?, beta: Float?) {
    switch function.kind {
    case .sigmoid: ("Sigmoid", nil, nil)
    case .tanh: ("Tanh", nil, nil)
    case .relu: ("Relu", nil, nil)
    case .softplus: ("Softplus", nil, nil)
    case .softsign: ("Softsign", nil, nil)
    case .identity: ("Affine", 1, 0)
    case .hardSigmoid: ("HardSigmoid", function.alpha, function.beta)
    // The scale and shift in front of it are part of the weights.
    case .clip where function.alpha == 0 && function.beta == 1: ("HardSigmoid", 1, 0)
    case .leakyRelu: ("LeakyRelu", function.alpha, nil)
    case .elu: ("Elu", function.alpha, nil)
    case .thresholdedRelu: ("ThresholdedRelu", function.alpha, nil)
    default: throw CellMismatch("its activation \(function.kind) is none that a recurrent layer may have")
    }
  }
}
