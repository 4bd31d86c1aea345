/// Reproducible random numbers (SplitMix64).
struct RandomValues: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// Integers in a range; one in four, or all where `extreme`, at one of its ends.
  mutating func integers<T: FixedWidthInteger>(_ range: ClosedRange<T>, count: Int, extreme: Bool = false) -> [T] {
    (0..<count).map { _ in
      let choice = extreme ? next() % 2 : next() % 8
      return choice == 0 ? range.lowerBound : choice == 1 ? range.upperBound : T.random(in: range, using: &self)
    }
  }

  /// Floats of ordinary size.
  mutating func floats(_ range: ClosedRange<Float> = -8...8, count: Int) -> [Float] {
    (0..<count).map { _ in Float.random(in: range, using: &self) }
  }

  /// Floats of every kind: ordinary ones, any bits at all, and the ones that formulas trip over.
  mutating func wildFloats(count: Int) -> [Float] {
    (0..<count).map { _ in
      switch next() % 4 {
      case 0: return Float.random(in: -8...8, using: &self)
      case 1: return Float.random(in: -200...200, using: &self)
      case 2: return Float(bitPattern: UInt32(truncatingIfNeeded: next()))
      default: return Self.remarkable[Int(next() % UInt64(Self.remarkable.count))]
      }
    }
  }

  static let remarkable: [Float] = {
    let positive: [Float] = [
      0, .leastNonzeroMagnitude, 0x1p-130, Float.leastNormalMagnitude.nextDown, .leastNormalMagnitude, 0x1p-101,
      0x1p-100,
      (0x1p-100 as Float).nextDown, 0x1p-64, 0x1p-24, 0x1p-12, 0.25, 0.5, 0.707106781, (0.707106781 as Float).nextDown,
      1,
      (1 as Float).nextDown, (1 as Float).nextUp, 1.5, 2, 2.5, 3, 3.5, 7.90531111, (7.90531111 as Float).nextUp,
      15.81062222,
      87.33654, (87.33654 as Float).nextUp, 88.37626, (88.37626 as Float).nextUp, 104, 126.5, 127, 127.5, 128, 254.5,
      255.5,
      32766.5, 32767, 32767.5, 32768, 4_194_303.5, 4_194_304, 8_388_608, 12_582_912, 16_777_216, 2_147_483_648, 0x1p63,
      0x1p100, .greatestFiniteMagnitude, .infinity, .nan, .signalingNaN, Float(bitPattern: 0x7FC1_2345),
    ]
    return positive + positive.map { -$0 }
  }()
}
