import CCRNN
import CKernels
import Testing

@Suite("Codes to numbers and back")
struct ConversionTests {
  private static var reference: crnn_kernels { KernelSet.reference.kernels }

  private func quantization(
    scale: Float, zeroPoint: Int32 = 0, _ range: ClosedRange<Int32>
  ) -> crnn_quantization {
    crnn_quantization(
      scale: scale, inverse_scale: 1 / scale, zero_point: zeroPoint, minimum: range.lowerBound,
      maximum: range.upperBound)
  }

  @Test("Sums to floats", arguments: KernelSet.optimized)
  func convert(_ set: KernelSet) {
    for count in [0] + awkwardCounts {
      var random = RandomValues(seed: UInt64(count))
      let sums = GuardedMemory(random.integers(Int32.min...Int32.max, count: count))
      let start = random.wildFloats(count: count)
      let pairs = [
        (set.kernels.convert, Self.reference.convert), (set.kernels.convert_add, Self.reference.convert_add),
      ]
      for (kernel, reference) in pairs {
        let actual = GuardedMemory(start)
        let expected = GuardedMemory(start)
        kernel(sums.base, actual.base, count)
        reference(sums.base, expected.base, count)
        expectSame(actual, expected, "count \(count)")
      }
    }
  }

  @Test("Sums to values, also in place", arguments: KernelSet.optimized)
  func rescale(_ set: KernelSet) {
    for (rows, columns) in [(0, 8), (1, 8), (1, 64), (2, 16), (3, 8), (4, 40)] {
      var random = RandomValues(seed: UInt64(rows * columns))
      let sums = GuardedMemory(random.integers(Int32.min...Int32.max, count: rows * columns))
      let scale = GuardedMemory(random.wildFloats(count: columns))
      let shift = GuardedMemory(random.wildFloats(count: columns))
      let actual = GuardedMemory(repeating: Float(0), count: rows * columns)
      let expected = GuardedMemory(repeating: Float(0), count: rows * columns)
      set.kernels.rescale(sums.base, scale.base, shift.base, actual.base, rows, columns)
      Self.reference.rescale(sums.base, scale.base, shift.base, expected.base, rows, columns)
      expectSame(actual, expected, "\(rows) rows of \(columns)")
      let inPlace = UnsafeMutableRawPointer(sums.base).assumingMemoryBound(to: Float.self)
      set.kernels.rescale(sums.base, scale.base, shift.base, inPlace, rows, columns)
      for i in 0..<rows * columns {
        #expect(inPlace[i].bitPattern == expected.base[i].bitPattern, "in place, value \(i)")
      }
    }
  }

  @Test("Sums to codes in one go", arguments: KernelSet.optimized)
  func requantize(_ set: KernelSet) {
    let quantizations = [
      crnn_quantization(scale: 0.02, inverse_scale: 50, zero_point: 0, minimum: 0, maximum: 255),
      crnn_quantization(scale: 0.5, inverse_scale: 2, zero_point: 97, minimum: 3, maximum: 200),
    ]
    let shapes = [
      (0, 8, 8, 0), (1, 8, 1, 0), (1, 64, 61, 3), (2, 16, 16, 0), (4, 40, 37, 5), (3, 32, 32, 0), (5, 104, 98, 2),
    ]
    for (rows, columns, count, spare) in shapes {
      for (q, areFinite) in quantizations.flatMap({ [($0, true), ($0, false)] }) {
        var (random, q) = (RandomValues(seed: UInt64(rows * columns)), q)
        let sums = GuardedMemory(random.integers(Int32(-30_000)...30_000, count: rows * columns))
        // Finite ones give no NaN, but now and then what is too large for a float, or for an integer.
        let scales = random.floats(0.0001...0.01, count: columns)
        let scale = GuardedMemory(scales.enumerated().map { $0 % 7 == 3 ? (areFinite ? 3e38 : .nan) : $1 })
        let shift = GuardedMemory(
          random.wildFloats(count: columns).map { areFinite && !$0.isFinite ? -3e38 : $0 })
        let length = max(0, (rows - 1) * (count + spare) + count)
        let context = "\(rows) rows of \(count) in \(columns), zero point \(q.zero_point), finite \(areFinite)"
        let (bytes, expectedBytes) = (
          GuardedMemory(repeating: UInt8(9), count: length), GuardedMemory(repeating: UInt8(9), count: length)
        )
        set.kernels.requantize_u8(
          sums.base, scale.base, shift.base, &q, bytes.base, rows, columns, count, count + spare)
        Self.reference.requantize_u8(
          sums.base, scale.base, shift.base, &q, expectedBytes.base, rows, columns, count, count + spare)
        expectSame(bytes, expectedBytes, context)
        let (words, expectedWords) = (
          GuardedMemory(repeating: Int16(9), count: length), GuardedMemory(repeating: Int16(9), count: length)
        )
        set.kernels.requantize_s16(
          sums.base, scale.base, shift.base, &q, words.base, rows, columns, count, count + spare)
        Self.reference.requantize_s16(
          sums.base, scale.base, shift.base, &q, expectedWords.base, rows, columns, count, count + spare)
        expectSame(words, expectedWords, context)
      }
    }
  }

