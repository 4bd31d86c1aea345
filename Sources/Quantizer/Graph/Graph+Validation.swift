extension Graph {
  /// Throws `GraphError` unless every node reads tensors that stand before it and gives what its operation gives, and every
  /// port has a tensor of its shape. After that, the graph's indices and counts can be relied on.
  public func validate() throws {
    var known = [Bool](repeating: false, count: tensors.count)
    for (index, tensor) in tensors.enumerated() {
      let frame = tensor.frame
      guard frame.height > 0, frame.width > 0, frame.channels > 0, tensor.rate.numerator >= 0,
        tensor.rate.denominator > 0
      else { throw GraphError("tensor \(index) (\(tensor.name)) has an empty frame or an impossible rate") }
    }
    for port in inputs {
      guard tensors.indices.contains(port.tensor), !known[port.tensor] else {
        throw GraphError("input \(port.name) has no tensor of its own")
      }
      known[port.tensor] = true
    }
    for node in nodes {
      guard node.inputs.allSatisfy({ tensors.indices.contains($0) && known[$0] }) else {
        throw GraphError("\(node.name): it reads a tensor that nothing before it has computed")
      }
      guard tensors.indices.contains(node.output), !known[node.output] else {
        throw GraphError("\(node.name): its output is not a tensor of its own")
      }
      let expected = try Graph.infer(node.operation, node.inputs.map { tensors[$0] }, name: node.name)
      let output = tensors[node.output]
      guard expected.frame == output.frame, expected.rate == output.rate, expected.isIndex == output.isIndex else {
        throw GraphError("\(node.name): its output should have frames of \(expected.frame), not \(output.frame)")
      }
      guard node.operation.constants.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
        throw GraphError("\(node.name): one of its constants is infinite or not a number")
      }
      try node.activation.validate(channels: output.frame.channels, node: node.name)
      if case .activation(let activation) = node.operation {
        try activation.validate(channels: output.frame.channels, node: node.name)
      }
      known[node.output] = true
    }
    for port in inputs + outputs {
      guard tensors.indices.contains(port.tensor), known[port.tensor] else {
        throw GraphError("output \(port.name) is not computed")
      }
      guard port.shape.count <= 4, port.shape.allSatisfy({ $0 > 0 }),
        port.shape.reduce(1, { $0.multipliedReportingOverflow(by: $1).partialValue })
          == tensors[port.tensor].frame.elements
      else {
        throw GraphError("port \(port.name): its shape \(port.shape) does not fit \(tensors[port.tensor].frame)")
      }
    }
  }
}

extension Operation {
  /// Weights, biases and tables.
  fileprivate var constants: [[Float]] {
    switch self {
    case .convolution(let convolution): [convolution.weights, convolution.bias]
    case .dense(let dense): [dense.weights, dense.bias]
    case .recurrent(let recurrent):
      [
        recurrent.inputWeights, recurrent.hiddenWeights, recurrent.inputBias, recurrent.hiddenBias,
        recurrent.peephole ?? [], recurrent.initialHidden ?? [], recurrent.initialCell ?? [],
      ]
    case .affine(let affine): [affine.scale, affine.shift]
    case .embedding(let embedding): [embedding.table]
    default: []
    }
  }
}

extension Activation {
  fileprivate func validate(channels: Int, node: String) throws {
    guard kind != .prelu || slopes.count == channels else {
      throw GraphError("\(node): \(slopes.count) slopes for \(channels) channels")
    }
  }
}
