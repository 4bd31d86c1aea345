import Quantizer

/// What a QuantizeLinear makes of a stream.
struct GivenCodes: Sendable {
  var view: StreamView
  var scale: Constant
  var zeroPoint: Constant?
  var range: ClosedRange<Int>
  var isPerAxis: Bool
}

/// QuantizeLinear and DequantizeLinear around activations: the network is read as float, and the scales are remembered. Around
/// constants they are computed (`Folder`).
extension Lowering {
  static let quantizationHandlers: [String: Handler] = [
    "QuantizeLinear": { $0.lowerQuantization }, "DequantizeLinear": { $0.lowerDequantization },
  ]

  private func lowerQuantization(_ node: SourceNode) throws -> [Value] {
    let view = try stream(node)
    let (scale, zeroPoint) = try quantizationParameters(node)
    var value = Value(
      obstacle:
        "it reads the codes that the QuantizeLinear '\(node.name)' makes, which only a DequantizeLinear with the same "
        + "scale can: export the network with a DequantizeLinear behind each QuantizeLinear")
    value.codes = GivenCodes(
      view: view, scale: scale, zeroPoint: zeroPoint, range: try node.codeRange(zeroPoint: zeroPoint),
      isPerAxis: scale.count > 1)
    return [value]
  }

  private func lowerDequantization(_ node: SourceNode) throws -> [Value] {
    let (scale, zeroPoint) = try quantizationParameters(node)
    guard let codes = node.input(0).flatMap({ values[$0]?.codes }) else {
      // Integers that the caller gives: (x − z) · s.
      let view = try stream(node)
      if graph.tensors[view.tensor].isIndex, let input = pointwiseRoot[view.tensor] {
        throw Discovery.numeric(input: input)
      }
      guard scale.count == 1, pointwiseRoot[view.tensor].map({ knowledge.numericInputs.contains($0) }) ?? false,
        let factor = scale.scalar
      else {
        throw node.error("its input is not what a QuantizeLinear gives: export the network with float values there")
      }
      let shift = -(zeroPoint?.scalar ?? 0) * factor
      return [.stream(try affine(view, scale: factor, shift: shift, node))]
    }
    let zeros = [codes.zeroPoint, zeroPoint].map { $0?.floats ?? [Float](repeating: 0, count: scale.count) }
    guard codes.scale.floats == scale.floats, zeros[0] == zeros[1] else {
      throw node.error(
        "its scale or zero point is another than that of the QuantizeLinear before it, so that it computes: export the network "
          + "with the same for both")
    }
    var kept = codes
    kept.view = try saturated(codes, node)
    remember(kept, node)
    return [.stream(kept.view)]
  }

  private func quantizationParameters(_ node: SourceNode) throws -> (scale: Constant, zeroPoint: Constant?) {
    guard let scale = try floats(node, 1, "scale"), scale.floats?.allSatisfy({ $0 > 0 }) ?? false else {
      throw node.error("its scale must be a positive constant: export the network again")
    }
    return (scale, try constant(node, 2, "zero point"))
  }

  private func remember(_ codes: GivenCodes, _ node: SourceNode) {
    var given = GivenScale(
      tensor: graph.tensors[codes.view.tensor].name, node: node.name, quantization: nil, obstacle: "")
    let zero = codes.zeroPoint?.integers?.first ?? 0
    let scale = codes.scale.scalar ?? 1
    let width = codes.range.upperBound - codes.range.lowerBound
    if codes.isPerAxis {
      given.obstacle = "it has a scale for each slice, and an activation is stored with one scale"
    } else if width == 255 {
      // int8 codes, moved to 0...255.
      given.quantization = .given8(scale: scale, zeroPoint: zero &- codes.range.lowerBound)
    } else if width == 65535, codes.range.lowerBound < 0, zero == 0 {
      given.quantization = .given16(scale: scale)
    } else if width == 65535 {
      given.obstacle = "16-bit activations are stored without a zero point, as int16"
    } else {
      given.obstacle = "activations are stored in 8 or 16 bits"
    }
    if given.quantization == nil, given.obstacle.isEmpty {
      given.obstacle = "its scale \(scale) is beyond what the runtime computes with"
    }
    givenScales.append(given)
  }

  /// Those of tensors that are in the graph, each once; two that contradict each other cannot both be kept.
  func givenScales(of graph: Graph) -> [GivenScale] {
    let names = Set(graph.tensors.map(\.name))
    var result: [GivenScale] = []
    for given in givenScales where names.contains(given.tensor) {
      guard let other = result.firstIndex(where: { $0.tensor == given.tensor }) else {
        result.append(given)
        continue
      }
      guard result[other].quantization != given.quantization else { continue }
      var second = given
      (second.quantization, second.obstacle) = (nil, "'\(result[other].node)' gives the same value another scale")
      result.append(second)
    }
    return result
  }
}
