import Quantizer

/// Gemm and MatMul with a constant matrix.
extension Lowering {
  static let matrixHandlers: [String: Handler] = ["Gemm": { $0.lowerGemm }, "MatMul": { $0.lowerMatMul }]

  private func lowerMatMul(_ node: SourceNode) throws -> [Value] {
    let names = node.inputs
    guard names.count == 2 else { throw node.error("it needs two inputs") }
    if let matrix = values[names[1]]?.constant {
      let view = try stream(node, 0).padded(to: matrix.shape.count)
      if matrix.shape.count == 1 {
        var result = try contracted(view, axis: view.axes.count - 1, try columns(matrix, node), node)
        result.axes.removeLast()
        return [.stream(result)]
      }
      return [.stream(try contracted(view, axis: view.axes.count - 1, try columns(matrix, node), node))]
    }
    if let matrix = values[names[0]]?.constant {
      let view = try stream(node, 1).padded(to: matrix.shape.count)
      guard view.axes.count >= 2, matrix.shape.count >= 2 else {
        throw node.error("a vector times a stream is not supported")
      }
      return [.stream(try contracted(view, axis: view.axes.count - 2, try rows(matrix, node), node))]
    }
    throw node.error(
      "it multiplies two computed values (attention), which is not supported: one of them must be a constant matrix")
  }

  /// A matrix `[inputs][outputs]`, perhaps below axes of size 1, as rows of inputs.
  private func columns(_ matrix: Constant, _ node: SourceNode) throws -> (weights: [Float], outputs: Int) {
    if matrix.shape.count == 1 { return (try weights(matrix, node), 1) }
    let (depth, outputs) = try sides(matrix, node)
    let values = try weights(matrix, node)
    var result = [Float](repeating: 0, count: values.count)
    for row in 0..<outputs { for index in 0..<depth { result[row * depth + index] = values[index * outputs + row] } }
    return (result, outputs)
  }

  /// A matrix `[outputs][inputs]`.
  private func rows(_ matrix: Constant, _ node: SourceNode) throws -> (weights: [Float], outputs: Int) {
    (try weights(matrix, node), try sides(matrix, node).0)
  }

  private func sides(_ matrix: Constant, _ node: SourceNode) throws -> (Int, Int) {
    let rank = matrix.shape.count
    guard rank >= 2, matrix.shape.dropLast(2).allSatisfy({ $0 == 1 }) else {
      throw node.error("a matrix of shape \(matrix.shape) is not supported: it must have two axes")
    }
    return (matrix.shape[rank - 2], matrix.shape[rank - 1])
  }

  private func weights(_ matrix: Constant, _ node: SourceNode) throws -> [Float] {
    guard let floats = matrix.floats else { throw node.error("its matrix must be numbers") }
    return try finite(node, floats, "weights")
  }

  /// The view with one axis multiplied by a matrix of rows `[outputs][inputs]`.
  func contracted(
    _ view: StreamView, axis: Int, _ matrix: (weights: [Float], outputs: Int), bias: [Float]? = nil, _ node: SourceNode
  ) throws -> StreamView {
    var view = view
    guard view.axes.indices.contains(axis) else { throw node.error("its input has too few axes") }
    try checkNotBatch(view, axis: axis, node)
    if view.axes[axis].hasTime { view = try stacked(view, node) }
    view = try plain(view, node)
    let depth = view.axes[axis].extent
    guard matrix.outputs > 0, matrix.weights.count == depth * matrix.outputs else {
      throw node.error("a matrix of \(matrix.weights.count) weights does not fit \(depth) inputs")
    }
    let bias = bias ?? [Float](repeating: 0, count: matrix.outputs)
    let others = view.frameAxes.filter { $0 != axis }
    var result = view
    if others.isEmpty {
      let offsets = view.axes[axis].offsets
      var weights = matrix.weights
      if !offsets.indices.allSatisfy({ offsets[$0] == $0 }) {
        for row in 0..<matrix.outputs {
          for (index, offset) in offsets.enumerated() {
            weights[row * depth + offset] = matrix.weights[row * depth + index]
          }
        }
      }
      let dense = Dense(frame: FrameShape(channels: matrix.outputs), weights: weights, bias: bias)
      result.tensor = try emit(.dense(dense), [view.tensor], node)
      result.axes[axis] = matrix.outputs > 1 ? [.frame(matrix.outputs, stride: 1)] : []
      return result
    }
    // Further axes: every one of their positions is multiplied by the same matrix, as a convolution of one tap does.
    var layout = view.layout(frame(view))
    if layout.channels != [axis] {
      let order = layout.order.filter { $0 != axis }
      layout = FrameLayout(height: Array(order.prefix(1)), width: Array(order.dropFirst()), channels: [axis])
    }
    view = try rearranged(view, layout, node)
    // Channels are one axis in its own order now.
    let convolution = Convolution(
      geometry: WindowGeometry(kernel: .one), outputChannels: matrix.outputs, weights: matrix.weights, bias: bias)
    result = view
    result.tensor = try emit(.convolution(convolution), [view.tensor], node)
    for other in others {
      for (index, factor) in view.axes[other].enumerated() {
        if case .frame(let stride) = factor.kind {
          result.axes[other][index].kind = .frame(stride: stride / depth * matrix.outputs)
        }
      }
    }
    result.axes[axis] = matrix.outputs > 1 ? [.frame(matrix.outputs, stride: 1)] : []
    return result
  }

  private func lowerGemm(_ node: SourceNode) throws -> [Value] {
    let alpha = try node.float("alpha", default: 1)
    let beta = try node.float("beta", default: 1)
    let (transposesA, transposesB) = (
      try node.integer("transA", default: 0) != 0, try node.integer("transB", default: 0) != 0
    )
    guard node.inputs.count >= 2, let first = values[node.inputs[0]], let second = values[node.inputs[1]] else {
      throw node.error("it needs two inputs")
    }
    var product: StreamView
    if let matrix = second.constant {
      guard matrix.shape.count == 2 else { throw node.error("its matrix must have two axes") }
      var view = try stream(node, 0)
      guard view.axes.count == 2 else { throw node.error("its input must have two axes: put a Flatten before it") }
      if transposesA { view.axes.reverse() }
      var weights = transposesB ? try rows(matrix, node) : try columns(matrix, node)
      weights.weights = alpha == 1 ? weights.weights : weights.weights.map { $0 * alpha }
      product = try contracted(view, axis: 1, weights, node)
    } else if let matrix = first.constant {
      guard matrix.shape.count == 2 else { throw node.error("its matrix must have two axes") }
      var view = try stream(node, 1)
      guard view.axes.count == 2 else { throw node.error("its input must have two axes") }
      if transposesB { view.axes.reverse() }
      var weights = transposesA ? try columns(matrix, node) : try rows(matrix, node)
      weights.weights = alpha == 1 ? weights.weights : weights.weights.map { $0 * alpha }
      product = try contracted(view, axis: 0, weights, node)
    } else {
      throw node.error(
        "it multiplies two computed values, which is not supported: one of them must be a constant matrix")
    }
    guard let name = node.input(2), beta != 0 else { return [.stream(product)] }
    if let bias = values[name]?.constant {
      guard let floats = bias.floats else { throw node.error("its bias must be numbers") }
      let scaled = Constant(shape: bias.shape, floats: floats.map { $0 * beta })
      return [.stream(try affine(product, scale: nil, shift: scaled, node, "/bias"))]
    }
    let other = try affine(try stream(node, 2), scale: beta, shift: 0, node, "/beta")
    return [.stream(try binary(.add, product, other, node, "/add"))]
  }
}
