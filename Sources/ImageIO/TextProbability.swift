import CCRNN

/// The probability of a text by the frames of a network that was trained with CTC: the sum over all ways to say it, by the forward
/// algorithm (A. Graves, S. Fernández, F. Gomez and J. Schmidhuber, Connectionist temporal classification, 2006, section 4.1).
struct TextProbability {
  private let classes: UnsafeMutablePointer<Int32>
  private let count: Int
  private let blank: Int
  /// Of each character and of the blanks before, between and behind them: the probability of all ways that have come so far.
  private let ways: UnsafeMutablePointer<Double>
  private let valuesPerFrame: Int
  /// The values are not probabilities, but what a softmax makes them of; logarithms of probabilities are too.
  private let isSoftmaxNeeded: Bool

  /// nil where memory is missing. `free()` ends it.
  /// - Parameter class: of each character in turn, from 0 to `valuesPerFrame` - 1.
  init?(
    count: Int, blank: Int, valuesPerFrame: Int, isSoftmaxNeeded: Bool, class classOf: (Int) -> Int32
  ) {
    guard let classes = allocate(Int32.self, count) else { return nil }
    guard let ways = allocate(Double.self, 2 &* count &+ 1) else {
      release(classes)
      return nil
    }
    var i = 0
    while i < count {
      classes[i] = classOf(i)
      i &+= 1
    }
    (self.classes, self.count, self.blank, self.ways) = (classes, count, blank, ways)
    self.valuesPerFrame = valuesPerFrame
    self.isSoftmaxNeeded = isSoftmaxNeeded
  }

  func free() {
    release(classes)
    release(ways)
  }

  /// Whether every frame's values are those of a distribution.
  static func areProbabilities(_ values: UnsafePointer<Float>, frames: Int, valuesPerFrame: Int) -> Bool {
    var frame = 0
    while frame < frames {
      let row = values + frame &* valuesPerFrame
      var sum: Float = 0
      var i = 0
      while i < valuesPerFrame {
        guard row[i] >= 0 else { return false }
        sum += row[i]
        i &+= 1
      }
      guard (sum - 1).magnitude < 1e-3 else { return false }
      frame &+= 1
    }
    return true
  }

  func of(_ values: UnsafePointer<Float>, frames: Int) -> Float {
    let states = 2 &* count &+ 1
    // Before the first frame all has come to nothing: to the first state from outside.
    var scale = 0
    var state = 0
    while state < states {
      ways[state] = 0
      state &+= 1
    }
    var frame = 0
    while frame < frames {
      let row = values + frame &* valuesPerFrame
      let (maximum, sum) = isSoftmaxNeeded ? normalizer(row) : (0, 1)
      var largest = 0.0
      state = states &- 1
      while state >= 0 {
        let label = label(state)
        var before = ways[state]
        if frame == 0 {
          before = state < 2 ? 1 : 0
        } else {
          if state > 0 { before += ways[state &- 1] }
          // A character follows another one without a blank between them where they differ.
          if state > 1, state & 1 == 1, label != self.label(state &- 2) { before += ways[state &- 2] }
        }
        ways[state] = before * probability(row[label], maximum, sum)
        largest = max(largest, ways[state])
        state &-= 1
      }
      if largest > 0, largest < 0x1p-300 {
        state = 0
        while state < states {
          ways[state] *= 0x1p300
          state &+= 1
        }
        scale &+= 1
      }
      frame &+= 1
    }
    var total = ways[states &- 1] + (states > 1 ? ways[states &- 2] : 0)
    while scale > 0, total > 0 {
      total *= 0x1p-300
      scale &-= 1
    }
    return Float(min(total, 1))
  }

  private func label(_ state: Int) -> Int { state & 1 == 0 ? blank : Int(classes[state / 2]) }

  /// What the softmax of a frame is made with: its largest value, and the sum of what exponentials it gives.
  private func normalizer(_ row: UnsafePointer<Float>) -> (maximum: Double, sum: Double) {
    var maximum = -Double.infinity
    var i = 0
    while i < valuesPerFrame {
      if Double(row[i]) > maximum { maximum = Double(row[i]) }
      i &+= 1
    }
    var sum = 0.0
    i = 0
    while i < valuesPerFrame {
      sum += exponential(Double(row[i]) - maximum)
      i &+= 1
    }
    return (maximum, sum > 0 ? sum : 1)
  }

  /// As the decoder has it: at least 2^-40, which what is no number counts as too.
  private func probability(_ value: Float, _ maximum: Double, _ sum: Double) -> Double {
    let probability = isSoftmaxNeeded ? exponential(Double(value) - maximum) / sum : Double(value)
    return probability >= 0x1p-40 ? min(probability, 1) : 0x1p-40
  }
}
