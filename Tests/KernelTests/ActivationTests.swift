import CCRNN
import CKernels
import Testing

@Suite("Activations")
struct ActivationTests {
  private static var reference: crnn_kernels { KernelSet.reference.kernels }

  /// Every activation, with parameters for which it differs from others.
  static var all: [crnn_activation] {
    let plain = [
      CRNN_ACTIVATION_IDENTITY, CRNN_ACTIVATION_RELU, CRNN_ACTIVATION_SIGMOID, CRNN_ACTIVATION_TANH,
      CRNN_ACTIVATION_SOFTPLUS, CRNN_ACTIVATION_SOFTSIGN, CRNN_ACTIVATION_ABSOLUTE, CRNN_ACTIVATION_EXPONENTIAL,
      CRNN_ACTIVATION_LOGARITHM, CRNN_ACTIVATION_SQUARE_ROOT, CRNN_ACTIVATION_SIGN, CRNN_ACTIVATION_RECIPROCAL,
    ]
    let withParameters: [(Int, Float, Float)] = [
      (CRNN_ACTIVATION_LEAKY_RELU, 0.01, 0), (CRNN_ACTIVATION_PRELU, 0.3, 0), (CRNN_ACTIVATION_ELU, 1, 1),
      (CRNN_ACTIVATION_ELU, 1.7580993, 1.050701), (CRNN_ACTIVATION_CLIP, 0, 6), (CRNN_ACTIVATION_CLIP, -1, 1),
      (CRNN_ACTIVATION_HARD_SIGMOID, 0.2, 0.5), (CRNN_ACTIVATION_HARD_SWISH, 1.0 / 6, 0.5),
      (CRNN_ACTIVATION_AFFINE, 2.5, -1), (CRNN_ACTIVATION_SCALED_TANH, 1.7159, 0.6666667),
      (CRNN_ACTIVATION_THRESHOLDED_RELU, 1, 0),
    ]
    let powers: [Float] = [1, 2, 3, 4, 0.5, 0.25, 1.7, -1, 0.33, 2.0000002]
    return plain.map { activation($0) } + withParameters.map { activation($0, $1, $2) }
      + powers.map { activation(CRNN_ACTIVATION_POWER, $0) }
  }

  static func activation(_ kind: Int, _ alpha: Float = 0, _ beta: Float = 0) -> crnn_activation {
    crnn_activation(kind: Int32(kind), alpha: alpha, beta: beta, slopes: nil)
  }

  private func apply(_ kernels: crnn_kernels, _ activation: crnn_activation, _ y: GuardedMemory<Float>) {
    withUnsafePointer(to: activation) { kernels.activate($0, y.base, y.count) }
  }

  @Test("Every activation is tested")
  func complete() {
    #expect(Set(Self.all.map(\.kind)) == Set(0..<Int32(CRNN_ACTIVATION_COUNT)))
  }

  @Test("Every activation equals the reference", arguments: KernelSet.optimized)
  func equal(_ set: KernelSet) {
    for activation in Self.all {
      for count in [0] + awkwardCounts {
        var random = RandomValues(seed: UInt64(count))
        let x = random.wildFloats(count: count)
        let actual = GuardedMemory(x)
        let expected = GuardedMemory(x)
        apply(set.kernels, activation, actual)
        apply(Self.reference, activation, expected)
        expectSame(actual, expected, "\(activation), count \(count)")
      }
    }
  }

  @Test("All remarkable values, in every lane", arguments: KernelSet.optimized)
  func remarkable(_ set: KernelSet) {
    for activation in Self.all {
      for shift in 0..<8 {
        let x = [Float](repeating: 1, count: shift) + RandomValues.remarkable
        let actual = GuardedMemory(x)
        let expected = GuardedMemory(x)
        apply(set.kernels, activation, actual)
        apply(Self.reference, activation, expected)
        expectSame(actual, expected, "\(activation), shift \(shift)")
      }
    }
  }

  @Test("PRelu takes one slope for each element", arguments: KernelSet.optimized)
  func slopes(_ set: KernelSet) {
    for count in awkwardCounts {
      var random = RandomValues(seed: UInt64(count))
      let slopes = GuardedMemory(random.wildFloats(count: count))
      let x = random.wildFloats(count: count)
      let actual = GuardedMemory(x)
      let expected = GuardedMemory(x)
      let activation = crnn_activation(
        kind: Int32(CRNN_ACTIVATION_PRELU), alpha: 0.5, beta: 0, slopes: UnsafePointer(slopes.base))
      apply(set.kernels, activation, actual)
      apply(Self.reference, activation, expected)
      expectSame(actual, expected, "count \(count)")
      let formula = GuardedMemory(zip(x, slopes.elements).map { $0 < 0 ? $1 * $0 : $0 })
      expectSame(expected, formula, "count \(count), the reference")
    }
  }
}
