import CKernels
import Testing

/// Sums over pairs of neighbouring codes against what `crnn_kernels.h` says, written out.
@Suite("Sums over pairs")
struct PairsTests {
  /// Sets that have them.
  static let sets = KernelSet.optimized.filter { $0.kernels.multiply_pairs != nil }

  @Test("Equal the sums written out", arguments: sets)
  func multiplyPairs(_ set: KernelSet) throws {
    let multiply = try #require(set.kernels.multiply_pairs)
    for rows in [8, 16, 24, 32, 40, 48, 64, 72] {
      for (pairs, step) in [(1, 1), (2, 1), (5, 2), (6, 3), (18, 1)] {
        for count in [1, 2, 3, 4, 5, 8, 11] {
          for extreme in [false, true] {
            check(multiply, rows: rows, pairs: pairs, step: step, count: count, extreme: extreme)
          }
        }
      }
    }
  }

  private typealias Multiply = (
    UnsafePointer<Int16>, UnsafePointer<Int32>, Int, Int, Int, UnsafePointer<Int16>, UnsafePointer<Int32>, Int,
    UnsafeMutablePointer<Int32>
  ) -> Void

  private func check(_ multiply: Multiply, rows: Int, pairs: Int, step: Int, count: Int, extreme: Bool) {
    var random = RandomValues(seed: UInt64(rows * pairs * count))
    // From the end of one line to the start of the next there are other codes.
    let places: [Int32] = (0..<Int32(pairs)).map { pair in 2 * pair + 5 * (pair / 3) }
    let offsets = GuardedMemory(places)
    let codeCount = (count - 1) * step + Int(offsets.base[pairs - 1]) + 2
    let codes = GuardedMemory(random.integers(Int16(-32767)...32767, count: codeCount, extreme: extreme))
    let weightCount = 2 * pairs * rows + Int(CRNN_PAIRS_SPARE_WEIGHTS)
    let weights = GuardedMemory(random.integers(Int16(-127)...127, count: weightCount, extreme: extreme))
    let initial = GuardedMemory(random.integers(Int32.min...Int32.max, count: rows, extreme: extreme))
    let actual = GuardedMemory(repeating: Int32(7), count: count * rows)
    let expected = GuardedMemory(repeating: Int32(7), count: count * rows)
    for m in 0..<count {
      for r in 0..<rows {
        var sum = initial.base[r]
        for p in 0..<pairs {
          for k in 0..<2 {
            let weight = Int32(weights.base[(p * rows + r) * 2 + k])
            sum &+= weight &* Int32(codes.base[m * step + Int(offsets.base[p]) + k])
          }
        }
        expected.base[m * rows + r] = sum
      }
    }
    multiply(
      codes.base, offsets.base, pairs, step, count, weights.base, initial.base, rows, actual.base)
    expectSame(
      actual, expected, "rows \(rows), pairs \(pairs), step \(step), count \(count), extreme \(extreme)")
  }
}
