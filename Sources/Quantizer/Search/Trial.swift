#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What packed networks give on the held-out parts of the calibration data, beside the float network.
public struct TrialResult: Codable, Sendable, Equatable {
  /// As `signalToNoise`, of the worst of the parts that the data are divided into: what a limit must hold for.
  public var worstPart: Double
  /// Of all parts, power of the float outputs over that of the differences, of the worst output port, in dB; `TrialResult.exact` where nothing
  /// differs.
  public var signalToNoise: Double
  /// The ratio of what a last softmax or sigmoid takes (`Tap`).
  public var tappedSignalToNoise: Double
  /// Points of accuracy lost against float, where there are labels.
  public var accuracyDrop: Double?

  public static let exact = 200.0

  /// What decides between networks: the mean of both, in dB. Outputs near 0 and 1 hide most errors, and what stands in front of them
  /// shows errors that no output has; a network that gains one at the other's cost is no better.
  var score: Double { (signalToNoise + tappedSignalToNoise) / 2 }
}

/// Accuracy in per cent of the outputs of all calibration sequences, per port, against labels.
public typealias AccuracyJudge = (_ outputs: [[[Float]]]) throws -> Double?

/// Runs packed networks over the held-out parts, each fitted to the others.
struct Trial {
  let statistics: LayerStatistics
  let heldOut: HeldOut
  let sequences: [CalibrationSequence]
  let judge: AccuracyJudge?
  private let taps: [Tap]
  private let floatAccuracy: Double?

  init(
    _ statistics: LayerStatistics, _ heldOut: HeldOut, _ sequences: [CalibrationSequence], judge: AccuracyJudge?
  ) throws {
    self.statistics = statistics
    self.heldOut = heldOut
    self.sequences = sequences
    self.judge = judge
    let taps = statistics.taps
    self.taps = taps
    floatAccuracy = try judge?(statistics.outputs.map { zip(taps, $0).map { $0.outputs($1) } })
  }

  /// - Parameter network: the one that is fitted to all parts but the given one.
  func callAsFunction(_ network: (_ heldOut: Int) throws -> QuantizedNetwork) throws -> TrialResult {
    let none = [Ratio](repeating: Ratio(), count: taps.count)
    var (outputs, tapped) = (none, none)
    var worstPart = TrialResult.exact
    // Every frame of every sequence, from the network that was not fitted to it.
    var results = judge == nil ? [] : statistics.outputs
    for part in 0..<HeldOut.parts {
      let sequences = heldOut.judged(part: part)
      guard !sequences.isEmpty else { continue }
      var outputsHere = none
      let network = try network(part)
      let model = try PackedRun(network.tapped())
      for sequence in sequences {
        let exact = statistics.outputs[sequence]
        let given = try model.run(self.sequences[sequence].inputs, counts: exact.map(\.count))
        for (port, (a, b)) in zip(exact, given).enumerated() {
          let elements = network.graph.tensors[network.graph.outputs[port].tensor].frame.elements
          let frames = heldOut.judgedFrames(a.count / max(1, elements), part: part)
          let range = frames.lowerBound * elements..<frames.upperBound * elements
          tapped[port].include(taps[port].centred(Array(a[range])), taps[port].centred(Array(b[range])))
          if judge != nil { results[sequence][port].replaceSubrange(range, with: b[range]) }
          outputsHere[port].include(taps[port].outputs(Array(a[range])), taps[port].outputs(Array(b[range])))
        }
      }
      for port in taps.indices { outputs[port].include(outputsHere[port]) }
      worstPart = min(worstPart, outputsHere.map(\.decibels).min() ?? worstPart)
    }
    var result = TrialResult(
      worstPart: worstPart,
      signalToNoise: outputs.map(\.decibels).min() ?? TrialResult.exact,
      tappedSignalToNoise: tapped.map(\.decibels).min() ?? TrialResult.exact)
    if let floatAccuracy, let accuracy = try judge?(results.map { zip(taps, $0).map { $0.outputs($1) } }) {
      result.accuracyDrop = floatAccuracy - accuracy
    }
    return result
  }
}

/// Power of values and of what others differ from them.
private struct Ratio {
  var signal = 0.0
  var noise = 0.0

  mutating func include(_ exact: [Float], _ given: [Float]) {
    for (a, b) in zip(exact, given) where a.isFinite {
      signal += Double(a) * Double(a)
      let difference = b.isFinite ? Double(a) - Double(b) : Double(a)
      noise += difference * difference
    }
  }

  mutating func include(_ other: Ratio) {
    signal += other.signal
    noise += other.noise
  }

  var decibels: Double {
    guard noise > 0 else { return TrialResult.exact }
    return signal > 0 ? 10 * log10(signal / noise) : -TrialResult.exact
  }
}
