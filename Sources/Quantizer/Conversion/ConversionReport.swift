/// What a conversion did, for people and for machines.
public struct ConversionReport: Codable, Sendable {
  public struct TensorEntry: Codable, Sendable {
    public var name: String
    public var store: String
    /// The value of one step of the code; absent for float.
    public var scale: Float?
    public var zeroPoint: Int32?
    /// Values seen in calibration, with 0; absent where some were infinite.
    public var range: ValueRange?
    /// Signal-to-noise of the quantised network's values against float on calibration data, in dB; absent where it was not
    /// measured or nothing was lost.
    public var signalToNoise: Double?
    /// How many calibration values lie in each of 40 equal parts of `range`; empty where that was not counted.
    public var histogram: [Int] = []
  }
  public struct RecurrentEntry: Codable, Sendable {
    public var name: String
    public var hiddenStore: String
    public var hiddenScale: Float
    public var hiddenRange: ValueRange
    /// True where the layer's functions keep h within −1...1.
    public var isBounded: Bool
  }
  /// What limiting the view of backward layers cost at an output port, both networks in float, on the calibration data.
  public struct ViewEntry: Codable, Sendable {
    public var name: String
    /// In dB; absent where nothing differs.
    public var signalToNoise: Double?
    /// Frames whose largest value stands at the same place, in per cent; absent for outputs of one value.
    public var agreement: Double?
  }
  public var tensors: [TensorEntry]
  /// The tensors of the output ports, under the ports' names.
  public var outputs: [TensorEntry]
  public var recurrent: [RecurrentEntry]
  /// Names of the tensors stored in 16 bits.
  public var wideTensors: [String]
  public var shares: WideShares
  /// Nodes whose sums had to be split to be exact, with the number of parts.
  public var segments: [String: Int]
  public var calibrationSequences: Int
  public var calibrationFrames: Int
  /// Empty where no view was limited.
  public var limitedView: [ViewEntry] = []
  /// What looks wrong with the data or the network, a sentence each.
  public var warnings: [String] = []
  /// Absent where nothing was searched for.
  public var search: SearchReport?
  public var comparedFrames: Int
  public var fileBytes: Int
  public var weightBytes: Int
  /// Multiplications by weights for each frame of the first input, on average, and those that a sequence costs once.
  public var multiplicationsPerFrame: Double
  public var multiplicationsPerSequence: Int

  /// One line, which stands in the model file, too.
  public var summary: String { ConversionReport.summary(search, shares) }

  static func summary(_ search: SearchReport?, _ shares: WideShares) -> String {
    func short(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
    return (search?.summary ?? "every weight to its nearest, nothing searched for")
      + ", 16 bits in \(short(shares.multiplications)) % of the MACs and \(short(shares.weights)) % of the weights"
  }
}
