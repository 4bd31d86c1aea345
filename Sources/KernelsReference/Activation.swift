import CCRNN
import CKernelSet

/// The activations of docs/numerics.md; `slope` is what a leaky relu or a PRelu multiplies negative values by.
func apply(_ activation: crnn_activation, slope: Float, to x: Float) -> Float {
  let alpha = activation.alpha
  let beta = activation.beta
  switch Int(activation.kind) {
  case CRNN_ACTIVATION_RELU: return x > 0 ? x : 0
  case CRNN_ACTIVATION_LEAKY_RELU, CRNN_ACTIVATION_PRELU: return x < 0 ? slope * x : x
  case CRNN_ACTIVATION_ELU: return x < 0 ? alpha * (exponential(x) - 1) : beta * x
  case CRNN_ACTIVATION_CLIP: return clamp(x, alpha, beta)
  case CRNN_ACTIVATION_SIGMOID: return sigmoid(x)
  case CRNN_ACTIVATION_TANH: return hyperbolicTangent(x)
  case CRNN_ACTIVATION_HARD_SIGMOID: return clamp(alpha * x + beta, 0, 1)
  case CRNN_ACTIVATION_HARD_SWISH: return x * clamp(alpha * x + beta, 0, 1)
  case CRNN_ACTIVATION_SOFTPLUS: return (x > 0 ? x : 0) + logarithm(1 + exponential(-x.magnitude))
  case CRNN_ACTIVATION_SOFTSIGN: return x / (1 + x.magnitude)
  case CRNN_ACTIVATION_ABSOLUTE: return x.magnitude
  case CRNN_ACTIVATION_EXPONENTIAL: return exponential(x)
  case CRNN_ACTIVATION_LOGARITHM: return logarithm(x)
  case CRNN_ACTIVATION_SQUARE_ROOT: return squareRoot(x)
  case CRNN_ACTIVATION_SIGN: return x > 0 ? 1 : (x < 0 ? -1 : 0)
  case CRNN_ACTIVATION_POWER: return power(x, alpha)
  case CRNN_ACTIVATION_AFFINE: return alpha * x + beta
  case CRNN_ACTIVATION_SCALED_TANH: return alpha * hyperbolicTangent(beta * x)
  case CRNN_ACTIVATION_THRESHOLDED_RELU: return x > alpha ? x : 0
  case CRNN_ACTIVATION_RECIPROCAL: return 1 / x
  default: return x
  }
}

func power(_ x: Float, _ exponent: Float) -> Float {
  if exponent == 1 { return x }
  if exponent == 2 { return x * x }
  if exponent == 3 { return (x * x) * x }
  if exponent == 4 { return (x * x) * (x * x) }
  if exponent == 0.5 { return squareRoot(x) }
  if exponent == 0.25 { return squareRoot(squareRoot(x)) }
  return x > 0 ? exponential(exponent * logarithm(x)) : 0
}

@c @implementation
func crnn_kernel_activate(
  _ activation: UnsafePointer<crnn_activation>, _ y: UnsafeMutablePointer<Float>, _ count: Int
) {
  let activation = activation.pointee
  var i = 0
  while i < count {
    var slope = activation.alpha
    if Int(activation.kind) == CRNN_ACTIVATION_PRELU, let slopes = activation.slopes { slope = slopes[i] }
    y[i] = apply(activation, slope: slope, to: y[i])
    i &+= 1
  }
}
