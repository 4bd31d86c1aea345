import Quantizer

/// A network as read from an ONNX file.
public struct ImportedModel: Sendable {
  /// The network as a graph of streams. Its ports have the names of the ONNX inputs and outputs; state inputs and
  /// outputs are gone.
  public var graph: Graph
  /// For each input port, one letter per axis of the ONNX tensor: `N` batch, `T` time, `H`, `W`, `C` height, width
  /// and channels of the frame, `1` an axis of size one. An axis may be missing from the letters' order in the frame:
  /// the port's frame is always height × width × channels.
  public var inputLayouts: [String: String]
  /// For each output port, one letter per axis of the ONNX tensor: `N`, `T` and `1` as above; every other axis is
  /// `F`, an axis of the frame, and the port's frame has them in the ONNX order.
  public var outputLayouts: [String: String]
  /// Program and version that wrote the file, as it says.
  public var producer: String
  /// Revision of the ONNX operator set that the file uses.
  public var opset: Int
  /// Scales that QuantizeLinear and DequantizeLinear nodes give activations, in the order of the file. The graph computes as if
  /// they were not there.
  public var givenScales: [GivenScale] = []
  /// Sentences for the user: what was assumed or left out.
  public var warnings: [String]
}
