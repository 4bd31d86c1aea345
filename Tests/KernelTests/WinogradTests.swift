import CKernels
import Testing

/// The parts of Winograd's convolution against the matrices of docs/numerics.md, written out.
@Suite("Winograd's convolution")
struct WinogradTests {
  private static let b: [[Int64]] = [
    [4, 0, -5, 0, 1, 0], [0, -4, -4, 1, 1, 0], [0, 4, -4, -1, 1, 0], [0, -2, -1, 2, 1, 0], [0, 2, -1, -2, 1, 0],
    [0, 4, 0, -5, 0, 1],
  ]
  private static let g: [[Int64]] = [[1, 0, 0], [1, 1, 1], [1, -1, 1], [1, 2, 4], [1, -2, 4], [0, 0, 1]]
  private static let a: [[Int64]] = [
    [6, -4, -4, 1, 1, 0], [0, -4, 4, 2, -2, 0], [0, -4, -4, 4, 4, 0], [0, -4, 4, 8, -8, 24],
  ]

  /// Sets that have it, with a name for messages.
  static let sets = KernelSet.optimized.filter { $0.kernels.winograd != nil }

  private func winograd(_ set: KernelSet) throws -> crnn_winograd { try #require(set.kernels.winograd).pointee }

  /// m x mᵀ of a square of values that are `stride` apart.
  private func transform(_ m: [[Int64]], _ x: [Int64]) -> [Int64] {
    let side = m[0].count
    return m.flatMap { row in
      m.map { column in
        var sum: Int64 = 0
        for k in 0..<side { for l in 0..<side { sum += row[k] * column[l] * x[side * k + l] } }
        return sum
      }
    }
  }

  @Test("Inputs", arguments: sets)
  func input(_ set: KernelSet) throws {
    let kernels = try winograd(set)
    for channels in [16, 32, 48, 112] {
      for extreme in [false, true] {
        var random = RandomValues(seed: UInt64(channels))
        let x = GuardedMemory(random.integers(UInt8(0)...255, count: 36 * channels, extreme: extreme))
        let table = (0..<36).map { UnsafePointer(x.base + (35 - $0) * channels) }
        let stride = channels + 8
        let actual = GuardedMemory(repeating: Int16(7), count: 35 * stride + channels)
        let expected = GuardedMemory(repeating: Int16(7), count: 35 * stride + channels)
        for c in 0..<channels {
          for (point, value) in transform(Self.b, table.map { Int64($0[c]) }).enumerated() {
            expected.base[point * stride + c] = try #require(Int16(exactly: value))
          }
        }
        kernels.input(table, channels, actual.base, stride)
        expectSame(actual, expected, "channels \(channels), extreme \(extreme)")
      }
    }
  }

  @Test("Weights", arguments: sets)
  func weights(_ set: KernelSet) throws {
    let kernels = try winograd(set)
    for groups in [1, 2, 3, 8, 17] {
      for extreme in [false, true] {
        var random = RandomValues(seed: UInt64(groups))
        let (run, tap) = (32 * groups, 32 * groups + 96)
        let weights = GuardedMemory(random.integers(Int8(-127)...127, count: 8 * tap + run, extreme: extreme))
        for (pair, points) in [(0, 5), (1, 2), (3, 4)].enumerated() {
          let actual = GuardedMemory(repeating: Int16(7), count: 12 * run)
          let expected = GuardedMemory(repeating: Int16(7), count: 12 * run)
          for r in 0..<run {
            let all = transform(Self.g, (0..<9).map { Int64(weights.base[$0 * tap + r]) })
            for j in 0..<6 {
              expected.base[j * run + r] = try #require(Int16(exactly: all[6 * points.0 + j]))
              expected.base[(6 + j) * run + r] = try #require(Int16(exactly: all[6 * points.1 + j]))
            }
          }
          kernels.weights(weights.base, tap, groups, Int32(pair), actual.base)
          expectSame(actual, expected, "groups \(groups), pair \(pair), extreme \(extreme)")
        }
      }
    }
  }

  @Test("Products", arguments: sets)
  func multiply(_ set: KernelSet) throws {
    let kernels = try winograd(set)
    let spare = Int(CRNN_WINOGRAD_SPARE_ROWS)
    for count in 1...14 {
      for groups in [1, 2, 5, 32] {
        for add in [Int32(0), -1] {
          var random = RandomValues(seed: UInt64(100 * count + groups))
          let (row, sumsStride) = (4 * groups + 4, 16)
          let point = (count + spare) * row
          let values = GuardedMemory(
            random.integers(Int16(-12750)...12750, count: 6 * point, extreme: groups == 5))
          let u = GuardedMemory(random.integers(Int16(-6223)...6223, count: 6 * 32 * groups, extreme: groups == 5))
          let sumsPoint = (count + spare) * sumsStride
          let start = random.integers(Int32.min...Int32.max, count: 6 * sumsPoint)
          let (actual, expected) = (GuardedMemory(start), GuardedMemory(start))
          for j in 0..<6 {
            for m in 0..<count {
              for r in 0..<8 {
                var sum: Int32 = add == 0 ? 0 : start[j * sumsPoint + m * sumsStride + r]
                for k in 0..<4 * groups {
                  sum &+=
                    Int32(u.base[32 * groups * j + 32 * (k / 4) + 4 * r + k % 4])
                    &* Int32(values.base[j * point + m * row + k])
                }
                expected.base[j * sumsPoint + m * sumsStride + r] = sum
              }
            }
          }
          kernels.multiply(
            values.base, point, row, count, u.base, groups, actual.base, sumsPoint, sumsStride, add)
          // What stands in spare rows is nobody's.
          for j in 0..<6 {
            for m in count..<count + spare {
              for r in 0..<8 {
                actual.base[j * sumsPoint + m * sumsStride + r] = expected.base[j * sumsPoint + m * sumsStride + r]
              }
            }
          }
          expectSame(actual, expected, "count \(count), groups \(groups), add \(add)")
        }
      }
    }
  }

  @Test("Sums, up to the ends of their range", arguments: sets)
  func output(_ set: KernelSet) throws {
    let kernels = try winograd(set)
    let inverse = 0x38E3_8E39
    #expect(UInt32(9) &* UInt32(inverse) == 1)
    for (seed, channels, isAtTheEnd) in [(1, 1, false), (2, 100, false), (3, 115, true)] {
      var random = RandomValues(seed: UInt64(seed))
      let point = 24
      // So many channels that are alike. 115 of the largest, 115 · 9 · 255 · 127 = 33,518,475, are as near 2²⁵ as whole channels come.
      let values =
        isAtTheEnd
        ? [Int32](repeating: 255, count: 36 * 8) : random.integers(Int32(0)...255, count: 36 * 8)
      let weights =
        isAtTheEnd
        ? (0..<72).map { $0 / 9 % 2 == 0 ? Int32(127) : -127 } : random.integers(Int32(-127)...127, count: 9 * 8)
      let sums = GuardedMemory(repeating: Int32(5), count: 35 * point + 8)
      var results = [[Int32]](repeating: [], count: 8)
      for r in 0..<8 {
        let x = (0..<36).map { Int64(values[36 * r + $0]) }
        let w = (0..<9).map { Int64(weights[9 * r + $0]) }
        let (v, u) = (transform(Self.b, x), transform(Self.g, w))
        for p in 0..<36 { sums.base[p * point + r] = Int32(truncatingIfNeeded: Int64(channels) * v[p] * u[p]) }
        for y in 0..<4 {
          for z in 0..<4 {
            var sum: Int64 = 0
            for k in 0..<3 { for l in 0..<3 { sum += x[6 * (y + k) + z + l] * w[3 * k + l] } }
            sum *= Int64(channels)
            #expect(isAtTheEnd ? abs(sum) == 33_518_475 : abs(sum) < 1 << 25)
            results[r].append(Int32(sum))
          }
        }
      }
      let initial = random.integers(Int32(-1000)...1000, count: 8)
      let (aStride, bStride) = (80, 16)
      let actual = GuardedMemory(repeating: Int32(3), count: 3 * aStride + 3 * bStride + 8)
      let expected = GuardedMemory(repeating: Int32(3), count: 3 * aStride + 3 * bStride + 8)
      for r in 0..<8 {
        for i in 0..<16 { expected.base[i / 4 * aStride + i % 4 * bStride + r] = initial[r] + results[r][i] }
      }
      let again = GuardedMemory(sums.elements)
      kernels.output(sums.base, point, initial, actual.base, aStride, bStride)
      expectSame(actual, expected, "seed \(seed)")
      // Once more, onto what stands there.
      for r in 0..<8 {
        for i in 0..<16 { expected.base[i / 4 * aStride + i % 4 * bStride + r] += results[r][i] }
      }
      kernels.output(again.base, point, nil, actual.base, aStride, bStride)
      expectSame(actual, expected, "seed \(seed), added")
    }
  }

  /// A is stated with its rows as they are; the kernel divides them by powers of two before it multiplies by 1 / 9.
  @Test("A convolution's sums come back 576 times")
  func definition() {
    var random = RandomValues(seed: 4)
    let x = random.integers(Int64(0)...255, count: 36)
    let w = random.integers(Int64(-127)...127, count: 9)
    let (v, u) = (transform(Self.b, x), transform(Self.g, w))
    let y = transform(Self.a, zip(v, u).map { $0 * $1 })
    for i in 0..<4 {
      for j in 0..<4 {
        var sum: Int64 = 0
        for k in 0..<3 { for l in 0..<3 { sum += x[6 * (i + k) + j + l] * w[3 * k + l] } }
        #expect(y[4 * i + j] == 576 * sum)
      }
    }
  }
}
