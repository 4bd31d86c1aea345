import Quantizer

/// What a network's file does not say about how it is meant to be used.
///
/// ```swift
/// var options = ImportOptions()
/// options.timeAxis["image"] = 3                 // the image is read along its width
/// options.states = [(input: "state", output: "stateN")]
/// ```
public struct ImportOptions: Sendable {
  /// For an input, by name, the axis of the ONNX tensor along which the sequence runs. The key `""` stands for every
  /// input that is not named. Negative axes count from the end. Without an entry, the axis is found from the graph.
  public var timeAxis: [String: Int] = [:]
  /// Inputs whose value is an output of the previous call; the runtime keeps them inside its stream. States of
  /// recurrent nodes are found without this.
  public var states: [(input: String, output: String)] = []
  /// For an input, by name, its whole shape (ONNX axes, batch 1), where the file leaves axes open; 0 leaves an axis
  /// as it is. The key `""` stands for the only input, where the others are states.
  public var shapes: [String: [Int]] = [:]
  /// For an input, by name, how many frames it has for each tick of time, where sequences of different inputs have
  /// different numbers of frames. Without an entry, the rate follows from the nodes that join the input to another
  /// frame by frame; without such a node it is 1.
  public var rates: [String: Rate] = [:]
  /// True: no axis is time; each call of the ONNX network is one frame. False: some axis must be time. Nil: found
  /// from the graph.
  public var callIsTime: Bool?

  public init() {}
}
