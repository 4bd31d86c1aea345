/// The kernels of Pillow's filters, over the distance from a new pixel's centre in old pixels (in new ones where the image
/// shrinks). Keys, "Cubic convolution interpolation" (1981), with a = -1/2; Lanczos with three lobes; the window of Hamming.
enum PillowKernel {
  case box, bilinear, hamming, bicubic, lanczos

  /// Beyond this distance it is 0.
  var support: Double {
    switch self {
    case .box: 0.5
    case .bilinear, .hamming: 1
    case .bicubic: 2
    case .lanczos: 3
    }
  }

  func value(_ position: Double) -> Double {
    let x = position < 0 ? -position : position
    switch self {
    case .box: return position > -0.5 && position <= 0.5 ? 1 : 0
    case .bilinear: return x < 1 ? 1 - x : 0
    case .hamming: return x < 1 ? sinc(x) * (0.54 + 0.46 * sinOfTurns(x + 0.5)) : 0
    case .bicubic:
      if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0
    case .lanczos: return x < 3 ? sinc(x) * sinc(x / 3) : 0
    }
  }
}

/// sin(πx) / πx
func sinc(_ x: Double) -> Double { x == 0 ? 1 : sinOfTurns(x) / (x * Double.pi) }

/// sin(πx) for |x| below 2^31, without a library: the Taylor series up to the 19th power, whose error is below 1e-13 where the
/// argument has been brought to a quarter of a turn.
func sinOfTurns(_ x: Double) -> Double {
  let nearest = Int(x < 0 ? x - 0.5 : x + 0.5)
  let angle = (x - Double(nearest)) * Double.pi
  let square = angle * angle
  // Divisions would take most of the time.
  var sum = 1 - square * (1 / 342)
  sum = 1 - square * (1 / 272) * sum
  sum = 1 - square * (1 / 210) * sum
  sum = 1 - square * (1 / 156) * sum
  sum = 1 - square * (1 / 110) * sum
  sum = 1 - square * (1 / 72) * sum
  sum = 1 - square * (1 / 42) * sum
  sum = 1 - square * (1 / 20) * sum
  sum = angle * (1 - square * (1 / 6) * sum)
  return nearest & 1 == 0 ? sum : -sum
}
