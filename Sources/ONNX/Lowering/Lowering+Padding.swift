import Quantizer

/// Pad: zeros, a constant, the edge or a reflection, inside a frame; zeros, a constant or the edge along time.
extension Lowering {
  static let paddingHandlers: [String: Handler] = ["Pad": { $0.lowerPad }]

  private func lowerPad(_ node: SourceNode) throws -> [Value] {
    var view = try separated(try stream(node), node)
    let rank = view.axes.count
    let mode = try node.string("mode", default: "constant")
    guard let pads = try integers(node, 1, "pads") ?? node.integers("pads") else { throw node.error("it has no pads") }
    let axes = try integers(node, 3, "axes").map { try node.axes($0, rank: rank) } ?? Array(0..<rank)
    guard pads.count == 2 * axes.count,
      pads.allSatisfy({ abs(max($0, -Constant.largestCount)) <= Constant.largestCount })
    else {
      throw node.error("its pads \(pads) do not fit \(axes.count) axes")
    }
    let value = try constant(node, 2, "value")?.scalar ?? node.float("value", default: 0)
    guard value.isFinite else { throw node.error("it pads with a value that is not finite") }
    for (index, axis) in axes.enumerated() {
      let (before, after) = (pads[index], pads[index + axes.count])
      guard before != 0 || after != 0 else { continue }
      view =
        view.axes[axis].isTime
        ? try paddedInTime(view, before, after, mode, value, node)
        : try padded(view, axis: axis, before, after, mode, value, node)
    }
    return [.stream(view)]
  }

  private func padded(
    _ view: StreamView, axis: Int, _ before: Int, _ after: Int, _ mode: String, _ value: Float, _ node: SourceNode
  ) throws -> StreamView {
    let size = view.axes[axis].extent
    guard RowMajor.count([max(size + max(before, 0) + max(after, 0), 0)]) != nil, size + before + after > 0 else {
      throw node.error("it leaves nothing of axis \(axis), or too much")
    }
    let positions = try (-before..<size + after).map { position -> Int in
      if position >= 0, position < size { return position }
      switch mode {
      case "constant": return -1
      case "edge": return min(max(position, 0), size - 1)
      case "reflect":
        let mirrored = position < 0 ? -position : 2 * (size - 1) - position
        guard mirrored >= 0, mirrored < size else {
          throw node.error("it reflects more than the \(size) elements of axis \(axis)")
        }
        return mirrored
      case "wrap": return ((position % size) + size) % size
      default: throw node.error("the mode '\(mode)' is not supported")
      }
    }
    var result = try selected(view, axis: axis, positions: positions, node)
    if mode == "constant", value != 0, positions.contains(-1) {
      var shape = [Int](repeating: 1, count: view.axes.count)
      shape[axis] = positions.count
      let shift = Constant(shape: shape, floats: positions.map { $0 < 0 ? value : 0 })
      result = try affine(result, scale: nil, shift: shift, node, "/value")
    }
    return result
  }

  private func paddedInTime(
    _ view: StreamView, _ before: Int, _ after: Int, _ mode: String, _ value: Float, _ node: SourceNode
  ) throws -> StreamView {
    switch mode {
    case "constant" where value == 0 || before <= 0 && after <= 0:
      return try timePadded(view, before: before, after: after, edge: false, node)
    case "constant":
      guard view.time?.size.value == nil else {
        // A known length: zeros, then the value where they stand.
        let result = try timePadded(view, before: before, after: after, edge: false, node)
        let length = try fixedLength(result, node, "it pads the sequence with \(value)")
        var shape = [Int](repeating: 1, count: view.axes.count)
        shape[view.timeAxis ?? 0] = length
        let values = (0..<length).map { $0 < before || $0 >= length - after ? value : 0 }
        return try affine(result, scale: nil, shift: Constant(shape: shape, floats: values), node, "/value")
      }
      let shifted = try affine(view, scale: 1, shift: -value, node, "/shift")
      return try affine(
        try timePadded(shifted, before: before, after: after, edge: false, node), scale: 1, shift: value, node, "/value"
      )
    case "edge":
      return try timePadded(view, before: before, after: after, edge: true, node)
    default:
      throw node.error(
        "the mode '\(mode)' along time is not supported: pad with zeros or the edge, or pad before the network")
    }
  }
}
