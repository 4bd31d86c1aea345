/// What a name of the ONNX graph stands for while the graph is lowered.
struct Value {
  /// Known while importing.
  var constant: Constant?
  /// The constant was computed from the length of a sequence, so that it holds for this length only.
  var dependsOnLength = false
  /// Computed from the inputs.
  var stream: StreamView?
  /// Computed from the inputs, and read from the last frame to the first (`Lowering+Reversal`). It lies in the order of time.
  var backwards: StreamView?
  /// For recurrent states: codes of `StateTrace`, one per element.
  var states: Constant?
  /// Codes that a QuantizeLinear made of a stream.
  var codes: GivenCodes?
  /// Why there is no stream where a node would need one.
  var obstacle: String?

  static func constant(_ constant: Constant) -> Value { Value(constant: constant) }
  static func stream(_ view: StreamView) -> Value { Value(stream: view) }
  static func backwards(_ view: StreamView) -> Value { Value(backwards: view, obstacle: backwardsObstacle) }

  static let backwardsObstacle =
    "it reads a sequence backwards, which only a recurrent layer can: export the layer as one node with direction "
    + "'reverse' or 'bidirectional'"
}
