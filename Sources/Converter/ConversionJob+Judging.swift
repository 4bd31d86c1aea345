import Arrays
import Quantizer

extension ConversionJob {
  /// Counts right answers of the network's first output; nil where the data have no labels (the array `y`).
  package func judge(_ data: CalibrationData) throws -> AccuracyJudge? {
    let judge = try judge(data.set, data.source)
    guard judge.hasLabels else {
      guard request.numbers.maximumDrop == nil else {
        throw ConverterError(
          "--max-drop needs labels: an array y beside the calibration data, or --expect for a folder of images; "
            + "--min-snr needs none")
      }
      return nil
    }
    return { try judge.accuracy($0.map { $0.first ?? [] }) }
  }

  /// The whole report of a conversion: with what the packed network costs, and how it does on real sequences beside the float one.
  ///
  /// - Parameters:
  ///   - samples: sequences of real input, and the arrays that their labels stand in.
  ///   - progress: told after each sequence how many are done, and of how many.
  package func document(
    _ result: (bytes: [UInt8], report: ConversionReport), samples: (set: SequenceSet, source: ArraySource?),
    title: String, referenceDifference: Double? = nil, progress: ((_ done: Int, _ all: Int) -> Void)? = nil
  ) throws -> ConversionDocument {
    let model = try LoadedModel(file: result.bytes)
    let float = try Interpreter(graph: graph)
    let packed = PackedRun(model, graph: graph)
    var (exact, given): ([[Float]], [[Float]]) = ([], [])
    for (number, sequence) in samples.set.sequences.enumerated() {
      let outputs = try float.run(sequence)
      exact.append(outputs.first ?? [])
      given.append(try packed.run(sequence, counts: outputs.map(\.count)).first ?? [])
      progress?(number + 1, samples.set.count)
    }
    return ConversionDocument(
      report: result.report, cost: try ModelCost(model, graph: graph, longest: samples.set.longest(ports)),
      samples: try SampleReport(
        title: title, set: samples.set, judge: judge(samples.set, samples.source), frameElements: classes,
        exact: exact, given: given),
      referenceDifference: referenceDifference)
  }

  private func judge(_ set: SequenceSet, _ source: ArraySource?) throws -> Judge {
    try Judge(
      texts: { classTexts[$0] }, classes: classes, source: source ?? ArraySource([], title: "the calibration data"),
      set: set)
  }
}
