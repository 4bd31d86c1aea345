import ArgumentParser

/// What a result must reach.
struct LimitOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Least accuracy, per cent.", valueName: "percent"))
  var minimumAccuracy: Double?

  @Option(name: .long, help: ArgumentHelp("Most accuracy lost against the reference, points.", valueName: "points"))
  var maximumDrop: Double?

  @Option(name: .long, help: ArgumentHelp("Least agreement with the reference, per cent.", valueName: "percent"))
  var minimumAgreement: Double?

  @Option(name: .long, help: ArgumentHelp("Least signal-to-noise ratio against the reference, dB.", valueName: "dB"))
  var minimumSnr: Double?

  @Option(name: .long, help: ArgumentHelp("Largest mean absolute error against the reference.", valueName: "error"))
  var maximumMeanError: Double?

  @Option(name: .long, help: ArgumentHelp("Largest absolute error against the reference.", valueName: "error"))
  var maximumError: Double?

  func validate() throws {
    let limits = [minimumAccuracy, maximumDrop, minimumAgreement, minimumSnr, maximumMeanError, maximumError]
    guard !limits.contains(where: { $0?.isNaN == true }) else {
      throw ValidationError("a limit must be a number, not nan")
    }
  }

  /// A line for each limit that the evaluation does not keep. A figure that has no meaning here keeps no limit.
  func missed(by evaluation: Evaluation) -> [String] {
    let comparison = evaluation.comparison
    // No error at all is better than any ratio.
    let ratio = comparison.flatMap { $0.maximumAbsoluteError == 0 ? .infinity : $0.signalToNoise }
    return [
      LimitOptions.line("accuracy", evaluation.accuracy, atLeast: minimumAccuracy),
      LimitOptions.line("accuracy lost", evaluation.accuracyDrop, atMost: maximumDrop),
      LimitOptions.line("agreement", evaluation.agreement, atLeast: minimumAgreement),
      LimitOptions.line("signal-to-noise ratio", ratio, atLeast: minimumSnr),
      LimitOptions.line("mean absolute error", comparison?.meanAbsoluteError, atMost: maximumMeanError),
      LimitOptions.line("largest absolute error", comparison?.maximumAbsoluteError, atMost: maximumError),
    ].compactMap { $0 }
  }

  private static func line(
    _ name: String, _ value: Double?, atLeast least: Double? = nil, atMost most: Double? = nil
  ) -> String? {
    guard let limit = least ?? most else { return nil }
    guard let value else { return "\(name): the test set does not tell, so the limit \(limit) is not met" }
    // Written so that what is not a number is past every limit.
    let isKept = least != nil ? value >= limit : value <= limit
    return isKept ? nil : "\(name) is \(value), past the limit \(limit)"
  }
}
