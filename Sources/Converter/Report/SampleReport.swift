import Quantizer

/// The packed network beside the float one on real sequences: how many answers stay the same, and on which sequences it does worst.
///
/// It looks at the network's first output.
package struct SampleReport: Sendable {
  package struct Sample: Sendable {
    /// Its place among the sequences.
    package var number: Int
    /// What it is called; empty where nothing names it.
    package var name: String
    /// Frames of the output.
    package var frames: Int
    /// What is right, what float says and what the packed network says; nil where the output is no answer.
    package var truth: String?
    package var float: String?
    package var packed: String?
    /// Answers, or characters of a text, that are not as in float.
    package var changes: Int
    /// In dB; nil where nothing differs.
    package var signalToNoise: Double?
    package var largestError: Double
  }

  package static let shownSamples = 10

  /// What the sequences are: the calibration data, or the set with the reference.
  package let title: String
  package let sequences: Int
  package let comparison: Comparison
  /// Per cent of answers as in float; nil where the output is no answer.
  package let agreement: Double?
  /// Against the labels; nil without them.
  package let float: Scores?
  /// Against the labels, or, without them, against float; nil where the output is no answer.
  package let packed: Scores?
  package var hasLabels: Bool { float != nil }
  /// Those on which most answers change, then those with most noise.
  package let worst: [Sample]

  /// - Parameters:
  ///   - exact: what the float network gives for each sequence, at its first output.
  ///   - given: what the packed one gives.
  package init(
    title: String, set: SequenceSet, judge: Judge, frameElements: Int, exact: [[Float]], given: [[Float]]
  ) throws {
    self.title = title
    sequences = set.count
    var comparison = Comparison()
    for (a, b) in zip(given, exact) { comparison.add(a, b) }
    self.comparison = comparison
    let isAnswer = judge.decides(exact)
    agreement = isAnswer ? try judge.agreement(given, exact) : nil
    let expected = isAnswer ? try judge.expected(exact) : nil
    let floatAnswers = isAnswer ? try judge.answers(exact) : nil
    let packedAnswers = isAnswer ? try judge.answers(given) : nil
    func scores(_ right: [[String]]?, _ answers: [[String]]?) -> Scores? {
      guard let right, let answers else { return nil }
      var scores = Scores(isText: judge.readsText)
      for (a, b) in zip(right.joined(), answers.joined()) { scores.add(expected: a, given: b) }
      return scores
    }
    float = scores(expected, floatAnswers)
    packed = scores(expected ?? floatAnswers, packedAnswers)
    let samples = exact.indices.map { index in
      var difference = Comparison()
      difference.add(given[index], exact[index])
      var changes = 0
      if let floatAnswers, let packedAnswers {
        for (a, b) in zip(floatAnswers[index], packedAnswers[index]) where a != b {
          changes += judge.readsText ? Alignment.edits(Array(a), Array(b)) : 1
        }
      }
      return Sample(
        number: index, name: set.names.indices.contains(index) ? set.names[index] : "",
        frames: exact[index].count / max(1, frameElements),
        truth: expected.map { SampleReport.line($0[index]) }, float: floatAnswers.map { SampleReport.line($0[index]) },
        packed: packedAnswers.map { SampleReport.line($0[index]) }, changes: changes,
        signalToNoise: difference.signalToNoise, largestError: difference.maximumAbsoluteError ?? 0)
    }
    worst = Array(samples.sorted(by: SampleReport.isWorse).prefix(SampleReport.shownSamples))
  }

  private static func isWorse(_ a: Sample, _ b: Sample) -> Bool {
    let (first, second) = (a.signalToNoise ?? .infinity, b.signalToNoise ?? .infinity)
    return (b.changes, first, a.number) < (a.changes, second, b.number)
  }

  /// Answers of many frames as runs: "a ×3, b".
  private static func line(_ answers: [String]) -> String {
    var runs: [(answer: String, count: Int)] = []
    for answer in answers {
      if runs.last?.answer == answer { runs[runs.count - 1].count += 1 } else { runs.append((answer, 1)) }
    }
    let shown = runs.prefix(8).map { $0.count == 1 ? $0.answer : "\($0.answer) ×\($0.count)" }
    return shown.joined(separator: ", ") + (runs.count > shown.count ? ", …" : "")
  }
}

extension SampleReport {
  package var document: JSONValue {
    .members([
      ("data", .text(title)),
      ("sequences", .integer(sequences)),
      ("snr_db", .finite(comparison.signalToNoise)),
      ("mean_abs_error", .finite(comparison.meanAbsoluteError)),
      ("max_abs_error", .finite(comparison.maximumAbsoluteError)),
      ("agreement_percent", .finite(agreement)),
      ("accuracy_float_percent", .finite(float?.accuracy)),
      ("accuracy_percent", .finite(hasLabels ? packed?.accuracy : nil)),
      ("float", float?.document),
      (hasLabels ? "int8" : "int8_against_float", packed?.document),
      (
        "worst",
        .array(
          worst.map { sample in
            .members([
              ("sequence", .integer(sample.number)), ("name", sample.name.isEmpty ? nil : .text(sample.name)),
              ("frames", .integer(sample.frames)), ("truth", sample.truth.map { .text($0) }),
              ("float", sample.float.map { .text($0) }), ("int8", sample.packed.map { .text($0) }),
              ("changes", .integer(sample.changes)), ("snr_db", .finite(sample.signalToNoise)),
              ("max_abs_error", .finite(sample.largestError)),
            ])
          })
      ),
    ])
  }
}
