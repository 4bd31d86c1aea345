import CCRNN
import CKernels
import Foundation
import Testing

/// The elementary functions of docs/numerics.md against Foundation's in double precision, over every 4099th float.
@Suite("Accuracy of the elementary functions")
struct ElementaryTests {
  private func values(_ kind: Int, _ set: KernelSet, _ x: [Float]) -> [Float] {
    var y = x
    let activation = ActivationTests.activation(kind)
    withUnsafePointer(to: activation) { set.kernels.activate($0, &y, y.count) }
    return y
  }

  private func floats() -> [Float] {
    stride(from: UInt64(0), to: 1 << 32, by: 4099).map { Float(bitPattern: UInt32($0)) }
  }

  /// The largest relative error over the arguments that `isIncluded` accepts.
  private func relativeError(
    _ kind: Int, _ exact: (Double) -> Double, where isIncluded: (Float) -> Bool
  ) -> Double {
    let x = floats().filter { !$0.isNaN && isIncluded($0) }
    return zip(x, values(kind, .reference, x)).reduce(0) { worst, pair in
      let truth = exact(Double(pair.0))
      return max(worst, abs(Double(pair.1) - truth) / abs(truth))
    }
  }

  private func absoluteError(_ kind: Int, _ exact: (Double) -> Double) -> Double {
    let x = floats().filter { !$0.isNaN }
    return zip(x, values(kind, .reference, x)).reduce(0) { worst, pair in
      max(worst, abs(Double(pair.1) - exact(Double(pair.0))))
    }
  }

  @Test("Every set equals the reference on all of them", arguments: KernelSet.optimized)
  func equal(_ set: KernelSet) {
    let x = floats()
    let kinds = [
      CRNN_ACTIVATION_EXPONENTIAL, CRNN_ACTIVATION_TANH, CRNN_ACTIVATION_SIGMOID, CRNN_ACTIVATION_LOGARITHM,
      CRNN_ACTIVATION_SQUARE_ROOT,
    ]
    for kind in kinds {
      let pairs = zip(values(kind, set, x), values(kind, .reference, x))
      #expect(pairs.allSatisfy { bits($0) == bits($1) }, "activation \(kind)")
    }
  }

  @Test("exp: relative error below 2⁻²³ where neither end of its range is near")
  func exponential() {
    let error = relativeError(CRNN_ACTIVATION_EXPONENTIAL, exp) { -87.3 < $0 && $0 < 88.3 }
    print("exp: relative error at most \(error)")
    #expect(error < 0x1p-23)
  }

  @Test("exp stays finite and normal for every argument")
  func exponentialRange() {
    let y = values(CRNN_ACTIVATION_EXPONENTIAL, .reference, floats())
    #expect(y.allSatisfy { $0.isFinite && $0.isNormal && $0 > 0 })
  }

  @Test("tanh: relative error below 2⁻²¹")
  func hyperbolicTangent() {
    let error = relativeError(CRNN_ACTIVATION_TANH, tanh) { abs($0) > 1e-30 }
    print("tanh: relative error at most \(error)")
    #expect(error < 0x1p-21)
  }

  @Test("tanh never leaves -1...1, sigmoid never 0...1")
  func bounds() {
    #expect(values(CRNN_ACTIVATION_TANH, .reference, floats()).allSatisfy { abs($0) <= 1 })
    #expect(values(CRNN_ACTIVATION_SIGMOID, .reference, floats()).allSatisfy { 0 <= $0 && $0 <= 1 })
  }

  @Test("sigmoid: absolute error below 2⁻²²")
  func sigmoid() {
    let error = absoluteError(CRNN_ACTIVATION_SIGMOID) { 1 / (1 + exp(-$0)) }
    print("sigmoid: absolute error at most \(error)")
    #expect(error < 0x1p-22)
  }

  @Test("log: relative error below 2⁻²³ for normal numbers")
  func logarithm() {
    let error = relativeError(CRNN_ACTIVATION_LOGARITHM, log) { $0.isNormal && $0 > 0 && $0 != 1 }
    print("log: relative error at most \(error)")
    #expect(error < 0x1p-23)
  }
}
