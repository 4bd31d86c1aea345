/// A network that turns whole sequences into results: a packed model, or a float graph.
protocol SequenceModel {
  var inputs: [PortDescription] { get }
  var outputs: [PortDescription] { get }

  /// Runs one sequence, from the first frame to the end.
  ///
  /// - Parameter sequence: `[frames × elements]` for each input port.
  /// - Returns: `[frames × elements]` for each output port.
  func run(_ sequence: [[Float]]) throws -> [[Float]]

  /// A text that goes with the network: "labels", "alphabet", "ctc.blank", …
  func text(_ key: String) -> String?
}
