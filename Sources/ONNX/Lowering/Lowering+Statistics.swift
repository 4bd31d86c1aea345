import Quantizer

/// Normalisations by statistics of each frame: LayerNormalization, InstanceNormalization, GroupNormalization,
/// LpNormalization.
extension Lowering {
  static let statisticsHandlers: [String: Handler] = [
    "LayerNormalization": { $0.lowerLayerNormalization }, "RMSNormalization": { $0.lowerLayerNormalization },
    "InstanceNormalization": { $0.lowerInstanceNormalization },
    "GroupNormalization": { $0.lowerGroupNormalization },
  ]

  /// (x − mean) / √(variance + ε) · scale + shift over `axes`; `isCentred` false: x / √(mean of squares + ε).
  private func normalised(
    _ input: StreamView, axes: [Int], epsilon: Float, isCentred: Bool = true, _ node: SourceNode
  ) throws -> StreamView {
    var view = try separated(input, node)
    guard !axes.contains(where: { view.axes[$0].hasTime }) else {
      throw node.error(
        "it normalises along time, over the whole sequence, which cannot run as a stream: normalise each frame by itself "
          + "(LayerNormalization), or use BatchNormalization")
    }
    guard epsilon >= 0, epsilon.isFinite else { throw node.error("its epsilon \(epsilon) is impossible") }
    view = try plain(view, node)
    if isCentred {
      let mean = try reduced(view, axes: axes, .mean, keepsAxes: true, node)
      view = try binary(.subtract, view, mean, node, "/centred")
    }
    let variance = try reduced(try power(view, 2, node), axes: axes, .mean, keepsAxes: true, node)
    let deviation = try power(try affine(variance, scale: 1, shift: epsilon, node, "/epsilon"), 0.5, node)
    return try binary(.divide, view, deviation, node)
  }

  private func lowerLayerNormalization(_ node: SourceNode) throws -> [Value] {
    guard !node.hasOutput(1), !node.hasOutput(2) else {
      throw node.error("its mean or deviation is read, which training alone needs: export the network for inference")
    }
    let view = try stream(node)
    let first = try node.axis(try node.integer("axis", default: -1), rank: view.axes.count)
    let result = try normalised(
      view, axes: Array(first..<view.axes.count), epsilon: try node.float("epsilon", default: 1e-5),
      isCentred: node.op == "LayerNormalization", node)
    let scale = try floats(node, 1, "scale")
    let shift = node.op == "LayerNormalization" ? try floats(node, 2, "bias") : nil
    return [.stream(try affine(result, scale: scale, shift: shift, node, "/scale"))]
  }

  private func lowerInstanceNormalization(_ node: SourceNode) throws -> [Value] {
    let view = try stream(node)
    guard view.axes.count >= 3 else { throw node.error("its input needs spatial axes") }
    let result = try normalised(
      view, axes: Array(2..<view.axes.count), epsilon: try node.float("epsilon", default: 1e-5), node)
    return [.stream(try perChannel(result, try floats(node, 1, "scale"), try floats(node, 2, "bias"), node))]
  }

  private func lowerGroupNormalization(_ node: SourceNode) throws -> [Value] {
    let view = try stream(node)
    let groups = try node.integer("num_groups", default: 0)
    let shape = try view.shape(node)
    guard shape.count >= 2, let channels = shape[1].value, groups > 0, channels % groups == 0 else {
      throw node.error("its channels do not divide into \(groups) groups")
    }
    var cut = shape
    cut.replaceSubrange(1...1, with: [.known(groups), .known(channels / groups)])
    let parts = try reshaped(view, to: cut, requested: cut, node)
    var result = try normalised(
      parts, axes: Array(2..<cut.count), epsilon: try node.float("epsilon", default: 1e-5), node)
    result = try reshaped(result, to: shape, requested: shape, node)
    func spread(_ constant: Constant?) -> Constant? {
      // Before operator set 21, one for each group.
      guard let constant, constant.count == groups, groups != channels else { return constant }
      return constant.taking((0..<channels).map { $0 * groups / channels }, shape: [channels])
    }
    let (scale, shift) = (spread(try floats(node, 1, "scale")), spread(try floats(node, 2, "bias")))
    return [.stream(try perChannel(result, scale, shift, node))]
  }

  /// Constants along axis 1.
  private func perChannel(
    _ view: StreamView, _ scale: Constant?, _ shift: Constant?, _ node: SourceNode
  ) throws -> StreamView {
    func standing(_ constant: Constant?) throws -> Constant? {
      guard let constant else { return nil }
      guard view.axes[1].size == .known(constant.count) else {
        throw node.error("it has \(constant.count) scales, its input \(view.axes[1].size?.text ?? "?") channels")
      }
      return constant.reshaped([constant.count] + [Int](repeating: 1, count: view.axes.count - 2))
    }
    return try affine(view, scale: try standing(scale), shift: try standing(shift), node, "/scale")
  }
}
