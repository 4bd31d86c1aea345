import CCRNN
import CCRNNImage

/// The answer that an explanation is of, and how much the network's output confides in it.
enum ExplainedAnswer {
  case `class`(Int)
  case text(TextProbability)

  func free() {
    if case .text(let probability) = self { probability.free() }
  }

  /// The answer that the options name, or the network's own, which `lane` has just given. Writes what was read to `result`.
  mutating func read(
    _ lane: ImageLane, _ classifier: ImageModel, _ options: crnn_explain_options,
    _ result: UnsafeMutablePointer<crnn_explanation>, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    result.pointee.answer = -1
    if let alphabet = ExplainedAlphabet(classifier.model, options.decoding) {
      guard options.answer == -1 else {
        return Message(error, CRNN_ERROR_ARGUMENT).text("the model reads text, and answer is a class").status
      }
      let reader = TextExplainer(classifier, options, alphabet)
      let status = reader.read(lane, result, error)
      guard status == CRNN_OK else { return status }
      let (probability, refusal) = reader.probability(lane, result, error)
      if let probability { self = .text(probability) }
      return refusal
    }
    guard options.text == nil else {
      return Message(error, CRNN_ERROR_ARGUMENT).text("the model has no alphabet, and a text is given").status
    }
    // One value tells two classes apart.
    let classes = max(2, classifier.values)
    guard options.answer >= -1, Int(options.answer) < classes else {
      return Message(error, CRNN_ERROR_ARGUMENT).text("there is no class ").number(Int(options.answer)).text(
        "; there are "
      )
      .number(classes).status
    }
    var best = crnn_class(index: options.answer, confidence: 0)
    if best.index == -1, let last = lane.lastFrame(classifier.values) {
      _ = Ranking.write(last, classifier.values, to: &best, room: 1)
    }
    result.pointee.answer = best.index
    self = .class(Int(best.index))
    return CRNN_OK
  }

  /// By what the network gave in this lane.
  func confidence(_ lane: ImageLane, _ classifier: ImageModel) -> Float {
    guard let values = lane.result, let last = lane.lastFrame(classifier.values) else { return 0 }
    switch self {
    case .text(let probability): return probability.of(values, frames: Int(truncatingIfNeeded: lane.frames))
    case .class(let index):
      guard classifier.values == 1 else { return last[index] }
      return index == 1 ? last[0] : 1 - last[0]
    }
  }
}
