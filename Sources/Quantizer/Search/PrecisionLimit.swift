/// What the quantised network must reach on the held-out part of the calibration data.
public enum PrecisionLimit: Equatable, Sendable {
  /// 8 bits wherever, all together, they lose no more than half a decibel against the best that s8 weights and 16-bit operands give, or
  /// keep 48 dB; both in front of a last softmax or sigmoid.
  case automatic
  /// Signal-to-noise ratio of every output against float, in dB, in each stretch of the data (`HeldOut.judgedStretches`).
  case signalToNoise(Double)
  /// Points of accuracy lost against float, on labelled data.
  case accuracyDrop(Double)

  static let tolerance = 0.5
  static let enough = 48.0
}

/// Told to a search. The defaults are for every network.
public struct SearchOptions {
  public var limit = PrecisionLimit.automatic
  /// Counts right decisions; needed for a limit on accuracy.
  public var judge: AccuracyJudge?
  /// Which rules for ranges may be tried; the first is where a search begins.
  public var rules: [RangeRule] = [.minimumMaximum, .meanSquaredError, .percentile(99.99), .entropy]
  public init() {}
}

/// What a search found, for reports.
public struct SearchReport: Codable, Sendable {
  /// What one choice alone costs, all else as before it.
  public struct Sensitivity: Codable, Sendable {
    public var name: String
    /// "8-bit operand", "16-bit weights", "16-bit hidden state" or "16-bit weights on the hidden state".
    public var change: String
    /// Of the outputs, in dB.
    public var signalToNoise: Double
    public var wasTaken: Bool
  }
  public var result: TrialResult
  /// With 16-bit operands and s8 weights, before any was narrowed.
  public var wideResult: TrialResult
  /// Of nearest rounding, no equalisation, no correction, everything else alike.
  public var plainResult: TrialResult
  public var trials: Int
  public var heldOut: String
  public var sensitivities: [Sensitivity]
  /// Names of layers.
  public var equalized: [String]
  public var secondOrder: [String]
  public var corrected: [String]
  public var wideWeights: [String]
  public var rules: [String: String]

  /// What was reached, in words.
  var summary: String {
    let reached =
      result.signalToNoise >= TrialResult.exact
      ? "no difference from float on held-out calibration data"
      : "\((result.signalToNoise * 10).rounded() / 10) dB on held-out calibration data"
    let drop = result.accuracyDrop.map { ", \(($0 * 100).rounded() / 100) points of accuracy lost there" }
    return reached + (drop ?? "")
  }
}

/// No assignment of bits reaches the limit.
public struct PrecisionUnreached: Error, CustomStringConvertible, Sendable {
  public let limit: PrecisionLimit
  /// The best that was found.
  public let best: TrialResult
  public var description: String {
    let reached = "\((best.worstStretch * 10).rounded() / 10) dB"
    switch limit {
    case .signalToNoise(let least):
      return
        "no assignment of 8 and 16 bits keeps \(least) dB in each stretch of the held-out calibration data: the best reached "
        + reached
    case .accuracyDrop(let most):
      let drop = best.accuracyDrop.map { "\(($0 * 1000).rounded() / 1000) points" } ?? "an unknown number of points"
      return
        "no assignment of 8 and 16 bits loses at most \(most) points of accuracy on the held-out calibration data: the best "
        + "loses \(drop), at \(reached)"
    case .automatic: return "nothing could be measured"
    }
  }
}
