import Quantizer

/// Functions that multiply a value with a function of itself: Mish, Swish and Gelu by its tanh formula.
extension Lowering {
  static let gatedHandlers: [String: Handler] = [
    "Mish": { $0.lowerMish }, "Swish": { $0.lowerSwish }, "Gelu": { $0.lowerGelu },
  ]

  /// x · tanh(softplus(x))
  private func lowerMish(_ node: SourceNode) throws -> [Value] {
    let view = try stream(node)
    let inner = try activation(view, Activation(.softplus), node, "/softplus")
    return [.stream(try binary(.multiply, view, try activation(inner, .tanh, node, "/tanh"), node))]
  }

  /// x · sigmoid(α x)
  private func lowerSwish(_ node: SourceNode) throws -> [Value] {
    let view = try stream(node)
    let scaled = try affine(view, scale: try node.float("alpha", default: 1), shift: 0, node, "/alpha")
    return [.stream(try binary(.multiply, view, try activation(scaled, .sigmoid, node, "/sigmoid"), node))]
  }

  /// x · ½ (1 + tanh(√(2/π) (x + 0.044715 x³))) (Hendrycks and Gimpel, "Gaussian error linear units", 2016)
  private func lowerGelu(_ node: SourceNode) throws -> [Value] {
    guard try node.string("approximate", default: "none") == "tanh" else {
      throw node.error(
        "it needs the error function, which the runtime does not have: train and export with approximate=\"tanh\"")
    }
    let view = try stream(node)
    let cube = try affine(try power(view, 3, node), scale: 0.044_715, shift: 0, node, "/cube")
    let inner = try affine(
      try binary(.add, view, cube, node, "/sum"), scale: (2 / Float.pi).squareRoot(), shift: 0, node, "/inner")
    let gate = try affine(try activation(inner, .tanh, node, "/tanh"), scale: 0.5, shift: 0.5, node, "/gate")
    return [.stream(try binary(.multiply, view, gate, node))]
  }
}
