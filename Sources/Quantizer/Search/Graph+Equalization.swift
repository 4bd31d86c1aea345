#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How the channels of what matrices are multiplied with can be scaled apart, the matrices' columns by the inverse: the same network in
/// exact arithmetic, in which no channel is small beside the others.
///
/// M. Nagel, M. van Baalen, T. Blankevoort, M. Welling, "Data-Free Quantization Through Weight Equalization and Bias Correction",
/// 2019, section 4.1: s = √(range of the channel / range of its column) is `exponent` 0.5; 0 evens out the columns alone.
struct Equalization: Sendable {
  /// Where the factors go.
  enum Place: Sendable {
    /// Into the rows of the node that computes the tensor, through the pools between.
    case producer(node: TensorID)
    /// Into a node of its own in front of the matrices: the tensor is an input, or what pointwise nodes give.
    case ownNode
  }
  var tensor: TensorID
  var place: Place
  /// All tensors that are scaled: `tensor`, and those between it and its producer.
  var scaled: [TensorID]
  /// A factor for each element of a frame instead of each channel.
  var isPerElement: Bool
}

extension Graph {
  /// The places where channels can be scaled exactly, in the order of the tensors.
  func equalizations(exceptInputs kept: Set<TensorID>) -> [Equalization] {
    let consumers = consumers()
    let producers = producers()
    return tensors.indices.compactMap { tensor in
      let readers = consumers[tensor].map { nodes[$0] }
      guard !readers.isEmpty, !isOutput(tensor),
        tensors[tensor].frame.channels > 1 || tensors[tensor].frame.elements > 1,
        consumers[tensor].allSatisfy({ readsOnlyFirst($0, tensor) }),
        readers.allSatisfy({ $0.hasMatrix && $0.canHaveWideWeights })
      else { return nil }
      let isPerElement = readers.allSatisfy { if case .convolution = $0.operation { false } else { true } }
      if isInput(tensor) {
        guard !kept.contains(tensor), !tensors[tensor].isIndex else { return nil }
        return Equalization(tensor: tensor, place: .ownNode, scaled: [tensor], isPerElement: isPerElement)
      }
      guard tensors[tensor].frame.channels > 1 else { return nil }
      var scaled = [tensor]
      var current = tensor
      while let index = producers[current] {
        let node = nodes[index]
        switch node.operation {
        case .pool where node.activation == .identity:
          guard let input = node.inputs.first, consumers[input] == [index], !isOutput(input), !isInput(input) else {
            return nil
          }
          scaled.append(input)
          current = input
        case .convolution, .dense, .affine:
          if case .affine(let affine) = node.operation, case .perTime = affine.repetition { return nil }
          guard node.activation.isHomogeneous else { return nil }
          return Equalization(
            tensor: tensor, place: .producer(node: node.output), scaled: scaled, isPerElement: false)
        case .activation, .binary, .frameReduction:
          guard current == tensor else { return nil }
          return Equalization(tensor: tensor, place: .ownNode, scaled: [tensor], isPerElement: isPerElement)
        default: return nil
        }
      }
      return nil
    }
  }

  /// One factor for each channel, or element, by which the values are divided.
  func factors(_ place: Equalization, extents: [ValueRange], exponent: Float) -> [Float] {
    let frame = tensors[place.tensor].frame
    let count = place.isPerElement ? frame.elements : frame.channels
    var values = [Float](repeating: 0, count: count)
    for (k, extent) in extents.enumerated() { values[k % count] = max(values[k % count], extent.magnitude) }
    var columns = [Float](repeating: 0, count: count)
    for node in nodes where node.inputs.first == place.tensor {
      let weights = node.operation.inputWeights
      let depth = depth(of: node, 0)
      for start in stride(from: 0, to: weights.count, by: max(1, depth)) {
        let row = weights[start..<start + depth]
        let largest = row.reduce(0) { max($0, abs($1)) }
        guard largest > 0 else { continue }
        for (k, weight) in row.enumerated() { columns[k % count] = max(columns[k % count], abs(weight) / largest) }
      }
    }
    // A channel or column of zeros stays as it is.
    let logarithms = zip(values, columns).map { value, column -> Float? in
      value > 0 && column > 0 ? exponent * logf(value) - (1 - exponent) * logf(column) : nil
    }
    let known = logarithms.compactMap { $0 }
    let mean = known.reduce(0, +) / Float(max(1, known.count))
    return logarithms.map { $0.map { expf(min(max($0 - mean, -5.5), 5.5)) } ?? 1 }
  }

