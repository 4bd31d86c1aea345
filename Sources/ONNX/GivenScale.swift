import Quantizer

/// The scale that a file's QuantizeLinear and DequantizeLinear nodes give an activation.
public struct GivenScale: Sendable {
  /// The name of the tensor of the graph.
  public var tensor: String
  /// The name of the DequantizeLinear node.
  public var node: String
  /// What the runtime stores for it; nil where its scheme does not have that.
  public var quantization: TensorQuantization?
  /// Why it cannot be kept; empty where it can.
  public var obstacle: String
}
