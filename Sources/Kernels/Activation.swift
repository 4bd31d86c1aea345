import CCRNN
import CKernelSet

/// The activations of docs/numerics.md; `slope` is what a leaky relu or a PRelu multiplies negative values by.
@inline(never)
func apply(_ activation: crnn_activation, slope: Vector, to x: Vector) -> Vector {
  let zero = all(0)
  let one = all(1)
  let alpha = all(activation.alpha)
  let beta = all(activation.beta)
  switch Int(activation.kind) {
  case CRNN_ACTIVATION_RELU: return maximum(x, zero)
  case CRNN_ACTIVATION_LEAKY_RELU, CRNN_ACTIVATION_PRELU: return crnn_where_greater(zero, x, slope * x, x)
  case CRNN_ACTIVATION_ELU: return crnn_where_greater(zero, x, alpha * (exponential(x) - one), beta * x)
  case CRNN_ACTIVATION_CLIP: return clamp(x, alpha, beta)
  case CRNN_ACTIVATION_SIGMOID: return sigmoid(x)
  case CRNN_ACTIVATION_TANH: return hyperbolicTangent(x)
  case CRNN_ACTIVATION_HARD_SIGMOID: return clamp(alpha * x + beta, zero, one)
  case CRNN_ACTIVATION_HARD_SWISH: return x * clamp(alpha * x + beta, zero, one)
  case CRNN_ACTIVATION_SOFTPLUS: return maximum(x, zero) + logarithm(one + exponential(-magnitude(x)))
  case CRNN_ACTIVATION_SOFTSIGN: return x / (one + magnitude(x))
  case CRNN_ACTIVATION_ABSOLUTE: return magnitude(x)
  case CRNN_ACTIVATION_EXPONENTIAL: return exponential(x)
  case CRNN_ACTIVATION_LOGARITHM: return logarithm(x)
  case CRNN_ACTIVATION_SQUARE_ROOT: return squareRoot(x)
  case CRNN_ACTIVATION_SIGN: return crnn_where_greater(x, zero, one, crnn_where_greater(zero, x, all(-1), zero))
  case CRNN_ACTIVATION_POWER: return power(x, activation.alpha)
  case CRNN_ACTIVATION_AFFINE: return alpha * x + beta
  case CRNN_ACTIVATION_SCALED_TANH: return alpha * hyperbolicTangent(beta * x)
  case CRNN_ACTIVATION_THRESHOLDED_RELU: return crnn_where_greater(x, alpha, x, zero)
  case CRNN_ACTIVATION_RECIPROCAL: return one / x
  default: return x
  }
}

@inline(__always)
private func power(_ x: Vector, _ exponent: Float) -> Vector {
  if exponent == 1 { return x }
  if exponent == 2 { return x * x }
  if exponent == 3 { return (x * x) * x }
  if exponent == 4 { return (x * x) * (x * x) }
  if exponent == 0.5 { return squareRoot(x) }
  if exponent == 0.25 { return squareRoot(squareRoot(x)) }
  return crnn_where_greater(x, all(0), exponential(all(exponent) * logarithm(x)), all(0))
}

@c @implementation
func crnn_kernel_activate(
  _ activation: UnsafePointer<crnn_activation>, _ y: UnsafeMutablePointer<Float>, _ count: Int
) {
  let activation = activation.pointee
  var i = 0
  if Int(activation.kind) == CRNN_ACTIVATION_RELU {
    while i < count {
      let remaining = count &- i
      store(maximum(load(y + i, remaining), all(0)), y + i, remaining)
      i &+= 8
    }
  } else if Int(activation.kind) == CRNN_ACTIVATION_PRELU, let slopes = activation.slopes {
    while i < count {
      let remaining = count &- i
      let slope = load(slopes + i, remaining)
      store(apply(activation, slope: slope, to: load(y + i, remaining)), y + i, remaining)
      i &+= 8
    }
  } else {
    let slope = all(activation.alpha)
    while i < count {
      let remaining = count &- i
      store(apply(activation, slope: slope, to: load(y + i, remaining)), y + i, remaining)
      i &+= 8
    }
  }
}