  /// The same network with the values of `place` divided by `factors`; `operand` is the tensor that the matrices
  /// read now.
  func equalizing(_ place: Equalization, _ factors: [Float]) throws -> (graph: Graph, operand: TensorID) {
    var graph = self
    for index in nodes.indices where nodes[index].inputs.first == place.tensor {
      graph.nodes[index].operation.multiplyColumns(by: factors)
    }
    switch place.place {
    case .producer(let output):
      guard let index = nodes.firstIndex(where: { $0.output == output }) else { return (self, place.tensor) }
      graph.nodes[index].operation.divideRows(by: factors)
      return (graph, place.tensor)
    case .ownNode:
      guard let first = nodes.firstIndex(where: { $0.inputs.first == place.tensor }) else {
        return (self, place.tensor)
      }
      let inverse = factors.map { 1 / $0 }
      let scaling = Affine(
        place.isPerElement ? .perElement : .perChannel, scale: inverse,
        shift: [Float](repeating: 0, count: inverse.count))
      let operand = try graph.insert(
        .affine(scaling), [place.tensor], name: "\(tensors[place.tensor].name).equalised", before: first)
      for index in graph.nodes.indices where index > first && graph.nodes[index].inputs.first == place.tensor {
        graph.nodes[index].inputs[0] = operand
      }
      return (graph, operand)
    }
  }
}

extension Activation {
  /// f(a x) = a f(x) for every a > 0.
  var isHomogeneous: Bool {
    switch kind {
    case .identity, .relu, .leakyRelu, .prelu, .absolute: true
    default: false
    }
  }
}

extension Operation {
  /// What the input is multiplied with, `[row][column]`.
  var inputWeights: [Float] {
    switch self {
    case .convolution(let convolution): convolution.weights
    case .dense(let dense): dense.weights
    case .recurrent(let recurrent): recurrent.inputWeights
    default: []
    }
  }

  /// Column k times factor k modulo their number: channels come innermost.
  fileprivate mutating func multiplyColumns(by factors: [Float]) {
    func scaled(_ weights: [Float]) -> [Float] {
      weights.indices.map { weights[$0] * factors[$0 % factors.count] }
    }
    switch self {
    case .convolution(var convolution):
      convolution.weights = scaled(convolution.weights)
      self = .convolution(convolution)
    case .dense(var dense):
      dense.weights = scaled(dense.weights)
      self = .dense(dense)
    case .recurrent(var recurrent):
      recurrent.inputWeights = scaled(recurrent.inputWeights)
      self = .recurrent(recurrent)
    default: break
    }
  }

  fileprivate mutating func divideRows(by factors: [Float]) {
    func divided(_ weights: [Float], rows: Int) -> [Float] {
      let depth = max(1, weights.count / max(1, rows))
      return weights.indices.map { weights[$0] / factors[$0 / depth % factors.count] }
    }
    switch self {
    case .convolution(var convolution):
      convolution.weights = divided(convolution.weights, rows: convolution.outputChannels)
      convolution.bias = divided(convolution.bias, rows: convolution.bias.count)
      self = .convolution(convolution)
    case .dense(var dense):
      dense.weights = divided(dense.weights, rows: dense.bias.count)
      dense.bias = divided(dense.bias, rows: dense.bias.count)
      self = .dense(dense)
    case .affine(var affine):
      affine.scale = divided(affine.scale, rows: affine.scale.count)
      affine.shift = divided(affine.shift, rows: affine.shift.count)
      self = .affine(affine)
    default: break
    }
  }
}
