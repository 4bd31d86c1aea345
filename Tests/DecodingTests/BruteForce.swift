/// Every way through the frames, one after the other: what each text's ways add up to, and its most probable way.
struct BruteForce {
  struct Text {
    var total = 0.0
    var best = 0.0
    /// The best's runner-up: where both are equal, either is right.
    var second = 0.0
    var path: [Int] = []
  }

  /// By the text, as places in the alphabet.
  private(set) var texts: [[Int]: Text] = [:]

  /// - Parameter probabilities: `[frames × classes]`.
  init(_ probabilities: [Float], classes: Int, blank: Int) {
    let frames = probabilities.count / classes
    var path = [Int](repeating: 0, count: frames)
    while true {
      var probability = 1.0
      var text: [Int] = []
      var last = blank
      for (frame, label) in path.enumerated() {
        probability *= Double(probabilities[frame * classes + label])
        if label != last, label != blank { text.append(label > blank ? label - 1 : label) }
        last = label
      }
      texts[text, default: Text()].add(probability, path)
      var frame = 0
      while frame < frames, path[frame] == classes - 1 {
        path[frame] = 0
        frame += 1
      }
      guard frame < frames else { return }
      path[frame] += 1
    }
  }

  /// The frames of each character in a way.
  static func spans(_ path: [Int], blank: Int) -> [ClosedRange<Int>] {
    var spans: [ClosedRange<Int>] = []
    var last = blank
    for (frame, label) in path.enumerated() {
      if label != blank {
        if label == last {
          spans[spans.count - 1] = spans[spans.count - 1].lowerBound...frame
        } else {
          spans.append(frame...frame)
        }
      }
      last = label
    }
    return spans
  }
}

extension BruteForce.Text {
  fileprivate mutating func add(_ probability: Double, _ path: [Int]) {
    total += probability
    if probability > best {
      (best, second, self.path) = (probability, best, path)
    } else {
      second = max(second, probability)
    }
  }
}

/// The same numbers on every machine.
struct RandomNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }
  /// 0 to 1.
  mutating func uniform() -> Double { Double(next() >> 11) / 9007199254740992 }
  mutating func integer(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(next() % UInt64(range.count)) }

  /// Frames of probabilities that add up to 1: some nearly certain, some not.
  mutating func frames(_ count: Int, classes: Int) -> [Float] {
    (0..<count).flatMap { _ -> [Float] in
      let sharpness = integer(1...6)
      let raw = (0..<classes).map { _ in
        let value = uniform()
        return (0..<sharpness).reduce(1e-4) { sum, _ in sum * value + value * 1e-3 } + 1e-4
      }
      let sum = raw.reduce(0, +)
      return raw.map { Float($0 / sum) }
    }
  }
}
