import Arrays
import Converter

/// Turns output values into decisions and counts those that are right.
struct Judge {
  private enum Truth {
    case classes([Int])
    case texts([String])
  }

  private let classes: Int
  private let decoder: TextDecoder?
  private let hasNamedClasses: Bool
  private let truth: Truth?
  private let title: String

  init(
    _ model: any SequenceModel, classes: Int, source: ArraySource, set: SequenceSet, names: Evaluation.Names
  ) throws {
    self.classes = classes
    decoder = TextDecoder(model, classes: classes)
    let pattern = names.labels ?? (set.isStarred ? "y_*" : "y")
    title = source.title(pattern)
    var texts: [String] = []
    for group in set.groups {
      guard let array = try source[ArraySource.name(pattern, group.part)] else {
        guard names.labels == nil else { throw CommandError("\(source.path) has no array called '\(pattern)'") }
        truth = nil
        hasNamedClasses = model.text("labels") != nil
        return
      }
      texts += try array.strings()
    }
    let labels = model.text("labels")?.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    hasNamedClasses = labels != nil
    if decoder != nil {
      truth = .texts(texts)
    } else {
      // A single value decides between two classes.
      let known = 0..<max(2, classes)
      truth = .classes(
        try texts.map { text in
          if let number = Int(text) {
            guard known.contains(number) else {
              throw CommandError(
                "\(source.title(pattern)) has the label \(number), but the network's classes are 0 to \(known.count - 1)"
              )
            }
            return number
          }
          guard let number = labels?.firstIndex(of: text) else {
            throw CommandError("\(source.title(pattern)) has the label '\(text)', which is no class of the network")
          }
          return number
        })
    }
  }

  var hasLabels: Bool { truth != nil }

  /// Per cent of right decisions; nil where the test set has no labels.
  func accuracy(_ outputs: [[Float]]) throws -> Double? {
    switch truth {
    case nil: return nil
    case .texts(let texts):
      guard texts.count == outputs.count else { throw mismatch(texts.count, outputs.count, outputs.count) }
      return share(try zip(texts, outputs).map { $0 == (try decoder?.text($1)) })
    case .classes(let labels):
      var decisions = outputs.map(decisions)
      let frames = decisions.reduce(0) { $0 + $1.count }
      if labels.count != frames {
        guard labels.count == outputs.count else { throw mismatch(labels.count, outputs.count, frames) }
        decisions = decisions.map { $0.suffix(1) }
      }
      let flat = decisions.flatMap { $0 }
      guard flat.count == labels.count else { throw mismatch(labels.count, outputs.count, frames) }
      return share(zip(labels, flat).map { $0 == $1 })
    }
  }

  /// Per cent of decisions that are the reference's: texts of a text recogniser, else classes of frames. nil where an output is
  /// no decision between classes: there are no labels, and the reference's values are no probabilities that add up to 1.
  func agreement(_ outputs: [[Float]], _ references: [[Float]]) throws -> Double? {
    if let decoder {
      return share(try zip(outputs, references).map { try decoder.text($0) == decoder.text($1) })
    }
    guard truth != nil || hasNamedClasses || references.allSatisfy(isDistribution) else { return nil }
    return share(zip(outputs, references).flatMap { zip(decisions($0), decisions($1)).map { $0 == $1 } })
  }

  private func decisions(_ values: [Float]) -> [Int] {
    classes == 1 ? values.map { $0 >= 0.5 ? 1 : 0 } : bestClasses(values, classes: classes)
  }

  /// A single value between 0 and 1 in each frame, or values that add up to 1.
  private func isDistribution(_ values: [Float]) -> Bool {
    guard classes > 0, values.allSatisfy({ $0 >= 0 && $0 <= 1 }) else { return false }
    guard classes > 1 else { return true }
    return stride(from: 0, to: values.count, by: classes).allSatisfy { start in
      (values[start..<start + classes].reduce(0, +) - 1).magnitude < 1e-3
    }
  }

  private func share(_ hits: [Bool]) -> Double? {
    hits.isEmpty ? nil : 100 * Double(hits.lazy.filter { $0 }.count) / Double(hits.count)
  }

  private func mismatch(_ labels: Int, _ sequences: Int, _ frames: Int) -> CommandError {
    CommandError("\(title) has \(labels) labels, but there are \(sequences) sequences and \(frames) output frames")
  }
}

/// The index of the largest value of each frame; of equal ones, the first.
private func bestClasses(_ values: [Float], classes: Int) -> [Int] {
  guard classes > 0 else { return [] }
  return stride(from: 0, to: values.count - values.count % classes, by: classes).map { start in
    var best = 0
    for index in 1..<max(1, classes) where values[start + index] > values[start + best] { best = index }
    return best
  }
}
