import CCRNN
import CKernels
import Foundation
import Testing

/// The elementary functions of docs/numerics.md against Foundation's in double precision, over every 1009th float.
@Suite("Accuracy of the elementary functions")
struct ElementaryTests {
  private func values(_ kind: Int, _ set: KernelSet, _ x: [Float]) -> [Float] {
    var y = x
    let activation = ActivationTests.activation(kind)
    withUnsafePointer(to: activation) { set.kernels.activate($0, &y, y.count) }
    return y
  }

  /// Every `step`-th float in a range of bit patterns; for all 2³² of them, over 4 million.
  private func floats(_ bits: Range<UInt64> = 0..<1 << 32, step: Int = 1009) -> [Float] {
    stride(from: bits.lowerBound, to: bits.upperBound, by: step).map { Float(bitPattern: UInt32($0)) }
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

  private func absoluteError(
    _ kind: Int, _ exact: (Double) -> Double, where isIncluded: (Float) -> Bool = { _ in true }
  ) -> Double {
    let x = floats().filter { !$0.isNaN && isIncluded($0) }
    return zip(x, values(kind, .reference, x)).reduce(0) { worst, pair in
      max(worst, abs(Double(pair.1) - exact(Double(pair.0))))
    }
  }

  @Test("exp: relative error below 2⁻²³ within its range")
  func exponential() {
    let error = relativeError(CRNN_ACTIVATION_EXPONENTIAL, exp) { -87.3 < $0 && $0 < 88.3 }
    print("exp: largest relative error \(error)")
    #expect(error < 0x1p-23)
  }

  @Test("tanh")
  func hyperbolicTangent() {
    let absolute = absoluteError(CRNN_ACTIVATION_TANH, tanh)
    let relative = relativeError(CRNN_ACTIVATION_TANH, tanh) { abs($0) > 1e-30 }
    print("tanh: largest errors \(absolute) \(relative)")
    #expect(relative < 0x1p-21)
  }

  @Test("sigmoid")
  func sigmoid() {
    let absolute = absoluteError(CRNN_ACTIVATION_SIGMOID, { 1 / (1 + exp(-$0)) })
    print("sigmoid: largest error \(absolute)")
    #expect(absolute < 0x1p-22)
  }

  @Test("log")
  func logarithm() {
    let relative = relativeError(CRNN_ACTIVATION_LOGARITHM, log) {
      $0 >= .leastNormalMagnitude && $0 < .infinity && $0 != 1
    }
    print("log: largest error \(relative)")
    #expect(relative < 0x1p-22)
  }
}
