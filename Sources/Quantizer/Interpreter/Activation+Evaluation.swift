#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The functions that the platform's mathematical library gives; the runtime has its own, equal to within rounding.
enum Elementary {
  static func exp(_ x: Float) -> Float { expf(x) }
  static func log(_ x: Float) -> Float { logf(x) }
  static func tanh(_ x: Float) -> Float { tanhf(x) }
  static func sigmoid(_ x: Float) -> Float { 1 / (1 + expf(-x)) }

  /// docs/numerics.md: a power that is no product or root is 0 where x is not positive.
  static func power(_ x: Float, _ exponent: Float) -> Float {
    switch exponent {
    case 1: x
    case 2: x * x
    case 3: x * x * x
    case 4: (x * x) * (x * x)
    case 0.5: x.squareRoot()
    case 0.25: x.squareRoot().squareRoot()
    default: x > 0 ? powf(x, exponent) : 0
    }
  }
}

extension Activation {
  /// f(x). A PRelu, whose slope depends on the channel, needs `apply(to:channels:)`.
  public func callAsFunction(_ x: Float, slope: Float = 0) -> Float {
    switch kind {
    case .identity: x
    case .relu: x > 0 ? x : 0
    case .leakyRelu: x < 0 ? alpha * x : x
    case .prelu: x < 0 ? slope * x : x
    case .elu: x < 0 ? alpha * (Elementary.exp(x) - 1) : beta * x
    case .clip: Activation.clip(x, alpha, beta)
    case .sigmoid: Elementary.sigmoid(x)
    case .tanh: Elementary.tanh(x)
    case .hardSigmoid: Activation.clip(alpha * x + beta, 0, 1)
    case .hardSwish: x * Activation.clip(alpha * x + beta, 0, 1)
    case .softplus: (x > 0 ? x : 0) + Elementary.log(1 + Elementary.exp(-abs(x)))
    case .softsign: x / (1 + abs(x))
    case .absolute: abs(x)
    case .exponential: Elementary.exp(x)
    case .logarithm: Elementary.log(x)
    case .squareRoot: x.squareRoot()
    case .sign: x > 0 ? 1 : (x < 0 ? -1 : 0)
    case .power: Elementary.power(x, alpha)
    case .affine: alpha * x + beta
    case .scaledTanh: alpha * Elementary.tanh(beta * x)
    case .thresholdedRelu: x > alpha ? x : 0
    case .reciprocal: 1 / x
    }
  }

  /// y = f(y) over whole frames with `channels` innermost.
  func apply(to values: inout [Float], channels: Int) {
    if kind == .identity { return }
    values.withUnsafeMutableBufferPointer { values in
      if kind == .prelu, slopes.count == channels {
        for i in values.indices { values[i] = self(values[i], slope: slopes[i % channels]) }
      } else {
        for i in values.indices { values[i] = self(values[i]) }
      }
    }
  }

  private static func clip(_ x: Float, _ low: Float, _ high: Float) -> Float {
    let raised = x > low ? x : low
    return raised < high ? raised : high
  }
}
