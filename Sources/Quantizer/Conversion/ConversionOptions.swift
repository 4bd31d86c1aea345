/// Everything a conversion can be told.
public struct ConversionOptions {
  public var quantization = QuantizationOptions()
  /// How stores and corrections are found; nil: by the fixed rule of `QuantizationOptions`, without running anything.
  public var search: SearchOptions? = SearchOptions()
  /// Texts of the file in front of those that the converter adds itself (`calibration`).
  public var metadata: [MetadataEntry] = []
  /// Runs the packed file for its self-test; without it the file has none.
  public var selfTest: SelfTestRunner?
  /// Backward layers see no further than this; nil: they wait for the end of the sequence.
  public var backwardView: BackwardView?
  /// How many frames of the calibration data the report compares with float, layer by layer; 0: none.
  public var comparedFrames = 2048
  /// Told after each calibration sequence how many are done, and of how many.
  public var progress: ((_ done: Int, _ all: Int) -> Void)?
  /// Told after each network that the search has run, how many those are.
  public var searchProgress: ((_ trials: Int) -> Void)?
  public init() {}
}
