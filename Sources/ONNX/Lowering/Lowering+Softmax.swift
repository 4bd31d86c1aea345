import Quantizer

/// Softmax and LogSoftmax along axes of a frame.
extension Lowering {
  static let softmaxHandlers: [String: Handler] = ["Softmax": { $0.lowerSoftmax }, "LogSoftmax": { $0.lowerSoftmax }]

  private func lowerSoftmax(_ node: SourceNode) throws -> [Value] {
    var view = try separated(try stream(node), node)
    let rank = view.axes.count
    // Before operator set 13, all axes from the given one on are one.
    let isFlat = source.opset < 13
    let axis = try node.axis(try node.integer("axis", default: isFlat ? 1 : -1), rank: rank)
    let axes = isFlat ? Array(axis..<rank) : [axis]
    for axis in axes { try checkNotBatch(view, axis: axis, node) }
    guard !axes.contains(where: { view.axes[$0].hasTime }) else {
      throw node.error(
        "it runs along time, over the whole sequence, which is not supported: apply it to the values of one frame")
    }
    view = try plain(view, node)
    let over = axes.filter { view.axes[$0].extent > 1 }
    var layout = view.layout(frame(view))
    if layout.channels != over {
      let rest = layout.order.filter { !over.contains($0) }
      layout = FrameLayout(height: Array(rest.prefix(1)), width: Array(rest.dropFirst()), channels: over)
    }
    view = try rearranged(view, layout, node)
    view.tensor = try emit(.softmax(logarithm: node.op == "LogSoftmax"), [view.tensor], node)
    return [.stream(view)]
  }
}
