#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What packed networks give on the held-out parts of the calibration data, beside the float network.
public struct TrialResult: Codable, Sendable, Equatable {
  /// As `signalToNoise`, of the worst stretch of the data (`HeldOut.judgedStretches`): what a limit must hold for. Other data may be,
  /// from their beginning to their end, like the worst that calibration has seen.
  public var worstStretch: Double
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
    var outputs = [Ratio](repeating: Ratio(), count: taps.count)
    var tapped = outputs
    // Per port, of every stretch.
    var stretches = [[Ratio]](repeating: [], count: taps.count)
    // Every frame of every sequence, from the network that was not fitted to it.
    var results = judge == nil ? [] : statistics.outputs
    for part in 0..<HeldOut.parts {
      let sequences = heldOut.judged(part: part)
      guard !sequences.isEmpty else { continue }
      var here = [[Int: Ratio]](repeating: [:], count: taps.count)
      let network = try network(part)
      let model = try PackedRun(network.tapped())
      for sequence in sequences {
        let exact = statistics.outputs[sequence]
        let given = try model.run(self.sequences[sequence].inputs, counts: exact.map(\.count))
        for (port, (a, b)) in zip(exact, given).enumerated() {
          let elements = network.graph.tensors[network.graph.outputs[port].tensor].frame.elements
          let count = a.count / max(1, elements)
          for (stretch, frames) in heldOut.judgedStretches(count, part: part, sequence: sequence) {
            let range = frames.lowerBound * elements..<frames.upperBound * elements
            let (exact, given) = (Array(a[range]), Array(b[range]))
            tapped[port].include(taps[port].centred(exact), taps[port].centred(given))
            if judge != nil { results[sequence][port].replaceSubrange(range, with: given) }
            here[port][stretch, default: Ratio()].include(taps[port].outputs(exact), taps[port].outputs(given))
          }
        }
      }
      for port in taps.indices { stretches[port] += here[port].sorted { $0.key < $1.key }.map(\.value) }
    }
    var worstStretch = TrialResult.exact
    for port in taps.indices {
      for stretch in stretches[port] { outputs[port].include(stretch) }
      let floor = outputs[port].power * Ratio.quietest
      worstStretch = min(worstStretch, stretches[port].map { $0.decibels(atLeast: floor) }.min() ?? worstStretch)
    }
    var result = TrialResult(
      worstStretch: worstStretch,
      signalToNoise: outputs.map { $0.decibels() }.min() ?? TrialResult.exact,
      tappedSignalToNoise: tapped.map { $0.decibels() }.min() ?? TrialResult.exact)
    if let floatAccuracy, let accuracy = try judge?(results.map { zip(taps, $0).map { $0.outputs($1) } }) {
      result.accuracyDrop = floatAccuracy - accuracy
    }
    return result
  }
}

/// Power of values and of what others differ from them.
private struct Ratio {
  /// A stretch of less power, as a part of the mean's, is measured as if it had that much: of silence there is no ratio.
  static let quietest = 0.1
  private var signal = 0.0
  private var noise = 0.0
  private var count = 0

  mutating func include(_ exact: [Float], _ given: [Float]) {
    for (a, b) in zip(exact, given) where a.isFinite {
      signal += Double(a) * Double(a)
      let difference = b.isFinite ? Double(a) - Double(b) : Double(a)
      noise += difference * difference
      count += 1
    }
  }

  mutating func include(_ other: Ratio) {
    signal += other.signal
    noise += other.noise
    count += other.count
  }

  /// Of one value, in the mean.
  var power: Double { signal / Double(max(count, 1)) }

  func decibels(atLeast floor: Double = 0) -> Double {
    guard noise > 0 else { return TrialResult.exact }
    let signal = max(signal, floor * Double(count))
    return signal > 0 ? 10 * log10(signal / noise) : -TrialResult.exact
  }
}
