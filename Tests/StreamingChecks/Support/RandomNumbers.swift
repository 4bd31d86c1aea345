/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers from the same seed on every machine.
struct RandomNumbers: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
  mutating func chance(_ percent: Int) -> Bool { integer(0...99) < percent }
  /// About Gaussian, deviation `scale`.
  mutating func values(_ count: Int, scale: Float = 1) -> [Float] {
    (0..<count).map { _ in
      (Float.random(in: -1...1, using: &self) + Float.random(in: -1...1, using: &self)) * scale
    }
  }
  mutating func pick<T>(_ choices: [T]) -> T { choices[integer(0...(choices.count - 1))] }
}
