import Quantizer

/// BatchNormalization for inference: a scale and a shift for each channel. Whether they can be folded into a
/// neighbour is the simplifier's to decide.
extension Lowering {
  static let normalizationHandlers: [String: Handler] = ["BatchNormalization": { $0.lowerBatchNormalization }]

  private func lowerBatchNormalization(_ node: SourceNode) throws -> [Value] {
    guard try node.integer("spatial", default: 1) == 1 else {
      throw node.error(
        "it normalises every element by itself (spatial = 0), which is not supported: export with spatial = 1")
    }
    guard try node.integer("training_mode", default: 0) == 0, node.outputs.dropFirst().allSatisfy(\.isEmpty) else {
      throw node.error("it is in training mode: export the network for inference")
    }
    let view = try stream(node)
    let parameters = try (1..<5).map { index in
      guard let values = try floats(node, index, "parameters")?.floats else {
        throw node.error("its parameters are incomplete")
      }
      return values
    }
    let (gamma, beta, mean, variance) = (parameters[0], parameters[1], parameters[2], parameters[3])
    let count = gamma.count
    guard parameters.allSatisfy({ $0.count == count }), view.axes.count >= 2 || count == 1 else {
      throw node.error("its parameters do not fit its input")
    }
    let epsilon = try node.float("epsilon", default: 1e-5)
    let scale = gamma.indices.map { gamma[$0] / (variance[$0] + epsilon).squareRoot() }
    let shift = gamma.indices.map { beta[$0] - mean[$0] * scale[$0] }
    guard (scale + shift).allSatisfy(\.isFinite) else {
      throw node.error("its parameters are not finite, or a variance is negative")
    }
    var shape = [Int](repeating: 1, count: max(view.axes.count, 1))
    shape[view.axes.count >= 2 ? 1 : 0] = count
    guard view.axes.count < 2 || view.axes[1].size == .known(count) else {
      throw node.error("it has \(count) channels, its input \(view.axes[1].size?.text ?? "?")")
    }
    return [
      .stream(
        try affine(
          view, scale: Constant(shape: shape, floats: scale), shift: Constant(shape: shape, floats: shift), node))
    ]
  }
}
