#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How far results lie from a reference, over any number of arrays.
package struct Comparison: Sendable {
  private var count = 0
  private var signal = 0.0
  private var noise = 0.0
  private var absolute = 0.0
  private var largest = 0.0

  package init() {}

  /// Both of the same length. What is not a number makes every figure so.
  package mutating func add(_ output: [Float], _ reference: [Float]) {
    for (a, b) in zip(output, reference) {
      let (value, expected) = (Double(a), Double(b))
      let error = (value - expected).magnitude
      signal += expected * expected
      noise += error * error
      absolute += error
      // Once it is not a number, it stays so.
      if !(error <= largest) && !largest.isNaN { largest = error }
    }
    count += min(output.count, reference.count)
  }

  /// Of the reference to the error; nil where there is no error at all.
  package var signalToNoise: Double? {
    guard count > 0, noise != 0 else { return nil }
    return 10 * log10(signal / noise)
  }
  package var meanAbsoluteError: Double? { count == 0 ? nil : absolute / Double(count) }
  package var maximumAbsoluteError: Double? { count == 0 ? nil : largest }
}
