/// Weights of 14 bits, of which two matrices of s8 hold seven each, in the packed form of any other matrix.
///
/// A node with weights W on x becomes one with weights [A | B] on the frames (x, x / 64), where W = s · (A + B / 64), |A| ≤ 127,
/// |B| ≤ 32 and s is the scale of the row. Both parts of the sum are integers of one int32 sum, proved like every other; x / 64 is
/// rounded to a code of x's own scale, whose error counts at most a quarter of x's own rounding.
///
/// The weights on a hidden state have the same form, in which the runtime itself makes h / 64 (CRNN_NODE_WIDE_HIDDEN).
enum WideWeights {
  static let parts: Float = 64
  /// The largest magnitude of a weight in steps of s / 64.
  static let limit = 127 * Double(parts) + Double(parts) / 2

  /// Rows of codes in steps of s / 64, taken apart; `channels` follow one another within a row, A's of each position before B's.
  static func split(_ codes: [Int32], channels: Int) -> [Int8] {
    var result: [Int8] = []
    result.reserveCapacity(2 * codes.count)
    for start in stride(from: 0, to: codes.count, by: channels) {
      let run = codes[start..<start + channels]
      let high = run.map { min(max((Float($0) / parts).rounded(.toNearestOrEven), -127), 127) }
      result += high.map { Int8($0) }
      result += zip(run, high).map { Int8(clamping: $0 - Int32($1 * parts)) }
    }
    return result
  }

  /// The weights that the codes of `split` over whole rows stand for.
  static func joined(_ matrix: QuantizedMatrix) -> [Float] {
    let (values, half) = (matrix.values, matrix.depth / 2)
    return (0..<matrix.rows).flatMap { row in
      (row * matrix.depth..<row * matrix.depth + half).map { values[$0] + values[$0 + half] / parts }
    }
  }

  /// Float weights in the same form: all of them in A.
  static func spread(_ weights: [Float], channels: Int) -> [Float] {
    var result: [Float] = []
    result.reserveCapacity(2 * weights.count)
    for start in stride(from: 0, to: weights.count, by: channels) {
      result += weights[start..<start + channels]
      result += repeatElement(0, count: channels)
    }
    return result
  }
}

extension Graph {
  /// The same network with the weights on the input of node `output` in two parts. Tensors keep their numbers; new ones stand at the
  /// end. Throws `GraphError` where the node has no such form.
  func wideningWeights(of output: TensorID) throws -> Graph {
    guard let index = nodes.firstIndex(where: { $0.output == output }), let input = nodes[index].inputs.first else {
      throw GraphError("there is no node whose weights could be widened")
    }
    var node = nodes[index]
    guard node.canHaveWideWeights else { throw GraphError("\(node.name) cannot have 16-bit weights") }
    let channels = tensors[input].frame.channels
    switch node.operation {
    case .convolution(var convolution):
      convolution.weights = WideWeights.spread(convolution.weights, channels: channels)
      node.operation = .convolution(convolution)
    case .dense(var dense):
      dense.weights = WideWeights.spread(dense.weights, channels: channels)
      node.operation = .dense(dense)
    case .recurrent(var recurrent):
      recurrent.inputWeights = WideWeights.spread(recurrent.inputWeights, channels: channels)
      node.operation = .recurrent(recurrent)
    default: break
    }
    var graph = self
    let fraction = Affine(
      .perChannel, scale: [Float](repeating: 1 / WideWeights.parts, count: channels),
      shift: [Float](repeating: 0, count: channels))
    let low = try graph.insert(.affine(fraction), [input], name: "\(node.name).fraction", before: index)
    let both = try graph.insert(.concatenate(axis: 2), [input, low], name: "\(node.name).wide", before: index + 1)
    node.inputs[0] = both
    graph.nodes[index + 2] = node
    return graph
  }

  /// Puts a node in front of node `index` and returns its output, the last tensor.
  mutating func insert(
    _ operation: Operation, _ inputs: [TensorID], name: String, before index: Int
  ) throws -> TensorID {
    var tensor = try Graph.infer(operation, inputs.map { tensors[$0] }, name: name)
    tensor.name = name
    tensors.append(tensor)
    nodes.insert(Node(name: name, operation: operation, inputs: inputs, output: tensors.count - 1), at: index)
    return tensors.count - 1
  }
}

extension Node {
  /// Whether its weights on a hidden state can have 14 bits (`QuantizationOptions.wideHidden`).
  public var canHaveWideHidden: Bool {
    if case .recurrent(let recurrent) = operation { return recurrent.units % 8 == 0 }
    return false
  }

  var canHaveWideWeights: Bool {
    if case .convolution(let convolution) = operation { return convolution.groups == 1 }
    return hasMatrix
  }
}
