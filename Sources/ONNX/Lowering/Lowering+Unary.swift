#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif
import Quantizer

/// Functions of one value.
extension Lowering {
  static let unaryHandlers: [String: Handler] = [
    "Relu": { $0.lowerUnary }, "LeakyRelu": { $0.lowerUnary }, "Elu": { $0.lowerUnary }, "Selu": { $0.lowerUnary },
    "ThresholdedRelu": { $0.lowerUnary }, "Sigmoid": { $0.lowerUnary }, "Tanh": { $0.lowerUnary },
    "HardSigmoid": { $0.lowerUnary }, "HardSwish": { $0.lowerUnary }, "Softplus": { $0.lowerUnary },
    "Softsign": { $0.lowerUnary }, "Abs": { $0.lowerUnary }, "Exp": { $0.lowerUnary }, "Log": { $0.lowerUnary },
    "Sqrt": { $0.lowerUnary }, "Sign": { $0.lowerUnary }, "Reciprocal": { $0.lowerUnary }, "Neg": { $0.lowerNegation },
    "Celu": { $0.lowerCelu }, "Clip": { $0.lowerClip }, "PRelu": { $0.lowerPRelu }, "Pow": { $0.lowerPower },
  ]

  func activation(
    _ view: StreamView, _ activation: Activation, _ node: SourceNode, _ suffix: String = ""
  ) throws -> StreamView {
    try emitPointwise(.activation(activation), view, node, suffix)
  }

  private func lowerUnary(_ node: SourceNode) throws -> [Value] {
    func alpha(_ standard: Float) throws -> Float { try node.float("alpha", default: standard) }
    func beta(_ standard: Float) throws -> Float { try node.float("beta", default: standard) }
    let function: Activation
    switch node.op {
    case "Relu": function = .relu
    case "LeakyRelu": function = Activation(.leakyRelu, alpha: try alpha(0.01))
    case "Elu": function = Activation(.elu, alpha: try alpha(1), beta: 1)
    case "Selu":
      let gamma = try node.float("gamma", default: 1.050_701)
      function = Activation(.elu, alpha: gamma * (try alpha(1.673_263_2)), beta: gamma)
    case "ThresholdedRelu": function = Activation(.thresholdedRelu, alpha: try alpha(1))
    case "Sigmoid": function = .sigmoid
    case "Tanh": function = .tanh
    case "HardSigmoid": function = Activation(.hardSigmoid, alpha: try alpha(0.2), beta: try beta(0.5))
    case "HardSwish": function = Activation(.hardSwish, alpha: 1 / 6, beta: 0.5)
    case "Softplus": function = Activation(.softplus)
    case "Softsign": function = Activation(.softsign)
    case "Abs": function = Activation(.absolute)
    case "Exp": function = Activation(.exponential)
    case "Log": function = Activation(.logarithm)
    case "Sqrt": function = Activation(.squareRoot)
    case "Sign": function = Activation(.sign)
    default: function = Activation(.reciprocal)
    }
    return [.stream(try activation(try stream(node), function, node))]
  }

  private func lowerNegation(_ node: SourceNode) throws -> [Value] {
    [.stream(try affine(try stream(node), scale: -1, shift: 0, node))]
  }

  /// max(x, 0) + min(0, α (exp(x / α) − 1)): an Elu of x / α.
  private func lowerCelu(_ node: SourceNode) throws -> [Value] {
    let alpha = try node.float("alpha", default: 1)
    guard alpha != 0 else { throw node.error("its alpha is 0") }
    let scaled = try affine(try stream(node), scale: 1 / alpha, shift: 0, node, "/scale")
    return [.stream(try activation(scaled, Activation(.elu, alpha: alpha, beta: alpha), node))]
  }