  @Test("The reference itself: one go is the same as three")
  func requantizeIsTheThree() {
    var random = RandomValues(seed: 4)
    let sums = random.integers(Int32(-30_000)...30_000, count: 24)
    let (scale, shift) = (random.floats(0.0001...0.01, count: 24), random.floats(-3...3, count: 24))
    var q = crnn_quantization(scale: 0.02, inverse_scale: 50, zero_point: 31, minimum: 0, maximum: 255)
    var values = [Float](repeating: 0, count: 24)
    var (codes, atOnce) = ([UInt8](repeating: 0, count: 24), [UInt8](repeating: 0, count: 24))
    Self.reference.rescale(sums, scale, shift, &values, 1, 24)
    // Relu is what its code does not go below.
    var relu = crnn_activation(kind: Int32(CRNN_ACTIVATION_RELU), alpha: 0, beta: 0, slopes: nil)
    Self.reference.activate(&relu, &values, 24)
    Self.reference.quantize_u8(values, &q, &codes, 24)
    q.minimum = q.zero_point
    Self.reference.requantize_u8(sums, scale, shift, &q, &atOnce, 1, 24, 24, 24)
    #expect(codes == atOnce)
  }

  @Test("Sums to floats in one go, and apart", arguments: KernelSet.optimized)
  func rescaleLeaky(_ set: KernelSet) {
    let shapes = [(0, 8, 8, 0), (1, 8, 1, 0), (1, 64, 61, 3), (2, 16, 16, 0), (4, 40, 37, 5), (3, 32, 32, 0)]
    for (rows, columns, count, spare) in shapes {
      for slope: Float in [1, 0.1, -0.5, 1e-30] {
        var random = RandomValues(seed: UInt64(rows * columns))
        let sums = GuardedMemory(random.integers(Int32(-30_000)...30_000, count: rows * columns))
        // Now and then a value that is subnormal or NaN.
        let scale = GuardedMemory(
          random.floats(0.0001...0.01, count: columns).enumerated().map { [$1, 1e-41, 1e-30, .nan][$0 % 5 % 4] })
        let shift = GuardedMemory(random.floats(-3...3, count: columns).enumerated().map { $0 % 2 == 0 ? $1 : 0 })
        let length = max(0, (rows - 1) * (count + spare) + count)
        let (actual, expected, apart) = (
          GuardedMemory(repeating: Float(9), count: length), GuardedMemory(repeating: Float(9), count: length),
          GuardedMemory(repeating: Float(9), count: length)
        )
        set.kernels.rescale_leaky(
          sums.base, scale.base, shift.base, slope, actual.base, rows, columns, count, count + spare)
        Self.reference.rescale_leaky(
          sums.base, scale.base, shift.base, slope, expected.base, rows, columns, count, count + spare)
        let context = "\(rows) rows of \(count) in \(columns), slope \(slope)"
        expectSame(actual, expected, context)
        let values = GuardedMemory(repeating: Float(0), count: rows * columns)
        var leaky = crnn_activation(kind: Int32(CRNN_ACTIVATION_LEAKY_RELU), alpha: slope, beta: 0, slopes: nil)
        set.kernels.rescale(sums.base, scale.base, shift.base, values.base, rows, columns)
        set.kernels.activate(&leaky, values.base, rows * columns)
        for row in 0..<rows {
          set.kernels.copy_normal(values.base + row * columns, apart.base + row * (count + spare), count)
        }
        expectSame(apart, expected, context + ", one after the other")
      }
    }
  }

  @Test("Floats without subnormal ones", arguments: KernelSet.optimized + [.reference])
  func copyNormal(_ set: KernelSet) {
    let tiny = Float.leastNormalMagnitude
    let given: [Float] = [1, -0.0, 1e-45, -1e-45, tiny, -tiny, tiny.nextDown, -tiny.nextDown, .infinity, -3e38, 0]
    let kept: [Float] = [1, -0.0, 0, -0.0, tiny, -tiny, 0, -0.0, .infinity, -3e38, 0]
    for count in 0..<40 {
      let x = GuardedMemory((0..<count).map { given[$0 % given.count] })
      let y = GuardedMemory(repeating: Float(9), count: count)
      set.kernels.copy_normal(x.base, y.base, count)
      expectSame(y, GuardedMemory((0..<count).map { kept[$0 % kept.count] }), "count \(count)")
    }
  }

