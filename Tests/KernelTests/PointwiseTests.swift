import CCRNN
import CKernels
import Testing

@Suite("Element by element")
struct PointwiseTests {
  private static var reference: crnn_kernels { KernelSet.reference.kernels }

  @Test("Maximum of codes and of floats", arguments: KernelSet.optimized)
  func maximum(_ set: KernelSet) {
    for count in [0] + awkwardCounts {
      var random = RandomValues(seed: UInt64(count))
      let bytes = (0..<2).map { _ in random.integers(UInt8.min...UInt8.max, count: count) }
      let words = (0..<2).map { _ in random.integers(Int16.min...Int16.max, count: count) }
      let floats = (0..<2).map { _ in random.wildFloats(count: count) }
      check(bytes[0], bytes[1], set.kernels.maximum_u8, Self.reference.maximum_u8) { expectSame($0, $1, $2) }
      check(words[0], words[1], set.kernels.maximum_s16, Self.reference.maximum_s16) { expectSame($0, $1, $2) }
      // By their bits: NaN is to be the same too.
      check(floats[0], floats[1], set.kernels.maximum_f32, Self.reference.maximum_f32) { expectSame($0, $1, $2) }
    }
  }

  private typealias Maximum<T> = (
    UnsafePointer<T>, Int, UnsafePointer<T>, Int, UnsafeMutablePointer<T>, Int, Int, Int
  ) -> Void

  private func check<T: BitwiseCopyable & Equatable>(
    _ a: [T], _ b: [T], _ kernel: Maximum<T>, _ reference: Maximum<T>,
    _ expectSame: (GuardedMemory<T>, GuardedMemory<T>, String) -> Void
  ) {
    let (x, actual, expected) = (GuardedMemory(a), GuardedMemory(b), GuardedMemory(b))
    kernel(x.base, 0, actual.base, 0, actual.base, 0, 1, a.count)
    reference(x.base, 0, expected.base, 0, expected.base, 0, 1, a.count)
    expectSame(actual, expected, "\(T.self), count \(a.count), in place")
    // Rows of a third of the elements, two apart in one operand and one behind the other in the other.
    let count = a.count / 3
    guard count > 0 else { return }
    let y = GuardedMemory(Array(b.prefix(2 * count)))
    let z = GuardedMemory(Array(b.prefix(2 * count)))
    kernel(x.base, 2 * count, x.base + count, count, y.base, count, 2, count)
    reference(x.base, 2 * count, x.base + count, count, z.base, count, 2, count)
    expectSame(y, z, "\(T.self), two rows of \(count)")
  }

  @Test("Binary operations, also in place", arguments: KernelSet.optimized)
  func combine(_ set: KernelSet) {
    let operations = [
      CRNN_BINARY_ADD, CRNN_BINARY_SUBTRACT, CRNN_BINARY_MULTIPLY, CRNN_BINARY_DIVIDE, CRNN_BINARY_MINIMUM,
      CRNN_BINARY_MAXIMUM,
    ]
    for operation in operations {
      for count in [0] + awkwardCounts {
        var random = RandomValues(seed: UInt64(count))
        let a = GuardedMemory(random.wildFloats(count: count))
        let b = GuardedMemory(random.wildFloats(count: count))
        let actual = GuardedMemory(repeating: Float(3), count: count)
        let expected = GuardedMemory(repeating: Float(3), count: count)
        set.kernels.combine(Int32(operation), a.base, b.base, actual.base, count)
        Self.reference.combine(Int32(operation), a.base, b.base, expected.base, count)
        expectSame(actual, expected, "operation \(operation), count \(count)")
        set.kernels.combine(Int32(operation), a.base, b.base, b.base, count)
        expectSame(b, expected, "operation \(operation), count \(count), in place")
      }
    }
  }

  @Test("Softmax and its logarithm", arguments: KernelSet.optimized)
  func softmax(_ set: KernelSet) {
    for (seed, count) in ([0, 1, 1, 1] + awkwardCounts + awkwardCounts).enumerated() {
      var random = RandomValues(seed: UInt64(seed))
      let inputs = [
        random.floats(-30...30, count: count), random.wildFloats(count: count),
        [Float](repeating: -0.0, count: count), [.nan] + random.floats(count: count),
      ]
      for input in inputs {
        for logarithmic in [Int32(0), 1] {
          let actual = GuardedMemory(input)
          let expected = GuardedMemory(input)
          set.kernels.softmax(actual.base, input.count, logarithmic)
          Self.reference.softmax(expected.base, input.count, logarithmic)
          expectSame(actual, expected, "softmax of \(input), logarithm \(logarithmic)")
        }
      }
    }
  }

  @Test("The softmax of the reference adds up to one")
  func softmaxSum() {
    var random = RandomValues(seed: 1)
    var y = random.floats(count: 100)
    Self.reference.softmax(&y, y.count, 0)
    #expect(abs(y.reduce(0, +) - 1) < 1e-5)
    #expect(y.allSatisfy { $0 > 0 })
  }
}