  private func lowerClip(_ node: SourceNode) throws -> [Value] {
    func bound(_ index: Int, _ attribute: String, _ standard: Float) throws -> Float {
      guard let constant = try constant(node, index, attribute) else {
        return try node.float(attribute, default: standard)
      }
      guard let value = constant.scalar, !value.isNaN else { throw node.error("its \(attribute) must be one number") }
      return min(max(value, -Float.greatestFiniteMagnitude), Float.greatestFiniteMagnitude)
    }
    let lowest = try bound(1, "min", -Float.greatestFiniteMagnitude)
    let highest = try bound(2, "max", Float.greatestFiniteMagnitude)
    guard lowest <= highest else { throw node.error("its bounds \(lowest) and \(highest) are the wrong way round") }
    let view = try stream(node)
    if lowest == 0, highest == Float.greatestFiniteMagnitude { return [.stream(try activation(view, .relu, node))] }
    return [.stream(try activation(view, Activation(.clip, alpha: lowest, beta: highest), node))]
  }

  private func lowerPRelu(_ node: SourceNode) throws -> [Value] {
    let view = try plain(try stream(node), node)
    guard let slope = try floats(node, 1, "slopes"), let slopes = slope.floats else {
      throw node.error("it has no slopes")
    }
    if let first = slopes.first, slopes.allSatisfy({ $0 == first }) {
      return [.stream(try activation(view, Activation(.leakyRelu, alpha: first), node))]
    }
    if let channels = try perChannel(slope, view) {
      return [.stream(try activation(view, Activation(.prelu, slopes: channels), node))]
    }
    // Slopes that differ within a channel: the positive part plus the scaled negative part.
    let positive = try activation(view, .relu, node, "/positive")
    let negative = try activation(
      view, Activation(.clip, alpha: -Float.greatestFiniteMagnitude, beta: 0), node, "/negative")
    let scaled = try affine(negative, scale: slope, shift: nil, node, "/slope")
    return [.stream(try binary(.add, positive, scaled, node))]
  }

  /// The values of a constant that varies along the stored channels only.
  private func perChannel(_ constant: Constant, _ view: StreamView) throws -> [Float]? {
    let shape = frame(view)
    let padded = [Int](repeating: 1, count: max(view.axes.count - constant.shape.count, 0)) + constant.shape
    guard padded.count == view.axes.count, let layout = view.alignedLayout(shape), layout.channels.count == 1,
      padded.indices.allSatisfy({ padded[$0] == 1 || $0 == layout.channels[0] }),
      padded[layout.channels[0]] == shape.channels
    else { return nil }
    return constant.floats
  }

  private func lowerPower(_ node: SourceNode) throws -> [Value] {
    if let name = node.input(0), let base = values[name]?.constant {
      // c ^ x = exp(x · log c)
      guard let number = base.scalar, number > 0 else {
        throw node.error("a power of a constant needs one positive number")
      }
      let scaled = try affine(try stream(node, 1), scale: log(number), shift: 0, node, "/scale")
      return [.stream(try activation(scaled, Activation(.exponential), node))]
    }
    guard let name = node.input(1), let constant = values[name]?.constant, let values = constant.floats,
      let exponent = values.first, values.allSatisfy({ $0 == exponent })
    else {
      throw node.error("its exponent must be one constant: a power with computed or varying exponents is not supported")
    }
    let isOne = constant.shape.allSatisfy { $0 == 1 }
    let input = try stream(node)
    let view = isOne ? input.padded(to: constant.shape.count) : try fitted(input, to: [constant.shape], node)
    return [.stream(try power(view, exponent, node))]
  }

  func power(_ view: StreamView, _ exponent: Float, _ node: SourceNode) throws -> StreamView {
    guard exponent.isFinite, abs(exponent) <= 64 else { throw node.error("a power of \(exponent) is not supported") }
    if exponent < 0 {
      return try activation(try power(view, -exponent, node), Activation(.reciprocal), node, "/reciprocal")
    }
    switch exponent {
    case 0: return try affine(view, scale: 0, shift: 1, node)
    case 1: return view
    case 0.5: return try activation(view, Activation(.squareRoot), node)
    default: break
    }
    let whole = exponent.rounded()
    // Small whole powers and roots are functions of their own; higher whole ones are made of them.
    guard whole == exponent, exponent > 4 else {
      return try activation(view, Activation(.power, alpha: exponent), node)
    }
    if whole.truncatingRemainder(dividingBy: 2) == 0 {
      return try activation(try power(view, whole / 2, node), Activation(.power, alpha: 2), node)
    }
    return try binary(.multiply, try power(view, whole - 1, node), view, node)
  }
}
