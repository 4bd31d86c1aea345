/// A graph with everything that its packed form needs: stores of tensors, integer weights, proofs.
public struct QuantizedNetwork: Sendable {
  public let graph: Graph
  /// Per tensor.
  public let tensors: [TensorQuantization]
  /// Per node.
  public let nodes: [QuantizedNode]

  init(graph: Graph, tensors: [TensorQuantization], nodes: [QuantizedNode]) {
    self.graph = graph
    self.tensors = tensors
    self.nodes = nodes
  }

  /// Quantises a graph with the ranges of a calibration on that same graph.
  ///
  /// Throws `GraphError` where an option names what does not exist or asks for what cannot be.
  public init(graph: Graph, calibration: Calibration, options: QuantizationOptions = QuantizationOptions()) throws {
    try self.init(graph: graph, calibration: calibration, options: options, choices: QuantizationChoices())
  }

  /// `choices` come before what the quantiser would choose itself, and behind the options.
  init(graph: Graph, calibration: Calibration, options: QuantizationOptions, choices: QuantizationChoices) throws {
    try graph.validate()
    self.graph = graph
    let tensors = try StoreAssignment.assign(graph, calibration: calibration, options: options, choices: choices)
    let recurrentNames = Set(
      graph.nodes.filter { if case .recurrent = $0.operation { true } else { false } }.map(\.name))
    for name in options.hiddenStores.keys where !recurrentNames.contains(name) {
      throw GraphError("there is no recurrent layer called \(name)")
    }
    for name in options.wideHidden {
      guard let node = graph.nodes.first(where: { $0.name == name }), node.canHaveWideHidden else {
        throw GraphError(
          "\(name) is no recurrent layer with a multiple of eight units, whose weights could have 14 bits")
      }
    }
    self.tensors = tensors
    nodes = try graph.nodes.enumerated().map { index, node in
      let isWide = options.wideHidden.contains(node.name)
      return try QuantizedNode(
        node, operand: node.inputs.first.map { tensors[$0] } ?? .float,
        matrices: choices.matrices[node.output]
          ?? node.operation.matrices.enumerated().map { index, matrix in
            isWide && index > 0
              ? matrix.rounded(isWide: true, channels: matrix.depth).matrix : QuantizedMatrix(matrix)
          },
        hiddenRange: calibration.range(.hidden(node: index)),
        hiddenStore: options.hiddenStores[node.name] ?? (isWide ? .s16 : choices.hiddenStores[node.output]))
    }
  }

  /// The float graph with the weights that the integers stand for, and the visitor that rounds every value as the packed
  /// network stores it: together they simulate the packed network in float.
  public func simulation() throws -> (interpreter: Interpreter, visit: Interpreter.Visitor) {
    var rounded = graph
    for (index, node) in nodes.enumerated() where !node.matrices.isEmpty {
      switch graph.nodes[index].operation {
      case .convolution(var convolution):
        convolution.weights = node.matrices[0].values
        convolution.bias = node.matrices[0].bias
        rounded.nodes[index].operation = .convolution(convolution)
      case .dense(var dense):
        dense.weights = node.matrices[0].values
        dense.bias = node.matrices[0].bias
        rounded.nodes[index].operation = .dense(dense)
      case .recurrent(let recurrent):
        rounded.nodes[index].operation = .recurrent(recurrent.replacingWeights(node.matrices))
      default: break
      }
    }
    let (tensors, hidden) = (self.tensors, nodes.map(\.hidden))
    return (
      try Interpreter(graph: rounded),
      { site, values in
        let quantization =
          switch site {
          case .tensor(let tensor): tensors[tensor]
          case .hidden(let node): hidden[node] ?? .float
          }
        guard quantization.store.isCode else { return }
        for i in values.indices { values[i] = quantization.rounded(values[i]) }
      }
    )
  }
}

/// The integers of one node.
public struct QuantizedNode: Sendable {
  /// Convolution and dense: one (all groups' rows together). Recurrent: see `Recurrent.matrices`. Else none.
  public let matrices: [QuantizedMatrix]
  /// Into how many runs the sums over the input and, in a recurrent node, over the hidden state are split.
  public let segments: Int
  public let hiddenSegments: Int
  /// The hidden state as the operand of a recurrent node.
  public let hidden: TensorQuantization?
  /// The weights on the hidden state have two parts (`WideWeights`).
  let hasWideHidden: Bool

  init(
    _ node: Node, operand: TensorQuantization, matrices: [QuantizedMatrix], hiddenRange: ValueRange, hiddenStore: Store?
  ) throws {
    self.matrices = matrices
    switch node.operation {
    case .convolution, .dense: (hidden, hasWideHidden) = (nil, false)
    case .recurrent(let recurrent):
      guard hiddenRange.isFinite else {
        throw GraphError(
          "\(node.name): its state became infinite on the calibration data; check how the input is scaled")
      }
      let isBounded = recurrent.isBounded(node, seen: hiddenRange)
      switch hiddenStore ?? .u8 {
      case .u8: hidden = isBounded ? .boundedOperand : .u8(hiddenRange)
      case .s16: hidden = .s16(isBounded ? ValueRange(minimum: -1, maximum: 1) : hiddenRange)
      case .f32, .s32: throw GraphError("\(node.name): a hidden state can be stored as u8 or s16")
      }
      hasWideHidden = matrices.dropFirst().contains { $0.depth > recurrent.units }
    default:
      (segments, hiddenSegments, hidden, hasWideHidden) = (1, 1, nil, false)
      return
    }
    segments = OverflowProof.segments(matrices.prefix(1), operand)
    hiddenSegments = OverflowProof.segments(matrices.dropFirst(), hidden ?? .float)
  }
}
