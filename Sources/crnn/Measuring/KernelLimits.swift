import CCRNN
import CKernels

/// What the sums of products of an instruction set reach where nothing else costs anything: many rows times many panels, in the first cache.
struct KernelLimits {
  /// Multiplications in a second, for each kind of operand.
  let bytes: Double
  let sevenBits: Double
  let words: Double

  init(_ kernels: UnsafePointer<crnn_kernels>) {
    let table = kernels.pointee
    bytes = KernelLimits.rate(UInt8.self) { table.multiply_u8($0, 1, 8, $1, $2, 64, 4, 2048, $3, 32) }
    sevenBits = KernelLimits.rate(UInt8.self) { table.multiply_u7($0, 1, 8, $1, $2, 64, 4, 2048, $3, 32) }
    words = KernelLimits.rate(Int16.self) { table.multiply_s16($0, 1, 8, $1, $2, 64, 4, 2048, $3, 32) }
  }

  /// Eight rows of 256 codes, all 0: the time does not depend on them. 32 rows of weights.
  private static func rate<Code: FixedWidthInteger>(
    _ code: Code.Type,
    _ multiply: (
      UnsafePointer<UnsafePointer<Code>>, UnsafePointer<Int8>, UnsafePointer<Int32>, UnsafeMutablePointer<Int32>
    ) -> Void
  ) -> Double {
    let codes = [Code](repeating: 0, count: 8 * 256)
    let weights = [Int8](repeating: 0, count: 32 * 256)
    let initial = [Int32](repeating: 0, count: 32)
    var sums = [Int32](repeating: 0, count: 8 * 32)
    let calls = 200
    return codes.withUnsafeBufferPointer { codes in
      guard let base = codes.baseAddress else { return 0 }
      let rows = (0..<8).map { base + 256 * $0 }
      let clock = ContinuousClock()
      // The best of many rounds: a processor takes a while to reach its speed.
      let fastest =
        (0..<200).map { _ in
          clock.measure { for _ in 0..<calls { multiply(rows, weights, initial, &sums) } }
        }.min() ?? .zero
      return Double(calls * 8 * 32 * 256) / fastest.seconds
    }
  }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
