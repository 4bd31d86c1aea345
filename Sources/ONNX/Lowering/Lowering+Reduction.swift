import Quantizer

/// Reductions over time, over axes of a frame, or over both.
extension Lowering {
  static let reductionHandlers: [String: Handler] = [
    "ReduceMean": { $0.lowerReduction }, "ReduceMax": { $0.lowerReduction }, "ReduceMin": { $0.lowerReduction },
    "ReduceSum": { $0.lowerReduction }, "ReduceSumSquare": { $0.lowerReduction }, "ReduceL1": { $0.lowerReduction },
    "ReduceL2": { $0.lowerReduction },
  ]

  private func lowerReduction(_ node: SourceNode) throws -> [Value] {
    var view = try stream(node)
    let given = try integers(node, 1, "axes") ?? node.integers("axes")
    let reducesNothing = try given?.isEmpty ?? true && node.integer("noop_with_empty_axes", default: 0) != 0
    let axes =
      reducesNothing
      ? []
      : try node.axes(given.flatMap { $0.isEmpty ? nil : $0 } ?? Array(view.axes.indices), rank: view.axes.count)
    let keepsAxes = try node.integer("keepdims", default: 1) != 0
    let reduction: Reduction
    switch node.op {
    case "ReduceMean": reduction = .mean
    case "ReduceMax": reduction = .maximum
    case "ReduceMin": reduction = .minimum
    default: reduction = .sum
    }
    if node.op == "ReduceL1" { view = try activation(view, Activation(.absolute), node, "/abs") }
    if node.op == "ReduceL2" || node.op == "ReduceSumSquare" { view = try power(view, 2, node) }
    // What stands before and after the sum is done all the same.
    var result = reducesNothing ? view : try reduced(view, axes: axes, reduction, keepsAxes: keepsAxes, node)
    if node.op == "ReduceL2" { result = try power(result, 0.5, node) }
    return [.stream(result)]
  }

  func reduced(
    _ input: StreamView, axes: [Int], _ reduction: Reduction, keepsAxes: Bool, _ node: SourceNode
  ) throws -> StreamView {
    var view = try plain(input, node)
    guard !graph.tensors[view.tensor].isIndex else { throw node.error("it computes with an integer input") }
    for axis in axes { try checkNotBatch(view, axis: axis, node) }
    let chosen = Set(axes)
    let frameAxes = view.frameAxes
    let over = frameAxes.filter(chosen.contains)
    let kept = frameAxes.filter { !chosen.contains($0) }
    if !over.isEmpty {
      // Whole height, width or channels are reduced in place; anything else goes into the height first.
      let stored = view.alignedLayout(frame(view))
      let groups = stored.map { [$0.height, $0.width, $0.channels] } ?? []
      let isWhole =
        stored != nil && groups.allSatisfy { $0.allSatisfy(chosen.contains) || !$0.contains(where: chosen.contains) }
      var flags = groups.map { $0.contains(where: chosen.contains) }
      if !isWhole {
        view = try rearranged(view, FrameLayout(height: over, channels: kept), node)
        flags = [true, false, false]
      }
      let shape = frame(view)
      view.tensor = try emit(
        .frameReduction(reduction, height: flags[0], width: flags[1], channels: flags[2]), [view.tensor], node)
      // Strides shrink by what is gone inside them.
      let sizes = [flags[0] ? shape.height : 1, flags[1] ? shape.width : 1, flags[2] ? shape.channels : 1]
      for axis in kept {
        for (index, factor) in view.axes[axis].enumerated() {
          guard case .frame(let stride) = factor.kind else { continue }
          var divisor = 1
          if stride >= shape.channels { divisor *= sizes[2] }
          if stride >= shape.channels * shape.width { divisor *= sizes[1] }
          view.axes[axis][index].kind = .frame(stride: stride / divisor)
        }
      }
    }
    for axis in over { view.axes[axis] = view.axes[axis].filter { $0.kind == .batch } }
    if let time = view.timeAxis, chosen.contains(time) {
      view.tensor = try emit(.timeReduction(reduction), [view.tensor], node, over.isEmpty ? "" : "/time")
      view.axes[time].removeAll { $0.kind == .time }
    }
    guard keepsAxes else {
      return StreamView(
        tensor: view.tensor, axes: view.axes.indices.filter { !chosen.contains($0) }.map { view.axes[$0] })
    }
    return view
  }
}
