import Quantizer

/// Conv: one, two or three spatial axes, one of which may be time.
extension Lowering {
  static let convolutionHandlers: [String: Handler] = ["Conv": { $0.lowerConvolution }]

  private func lowerConvolution(_ node: SourceNode) throws -> [Value] {
    guard let weights = try floats(node, 1, "weights"), let values = weights.floats, weights.shape.count >= 3 else {
      throw node.error("it has no weights, or weights without spatial axes")
    }
    let kernel = Array(weights.shape[2...])
    if let stated = try node.integers("kernel_shape"), stated != kernel {
      throw node.error("its kernel_shape \(stated) is not that of its weights \(kernel)")
    }
    let input = try stream(node)
    let arguments = try SpatialArguments(node, kernel: kernel)
    let window = try windowed(input, arguments, node)
    let groups = try node.integer("group", default: 1)
    let outputs = weights.shape[0]
    let channels = frame(window.view).channels
    guard groups > 0, outputs > 0, outputs % groups == 0, channels % groups == 0, weights.shape[1] == channels / groups
    else {
      throw node.error(
        "weights of shape \(weights.shape) in \(groups) groups do not fit an input with \(channels) channels")
    }
    let bias = try floats(node, 2, "bias")?.floats ?? [Float](repeating: 0, count: outputs)
    guard bias.count == outputs else { throw node.error("its bias has \(bias.count) values for \(outputs) channels") }

    // [output][channel][spatial…] becomes [output][time][height][width][channel]; axes without a part have one tap.
    let strides = RowMajor.strides(weights.shape)
    let order = [window.time].compactMap { $0 } + window.spatial
    let unused = kernel.indices.filter { !order.contains($0) }
    let axes = [0] + (unused + order).map { $0 + 2 } + [1]
    let offsets = RowMajor.offsets(shape: axes.map { weights.shape[$0] }, strides: axes.map { strides[$0] })
    let convolution = Convolution(
      geometry: window.geometry, groups: groups, outputChannels: outputs, weights: offsets.map { values[$0] },
      bias: bias)
    let tensor = try emit(.convolution(convolution), [window.view.tensor], node)
    var result = try afterWindow(window, tensor, node)
    if let channel = result.axes[1].indices.first { result.axes[1][channel].origin = nil }
    return [.stream(result)]
  }
}
