/// One sequence of real input: an array `[frames × elements]` per input port, in port order.
public struct CalibrationSequence: Sendable {
  public var inputs: [[Float]]
  public init(inputs: [[Float]]) { self.inputs = inputs }
}

/// How a range is read off the values seen.
public enum RangeRule: Equatable, Sendable {
  /// Everything seen fits. The best default on real networks.
  case minimumMaximum
  /// So many per cent of the values fit on each side (for example 99.9); the rest saturates.
  case percentile(Double)
  /// The range whose 8-bit codes leave the least mean squared error.
  case meanSquaredError
  /// The range whose 8-bit codes keep most of the information (`Histogram.rangeOfLeastDivergence`).
  case entropy

  /// For reports, and of `--calibration`.
  public var text: String {
    switch self {
    case .minimumMaximum: "minimum and maximum"
    case .percentile(let percent): "percentile \(percent)"
    case .meanSquaredError: "mean squared error"
    case .entropy: "entropy"
    }
  }
}

/// What values each tensor and each recurrent operand takes on real input.
public struct Calibration: Sendable {
  public internal(set) var ranges: [Interpreter.Site: ValueRange] = [:]
  /// Of the sites whose ranges a rule can narrow.
  var histograms: [Interpreter.Site: Histogram] = [:]
  /// Frames given to the first input, over all sequences.
  public private(set) var frames = 0
  public private(set) var sequences = 0
  private let rule: RangeRule

  /// Runs the network over all sequences, telling `progress` after each how many are done, and of how many. Throws where there
  /// is none, one does not fit the network, or one holds a value that is not finite.
  public init(
    interpreter: Interpreter, sequences: [CalibrationSequence], rule: RangeRule = .minimumMaximum,
    progress: ((_ done: Int, _ all: Int) -> Void)? = nil
  ) throws {
    try self.init(
      interpreter: interpreter, sequences: sequences, rule: rule, progress: progress, see: { _, _ in }, end: { _ in })
  }

  /// `see` is shown all values too, and `end` the outputs of each sequence.
  init(
    interpreter: Interpreter, sequences: [CalibrationSequence], rule: RangeRule,
    progress: ((_ done: Int, _ all: Int) -> Void)?, see: @escaping Interpreter.Visitor, end: ([[Float]]) -> Void
  ) throws {
    guard !sequences.isEmpty else { throw InterpreterError("calibration needs at least one sequence of real input") }
    if case .percentile(let percent) = rule, !(percent > 0 && percent <= 100) {
      throw InterpreterError("a percentile lies between 0 and 100")
    }
    self.rule = rule
    try Calibration.check(sequences, interpreter.graph)
    for sequence in sequences {
      var (ranges, histograms) = (self.ranges, self.histograms)
      self.histograms = [:]
      do {
        let outputs = try interpreter.run(sequence.inputs) { site, values in
          var range = ranges[site, default: ValueRange()]
          for value in values { range.include(value) }
          ranges[site] = range
          if case .tensor = site {
            histograms[site, default: Histogram()].include(UnsafeBufferPointer(values))
          }
          see(site, values)
        }
        end(outputs)
      } catch let error as InterpreterError {
        throw InterpreterError("sequence \(self.sequences) of the calibration data (counted from 0): \(error.message)")
      }
      (self.ranges, self.histograms) = (ranges, histograms)
      self.sequences += 1
      let elements = interpreter.graph.inputs.first.map { interpreter.graph.tensors[$0.tensor].frame.elements } ?? 1
      frames += (sequence.inputs.first?.count ?? 0) / elements
      progress?(self.sequences, sequences.count)
    }
  }

  /// A range that holds infinity, or was made from what is not a number, leaves nothing of the values between.
  private static func check(_ sequences: [CalibrationSequence], _ graph: Graph) throws {
    guard sequences.contains(where: { $0.inputs.contains { !$0.isEmpty } }) else {
      throw InterpreterError("no sequence of the calibration data has a frame: give real input")
    }
    for (number, sequence) in sequences.enumerated() {
      for (port, values) in zip(graph.inputs, sequence.inputs) {
        guard let bad = values.firstIndex(where: { !$0.isFinite }) else { continue }
        let frame = bad / max(1, graph.tensors[port.tensor].frame.elements)
        throw InterpreterError(
          "sequence \(number) of the calibration data (counted from 0) has the value \(values[bad]) in frame \(frame) of "
            + "input \(port.name): real input is finite, so leave the sequence out or repair it")
      }
    }
  }

  /// The range of a site by `rule`, or by that of the calibration; 0...0 for one that was never reached.
  public func range(_ site: Interpreter.Site, rule: RangeRule? = nil) -> ValueRange {
    let seen = ranges[site, default: ValueRange()]
    guard let histogram = histograms[site], seen.isFinite else { return seen }
    let range =
      switch rule ?? self.rule {
      case .minimumMaximum: seen
      case .percentile(let percent): histogram.range(percent: percent)
      case .meanSquaredError: histogram.rangeOfLeastError(within: seen)
      case .entropy: histogram.rangeOfLeastDivergence(within: seen)
      }
    return ValueRange(minimum: max(range.minimum, seen.minimum), maximum: min(range.maximum, seen.maximum))
  }
}