  @Test("Scale and shift, also in place", arguments: KernelSet.optimized)
  func multiplyAdd(_ set: KernelSet) {
    for count in [0] + awkwardCounts {
      var random = RandomValues(seed: UInt64(count))
      let x = GuardedMemory(random.wildFloats(count: count))
      let scale = GuardedMemory(random.wildFloats(count: count))
      let shift = GuardedMemory(random.wildFloats(count: count))
      let actual = GuardedMemory(repeating: Float(0), count: count)
      let expected = GuardedMemory(repeating: Float(0), count: count)
      set.kernels.multiply_add(x.base, scale.base, shift.base, actual.base, count)
      Self.reference.multiply_add(x.base, scale.base, shift.base, expected.base, count)
      expectSame(actual, expected, "count \(count)")
      set.kernels.multiply_add(x.base, scale.base, shift.base, x.base, count)
      expectSame(x, expected, "count \(count), in place")
    }
  }

  @Test("Multiplications and additions are rounded apart, never fused")
  func neverFused() {
    // (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is 2⁻²⁴ exactly and 0 where the product is rounded first.
    for set in KernelSet.optimized + [.reference] {
      let x = [Float](repeating: 1 + 0x1p-12, count: 9)
      let shift = [Float](repeating: -(1 + 0x1p-11), count: 9)
      var y = [Float](repeating: 1, count: 9)
      set.kernels.multiply_add(x, x, shift, &y, 9)
      #expect(y.allSatisfy { $0 == 0 }, "\(set.name)")
    }
  }

  @Test("Quantising", arguments: KernelSet.optimized)
  func quantize(_ set: KernelSet) {
    let bytes = [
      quantization(scale: 0.05, zeroPoint: 128, 0...255), quantization(scale: 1, zeroPoint: 3, 1...254),
      quantization(scale: 1 / 127, 0...127), quantization(scale: 0x1p-100, zeroPoint: 255, 0...255),
    ]
    let words = [
      quantization(scale: 0.001, -32767...32767), quantization(scale: 1, -32767...32767),
      quantization(scale: 0x1p100, -100...32767),
    ]
    for (seed, count) in ([0] + awkwardCounts + [RandomValues.remarkable.count]).enumerated() {
      var random = RandomValues(seed: UInt64(seed))
      let values =
        count == RandomValues.remarkable.count ? RandomValues.remarkable : random.wildFloats(count: count)
      let x = GuardedMemory(values)
      for q in bytes {
        let actual = GuardedMemory(repeating: UInt8(77), count: count)
        let expected = GuardedMemory(repeating: UInt8(77), count: count)
        withUnsafePointer(to: q) { set.kernels.quantize_u8(x.base, $0, actual.base, count) }
        withUnsafePointer(to: q) { Self.reference.quantize_u8(x.base, $0, expected.base, count) }
        expectSame(actual, expected, "count \(count), \(q)")
      }
      for q in words {
        let actual = GuardedMemory(repeating: Int16(77), count: count)
        let expected = GuardedMemory(repeating: Int16(77), count: count)
        withUnsafePointer(to: q) { set.kernels.quantize_s16(x.base, $0, actual.base, count) }
        withUnsafePointer(to: q) { Self.reference.quantize_s16(x.base, $0, expected.base, count) }
        expectSame(actual, expected, "count \(count), \(q)")
      }
    }
  }

  @Test("The reference quantises as the document says: ties to even, NaN to the zero point, clamped")
  func quantizedValues() {
    let x: [Float] = [0.5, 1.5, 2.5, -0.5, .nan, .infinity, -.infinity, 1000, -1000, 126.5]
    let q = quantization(scale: 1, zeroPoint: 10, 1...254)
    var y = [UInt8](repeating: 0, count: x.count)
    withUnsafePointer(to: q) { Self.reference.quantize_u8(x, $0, &y, x.count) }
    #expect(y == [10, 12, 12, 10, 10, 254, 1, 254, 1, 136])
  }

  @Test("Codes back to values", arguments: KernelSet.optimized)
  func dequantize(_ set: KernelSet) {
    for count in [0] + awkwardCounts {
      var random = RandomValues(seed: UInt64(count))
      let bytes = GuardedMemory(random.integers(UInt8.min...UInt8.max, count: count))
      let words = GuardedMemory(random.integers(Int16.min...Int16.max, count: count))
      for q in [quantization(scale: 0.037, zeroPoint: 131, 0...255), quantization(scale: 3e-5, -32767...32767)] {
        let actual = GuardedMemory(repeating: Float(0), count: count)
        let expected = GuardedMemory(repeating: Float(0), count: count)
        withUnsafePointer(to: q) { set.kernels.dequantize_u8(bytes.base, $0, actual.base, count) }
        withUnsafePointer(to: q) { Self.reference.dequantize_u8(bytes.base, $0, expected.base, count) }
        expectSame(actual, expected, "u8, count \(count)")
        withUnsafePointer(to: q) { set.kernels.dequantize_s16(words.base, $0, actual.base, count) }
        withUnsafePointer(to: q) { Self.reference.dequantize_s16(words.base, $0, expected.base, count) }
        expectSame(actual, expected, "s16, count \(count)")
      }
    }
  }
}
