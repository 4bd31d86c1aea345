import Arrays

/// Turns a network's output into answers, and knows which are right.
///
/// An answer is a text where the network has an alphabet, else a class: of each frame, or of a sequence's last frame where there is one
/// label for each sequence.
package struct Judge {
  private enum Truth {
    case classes([Int])
    case texts([String])
  }

  private let classes: Int
  private let decoder: TextDecoder?
  private let labels: [String]?
  private let truth: Truth?
  private let title: String

  /// - Parameters:
  ///   - texts: a text that goes with the network, by its key: `labels`, `alphabet`, `ctc.blank`.
  ///   - classes: values of a frame of the output.
  ///   - set: the sequences that were cut out of `source`.
  ///   - pattern: the array of the labels; nil: `y`, or `y_*` where the inputs have a star.
  /// - Throws: `ConverterError` where a label is no class of the network.
  package init(
    texts: (String) -> String?, classes: Int, source: ArraySource, set: SequenceSet, labels pattern: String? = nil
  ) throws {
    self.classes = classes
    decoder = TextDecoder(texts, classes: classes)
    let names = texts("labels")?.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    labels = names
    let array = pattern ?? (set.isStarred ? "y_*" : "y")
    let title = source.title(array)
    self.title = title
    var found: [String] = []
    var areNames = false
    for group in set.groups {
      guard let array = try source[ArraySource.name(array, group.part)] else {
        guard pattern == nil else { throw ConverterError("\(source.path) has no array called '\(array)'") }
        truth = nil
        return
      }
      found += try decoder == nil ? array.strings() : array.texts()
      areNames = array.elementType.isText
    }
    if decoder != nil {
      truth = .texts(found)
    } else {
      // A single value decides between two classes.
      let known = 0..<max(2, classes)
      truth = .classes(
        try found.map { text in
          // Names may be numbers; an array of numbers has none.
          if areNames, let number = names?.firstIndex(of: text) { return number }
          if let number = Int(text) {
            guard known.contains(number) else {
              throw ConverterError(
                "\(title) has the label \(number), but the network's classes are 0 to \(known.count - 1)")
            }
            return number
          }
          throw ConverterError("\(title) has the label '\(text)', which is no class of the network")
        })
    }
  }

  package var hasLabels: Bool { truth != nil }
  package var readsText: Bool { decoder != nil }

  /// Whether the network's output decides between classes or says a text: there are labels or names, or the values of its float
  /// outputs are probabilities that add up to 1.
  package func decides(_ references: [[Float]]) -> Bool {
    decoder != nil || truth != nil || labels != nil || references.allSatisfy(isDistribution)
  }

  /// What is right of each sequence, as many as `answers` gives; nil without labels.
  package func expected(_ outputs: [[Float]]) throws -> [[String]]? {
    switch truth {
    case nil: return nil
    case .texts(let texts):
      guard texts.count == outputs.count else { throw mismatch(texts.count, outputs.count, outputs.count) }
      return texts.map { [$0] }
    case .classes(let numbers):
      var rest = numbers[...]
      return try decisions(all: outputs).map { decisions in
        defer { rest = rest.dropFirst(decisions.count) }
        return rest.prefix(decisions.count).map(name)
      }
    }
  }

  /// What each sequence's output says.
  package func answers(_ outputs: [[Float]]) throws -> [[String]] {
    if let decoder { return try outputs.map { [try decoder.text($0)] } }
    return try decisions(all: outputs).map { $0.map(name) }
  }

  /// Per cent of right decisions; nil where the test set has no labels.
  package func accuracy(_ outputs: [[Float]]) throws -> Double? {
    guard let expected = try expected(outputs) else { return nil }
    return share(zip(expected.joined(), try answers(outputs).joined()).map { $0 == $1 })
  }

  /// Per cent of decisions that are the reference's: texts of a text recogniser, else classes of frames. nil where an output is
  /// no decision.
  package func agreement(_ outputs: [[Float]], _ references: [[Float]]) throws -> Double? {
    if let decoder {
      return share(try zip(outputs, references).map { try decoder.text($0) == decoder.text($1) })
    }
    guard decides(references) else { return nil }
    return share(zip(outputs, references).flatMap { zip(decisions($0), decisions($1)).map { $0 == $1 } })
  }

  /// Classes of frames, or of last frames where there is one label for each sequence.
  private func decisions(all outputs: [[Float]]) throws -> [[Int]] {
    let decisions = outputs.map(decisions)
    guard case .classes(let numbers) = truth else { return decisions }
    let frames = decisions.reduce(0) { $0 + $1.count }
    if numbers.count == frames { return decisions }
    let last = decisions.map { Array($0.suffix(1)) }
    guard numbers.count == outputs.count, last.allSatisfy({ !$0.isEmpty }) else {
      throw mismatch(numbers.count, outputs.count, frames)
    }
    return last
  }

  private func decisions(_ values: [Float]) -> [Int] {
    classes == 1 ? values.map { $0 >= 0.5 ? 1 : 0 } : bestClasses(values, classes: classes)
  }

  private func name(_ number: Int) -> String {
    labels.flatMap { $0.indices.contains(number) ? $0[number] : nil } ?? String(number)
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

  private func mismatch(_ labels: Int, _ sequences: Int, _ frames: Int) -> ConverterError {
    ConverterError("\(title) has \(labels) labels, but there are \(sequences) sequences and \(frames) output frames")
  }
}

extension NumericArray {
  /// Strings, or, as programs without an array type for strings have them, rows of code points that zeros fill up.
  fileprivate func texts() throws -> [String] {
    guard elementType.isInteger, shape.count == 2, let length = shape.last, length > 0 else { return try strings() }
    let points = try integers()
    return stride(from: 0, to: points.count, by: length).map { start in
      var text = String.UnicodeScalarView()
      for point in points[start..<start + length].prefix(while: { $0 != 0 }) {
        text.append(UInt32(exactly: point).flatMap(Unicode.Scalar.init) ?? "\u{FFFD}")
      }
      return String(text)
    }
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
