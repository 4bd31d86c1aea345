import Quantizer

/// Shapes, and operators that change only the description of a tensor's axes.
extension Lowering {
  static let shapeHandlers: [String: Handler] = [
    "Shape": { $0.lowerShape }, "Size": { $0.lowerSize },
  ]
  static let movementHandlers: [String: Handler] = [
    "Identity": { $0.lowerIdentity }, "Dropout": { $0.lowerIdentity }, "Cast": { $0.lowerCast },
    "CastLike": { $0.lowerCast },
    "Transpose": { $0.lowerTranspose }, "Reshape": { $0.lowerReshape }, "Flatten": { $0.lowerFlatten },
    "Squeeze": { $0.lowerSqueeze }, "Unsqueeze": { $0.lowerUnsqueeze },
  ]

  private func lowerShape(_ node: SourceNode) throws -> [Value] {
    let name = node.input(0) ?? ""
    var shape: [Dimension]
    if let states = values[name]?.states {
      shape = states.shape.map { .known($0) }
    } else {
      shape = try stream(node).shape(node)
    }
    let axes = try node.shownAxes(rank: shape.count)
    let view = values[name]?.stream
    let dependsOnLength = axes.contains { view?.axes[$0].hasTime ?? false }
    shape = axes.map { shape[$0] }
    return [Value(constant: Constant(shape: [shape.count], integers: shape), dependsOnLength: dependsOnLength)]
  }

  private func lowerSize(_ node: SourceNode) throws -> [Value] {
    guard let size = try stream(node).axes.flatMap({ $0 }).size else { throw node.error("its input has an open size") }
    return [Value(constant: Constant(shape: [], integers: [size]), dependsOnLength: true)]
  }

  private func lowerIdentity(_ node: SourceNode) throws -> [Value] {
    if node.op == "Dropout" {
      let isTraining = try node.inputs.count > 2 && integers(node, 2, "training_mode")?.contains { $0 != 0 } ?? false
      guard !isTraining else { throw node.error("it is in training mode: export the network for inference") }
    }
    return [.stream(try stream(node))]
  }

  private func lowerCast(_ node: SourceNode) throws -> [Value] {
    let view = try stream(node)
    if try castType(node).isFloat {
      guard graph.tensors[view.tensor].isIndex else { return [.stream(view)] }
      guard let input = pointwiseRoot[view.tensor] else { throw node.error("indices cannot be used as numbers here") }
      throw Discovery.numeric(input: input)
    }
    guard graph.tensors[view.tensor].isIndex else {
      throw node.error(
        "it rounds computed values to integers, which is not supported: end the exported network before it")
    }
    return [.stream(view)]
  }

  private func castType(_ node: SourceNode) throws -> ElementType {
    guard node.op == "CastLike", let like = values[node.input(1) ?? ""] else { return try node.castType(like: nil) }
    if let constant = like.constant { return try node.castType(like: constant) }
    return like.stream.map { graph.tensors[$0.tensor].isIndex } ?? false ? .int64 : .float
  }

  private func lowerTranspose(_ node: SourceNode) throws -> [Value] {
    let view = try stream(node)
    let order = try node.integers("perm") ?? Array(view.axes.indices.reversed())
    guard order.sorted() == Array(view.axes.indices) else {
      throw node.error("its perm \(order) does not fit \(view.axes.count) axes")
    }
    return [.stream(StreamView(tensor: view.tensor, axes: order.map { view.axes[$0] }))]
  }

  private func lowerReshape(_ node: SourceNode) throws -> [Value] {
    let view = try stream(node)
    guard let requested = try dimensions(node, 1, "shape") else { throw node.error("it has no shape") }
    let shape = try node.resolvedShape(
      requested, of: try view.shape(node), zeroCopies: try node.integer("allowzero", default: 0) == 0)
    return [.stream(try reshaped(view, to: shape, requested: requested, node))]
  }

  private func lowerFlatten(_ node: SourceNode) throws -> [Value] {
    let view = try stream(node)
    let rank = view.axes.count
    let axis = try node.integer("axis", default: 1)
    guard axis >= -rank, axis <= rank else { throw node.error("axis \(axis) is not one of its input's \(rank) axes") }
    let cut = axis < 0 ? axis + rank : axis
    return [
      .stream(
        StreamView(tensor: view.tensor, axes: [view.axes[..<cut].flatMap { $0 }, view.axes[cut...].flatMap { $0 }]))
    ]
  }

  private func lowerSqueeze(_ node: SourceNode) throws -> [Value] {
    let view = try stream(node)
    let given = try integers(node, 1, "axes") ?? node.integers("axes")
    let axes = try given.map { try node.axes($0, rank: view.axes.count) }
    let dropped = axes ?? view.axes.indices.filter { view.axes[$0].size == .known(1) && !view.axes[$0].hasTime }
    for axis in dropped where view.axes[axis].size != .known(1) {
      throw node.error("it squeezes axis \(axis), which is not of size 1")
    }
    var result = StreamView(
      tensor: view.tensor, axes: view.axes.indices.filter { !dropped.contains($0) }.map { view.axes[$0] })
    // Squeezing away a time of one frame leaves one frame per sequence.
    if view.time != nil, result.time == nil { result = try perSequence(result, node) }
    return [.stream(result)]
  }

  private func lowerUnsqueeze(_ node: SourceNode) throws -> [Value] {
    var view = try stream(node)
    guard let given = try integers(node, 1, "axes") ?? node.integers("axes") else {
      throw node.error("it names no axes")
    }
    for axis in try node.axes(given, rank: view.axes.count + given.count).sorted() { view.axes.insert([], at: axis) }
    return [.stream(view)]
  }
}
