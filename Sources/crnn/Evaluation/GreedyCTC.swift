/// Greedy decoding of a text recogniser trained with connectionist temporal classification: the best class of each frame,
/// repetitions once, blanks away.
struct GreedyCTC: Sendable {
  /// One entry for each class but the blank, in the order of the classes.
  let alphabet: [String]
  let blank: Int

  init(alphabet: [String], blank: Int) {
    self.alphabet = alphabet
    self.blank = blank
  }

  /// The decoder that goes with a network, or nil where it is no text recogniser.
  init?(_ model: any SequenceModel) {
    guard let alphabet = model.text("alphabet"), let blank = model.text("ctc.blank").flatMap({ Int($0) }) else {
      return nil
    }
    self.init(alphabet: alphabet.map { String($0) }, blank: blank)
  }

  /// - Parameter values: `[frames × classes]`.
  func text(_ values: [Float]) -> String {
    var text = ""
    var last = blank
    for best in bestClasses(values, classes: alphabet.count + 1) {
      if best != last && best != blank {
        let letter = best > blank ? best - 1 : best
        if alphabet.indices.contains(letter) { text += alphabet[letter] }
      }
      last = best
    }
    return text
  }
}

/// The index of the largest value of each frame; of equal ones, the first.
func bestClasses(_ values: [Float], classes: Int) -> [Int] {
  guard classes > 0 else { return [] }
  return stride(from: 0, to: values.count - values.count % classes, by: classes).map { start in
    var best = 0
    for index in 1..<max(1, classes) where values[start + index] > values[start + best] { best = index }
    return best
  }
}
