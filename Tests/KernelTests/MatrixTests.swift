import CKernels
import Testing

@Suite("Sums of products")
struct MatrixTests {
  /// One call of `multiply_*`: `panels` panels of `taps` times `groups` groups, cut out of longer ones where `spare` is above 0.
  struct Shape: CustomStringConvertible {
    var count: Int
    var groups: Int
    var panels: Int
    var spare = 0
    var extreme = false
    var taps = 1

    var panelStride: Int { 32 * (taps * groups + spare) }
    var weightCount: Int { panels == 0 ? 0 : (panels - 1) * panelStride + 32 * taps * groups }
    var description: String {
      "count \(count), taps \(taps), groups \(groups), panels \(panels), spare \(spare), extreme \(extreme)"
    }

    static let all: [Shape] = {
      var shapes: [Shape] = []
      for count in [1, 2, 3, 4, 5, 7, 8, 11] {
        for panels in 1...5 {
          for groups in [0, 1, 2, 3, 4, 5, 7, 8, 13, 16, 31, 70] {
            shapes.append(Shape(count: count, groups: groups, panels: panels))
          }
          shapes.append(Shape(count: count, groups: 9, panels: panels, spare: 3))
          shapes.append(Shape(count: count, groups: 37, panels: panels, extreme: true))
          for taps in [0, 2, 3, 9] {
            for groups in [1, 4, 7] {
              shapes.append(Shape(count: count, groups: groups, panels: panels, taps: taps))
            }
          }
          shapes.append(Shape(count: count, groups: 5, panels: panels, spare: 2, extreme: true, taps: 6))
        }
        shapes.append(Shape(count: count, groups: 3, panels: 0))
        shapes.append(Shape(count: count, groups: 6, panels: 17))
      }
      return shapes
    }()
  }

  @Test("16-bit operands equal the reference", arguments: KernelSet.optimized)
  func multiplyS16(_ set: KernelSet) {
    for (seed, shape) in Shape.all.enumerated() {
      check(shape, seed: seed, codes: Int16(-32767)...32767, set.kernels.multiply_s16, Self.reference.multiply_s16)
    }
  }

  @Test("8-bit operands equal the reference", arguments: KernelSet.optimized)
  func multiplyU8(_ set: KernelSet) {
    for (seed, shape) in Shape.all.enumerated() {
      check(shape, seed: seed, codes: UInt8(0)...255, set.kernels.multiply_u8, Self.reference.multiply_u8)
    }
  }

  @Test("7-bit operands equal the reference", arguments: KernelSet.optimized)
  func multiplyU7(_ set: KernelSet) {
    for (seed, shape) in Shape.all.enumerated() {
      check(shape, seed: seed, codes: UInt8(0)...127, set.kernels.multiply_u7, Self.reference.multiply_u7)
    }
  }

  private static var reference: crnn_kernels { KernelSet.reference.kernels }

  private typealias Multiply<Code> = (
    UnsafePointer<UnsafePointer<Code>>, Int, Int, UnsafePointer<Int8>, UnsafePointer<Int32>, Int, Int, Int,
    UnsafeMutablePointer<Int32>, Int
  ) -> Void

  private func check<Code: FixedWidthInteger & BitwiseCopyable>(
    _ shape: Shape, seed: Int, codes: ClosedRange<Code>, _ kernel: Multiply<Code>, _ reference: Multiply<Code>
  ) {
    var random = RandomValues(seed: UInt64(seed))
    let rows = 8 * shape.panels
    let sumStride = rows + seed % 5
    let operands = max(1, shape.taps * shape.count)
    let x = GuardedMemory(random.integers(codes, count: operands * 4 * shape.groups, extreme: shape.extreme))
    // Not in order, and some operands twice; the last one that there is, too.
    let table = (0..<operands).map { UnsafePointer(x.base + (operands - 1 - $0 * 5 % operands) * 4 * shape.groups) }
    let weights = GuardedMemory(random.integers(Int8(-127)...127, count: shape.weightCount, extreme: shape.extreme))
    let initial = GuardedMemory(random.integers(Int32.min...Int32.max, count: rows))
    let untouched = [Int32](repeating: 0x5A5A_5A5A, count: (shape.count - 1) * sumStride + rows)
    let actual = GuardedMemory(untouched)
    let expected = GuardedMemory(untouched)
    let backwards = GuardedMemory(untouched)
    func run(_ function: Multiply<Code>, _ sums: GuardedMemory<Int32>, backwards: Bool = false) {
      function(
        table, shape.taps, shape.count, weights.base, initial.base, shape.groups, shape.panels,
        backwards ? -shape.panelStride : shape.panelStride, sums.base, sumStride)
    }
    run(kernel, actual)
    run(reference, expected)
    expectSame(actual, expected, shape.description)
    run(kernel, backwards, backwards: true)
    expectSame(backwards, expected, "\(shape.description), backwards")
  }

