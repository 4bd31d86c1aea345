import CCRNN
import CKernelSet

#if !CRNN_UNUSUAL

  /// The activations of docs/numerics.md; a PRelu has its one slope in alpha here.
  @inline(never)
  func apply(_ activation: crnn_activation, to x: inout Vector) { x = value(activation, x) }

  @inline(__always)
  private func value(_ activation: crnn_activation, _ x: Vector) -> Vector {
    let zero = all(0)
    let one = all(1)
    let alpha = all(activation.alpha)
    let beta = all(activation.beta)
    switch Int(activation.kind) {
    case CRNN_ACTIVATION_RELU: return maximum(x, zero)
    case CRNN_ACTIVATION_LEAKY_RELU, CRNN_ACTIVATION_PRELU: return leaky(x, alpha)
    case CRNN_ACTIVATION_ELU: return exponentialUnit(x, alpha, beta)
    case CRNN_ACTIVATION_CLIP: return clamp(x, alpha, beta)
    case CRNN_ACTIVATION_SIGMOID: return sigmoid(x)
    case CRNN_ACTIVATION_TANH: return hyperbolicTangent(x)
    case CRNN_ACTIVATION_HARD_SIGMOID: return clamp(alpha * x + beta, zero, one)
    case CRNN_ACTIVATION_HARD_SWISH: return x * clamp(alpha * x + beta, zero, one)
    case CRNN_ACTIVATION_SOFTPLUS: return maximum(x, zero) + logarithm(one + exponential(all(0) - x.magnitude))
    case CRNN_ACTIVATION_SOFTSIGN: return x / (one + x.magnitude)
    case CRNN_ACTIVATION_ABSOLUTE: return x.magnitude
    case CRNN_ACTIVATION_EXPONENTIAL: return exponential(x)
    case CRNN_ACTIVATION_LOGARITHM: return logarithm(x)
    case CRNN_ACTIVATION_SQUARE_ROOT: return squareRoot(x)
    case CRNN_ACTIVATION_SIGN: return whereGreater(x, zero, one, whereGreater(zero, x, all(-1), zero))
    case CRNN_ACTIVATION_POWER: return power(x, activation.alpha)
    case CRNN_ACTIVATION_AFFINE: return alpha * x + beta
    case CRNN_ACTIVATION_SCALED_TANH: return alpha * hyperbolicTangent(beta * x)
    case CRNN_ACTIVATION_THRESHOLDED_RELU: return whereGreater(x, alpha, x, zero)
    case CRNN_ACTIVATION_RECIPROCAL: return one / x
    default: return x
    }
  }

  @inline(__always)
  private func power(_ x: Vector, _ exponent: Float) -> Vector {
    if isOfTwo(exponent) { return powerOfTwo(x, exponent) }
    if exponent == 1 { return x }
    if exponent == 3 { return (x * x) * x }
    return whereGreater(x, all(0), exponential(all(exponent) * logarithm(x)), all(0))
  }

#endif

@inline(__always)
func leaky(_ x: Vector, _ slope: Vector) -> Vector { whereGreater(all(0), x, slope * x, x) }

@inline(__always)
private func exponentialUnit(_ x: Vector, _ alpha: Vector, _ beta: Vector) -> Vector {
  whereGreater(all(0), x, alpha * (exponential(x) - all(1)), beta * x)
}

/// Squares and square roots, once or twice: spectra and norms.
@inline(__always)
private func isOfTwo(_ exponent: Float) -> Bool {
  exponent == 2 || exponent == 4 || exponent == 0.5 || exponent == 0.25
}

@inline(__always)
private func powerOfTwo(_ x: Vector, _ exponent: Float) -> Vector {
  let once = exponent > 1 ? x * x : squareRoot(x)
  if exponent == 4 { return once * once }
  return exponent == 0.25 ? squareRoot(once) : once
}

/// The activations that most networks have stay inline; the others, and all where size matters more, are called for each vector, or left to
/// another module. Those that mostly stand alone have a loop each, those that mostly go with a product share one.
@c @implementation
func crnn_kernel_activate(
  _ given: UnsafePointer<crnn_activation>, _ y: UnsafeMutablePointer<Float>, _ count: Int
) {
  let activation = given.pointee
  let (alpha, beta) = (all(activation.alpha), all(activation.beta))
  var i = 0
  #if !CRNN_SMALL
    switch Int(activation.kind) {
    case CRNN_ACTIVATION_SIGMOID:
      while i < count {
        store(sigmoid(load(y + i, count &- i)), y + i, count &- i)
        i &+= Vector.count
      }
    case CRNN_ACTIVATION_ELU:
      while i < count {
        store(exponentialUnit(load(y + i, count &- i), alpha, beta), y + i, count &- i)
        i &+= Vector.count
      }
    case CRNN_ACTIVATION_POWER where isOfTwo(activation.alpha):
      while i < count {
        store(powerOfTwo(load(y + i, count &- i), activation.alpha), y + i, count &- i)
        i &+= Vector.count
      }
    default: break
    }
  #endif
  while i < count {
    var x = load(y + i, count &- i)
    // Read anew each time: where it is known not to change, the compiler makes a loop for each kind.
    switch Int(given.pointee.kind) {
    #if !CRNN_SMALL
      case CRNN_ACTIVATION_RELU: x = maximum(x, all(0))
      case CRNN_ACTIVATION_LEAKY_RELU: x = leaky(x, alpha)
      case CRNN_ACTIVATION_TANH: x = hyperbolicTangent(x)
    #endif
    case CRNN_ACTIVATION_PRELU where activation.slopes != nil:
      if let slopes = activation.slopes { x = leaky(x, load(slopes + i, count &- i)) }
    default:
      #if CRNN_UNUSUAL
        return crnn_unusual_activate(given, y, count)
      #else
        apply(activation, to: &x)
      #endif
    }
    store(x, y + i, count &- i)
    i &+= Vector.count
  }
}