  @Test("The reference itself: a sum worked out by hand, in the layout of a packed matrix")
  func layout() {
    // Two panels of two groups: row r has the weight r + 1 at depth 5 and 1 at depth 0, else 0.
    var weights = [Int8](repeating: 0, count: 2 * 2 * 32)
    for r in 0..<16 {
      weights[(r / 8) * 64 + (r % 8) * 4] = 1
      weights[(r / 8) * 64 + 32 + (r % 8) * 4 + 1] = Int8(r + 1)
    }
    let x = GuardedMemory<Int16>([100, 9, 9, 9, 9, -7, 9, 9])
    let initial = (0..<16).map { Int32(1000 * $0) }
    let expected = (0..<16).map { row -> Int32 in Int32(1000 * row) + 100 - 7 * Int32(row + 1) }
    var sums = [Int32](repeating: 0, count: 16)
    Self.reference.multiply_s16([UnsafePointer(x.base)], 1, 1, weights, initial, 2, 2, 64, &sums, 16)
    #expect(sums == expected)
    // Each group a tap.
    let taps = [UnsafePointer(x.base), UnsafePointer(x.base + 4)]
    Self.reference.multiply_s16(taps, 2, 1, weights, initial, 1, 2, 64, &sums, 16)
    #expect(sums == expected)
  }

  @Test("Depthwise sums equal the reference", arguments: KernelSet.optimized)
  func depthwise(_ set: KernelSet) {
    let reference = Self.reference
    for channels in [0, 16, 32, 48, 112] {
      for taps in [0, 1, 2, 3, 9, 25] {
        for count in [1, 2, 3, 4, 5, 9] {
          let shape = Shape(count: count, groups: channels, panels: 0, extreme: count == 3, taps: taps)
          depthwise(shape, Int16(-32767)...32767, set.kernels.depthwise_s16, reference.depthwise_s16)
          depthwise(shape, UInt8(0)...255, set.kernels.depthwise_u8, reference.depthwise_u8)
        }
      }
    }
  }

  private typealias DepthwiseKernel<Code> = (
    UnsafePointer<UnsafePointer<Code>>, Int, Int, UnsafePointer<Int8>, UnsafePointer<Int32>, Int,
    UnsafeMutablePointer<Int32>
  ) -> Void

  /// `groups` of the shape are channels.
  private func depthwise<Code: FixedWidthInteger & BitwiseCopyable>(
    _ shape: Shape, _ codes: ClosedRange<Code>, _ kernel: DepthwiseKernel<Code>, _ reference: DepthwiseKernel<Code>
  ) {
    let channels = shape.groups
    var random = RandomValues(seed: UInt64(channels + shape.taps + shape.count))
    let operands = max(1, shape.taps * shape.count)
    let x = GuardedMemory(random.integers(codes, count: operands * channels, extreme: shape.extreme))
    let table = (0..<operands).map { UnsafePointer(x.base + (operands - 1 - $0 * 7 % operands) * channels) }
    let weights = GuardedMemory(
      random.integers(Int8(-127)...127, count: channels * shape.taps, extreme: shape.extreme))
    let initial = GuardedMemory(random.integers(Int32.min...Int32.max, count: channels))
    let actual = GuardedMemory(repeating: Int32(7), count: channels * shape.count)
    let expected = GuardedMemory(repeating: Int32(7), count: channels * shape.count)
    kernel(table, shape.taps, shape.count, weights.base, initial.base, channels, actual.base)
    reference(table, shape.taps, shape.count, weights.base, initial.base, channels, expected.base)
    expectSame(actual, expected, "\(Code.self), depthwise, channels \(channels), \(shape)")
  }
}
