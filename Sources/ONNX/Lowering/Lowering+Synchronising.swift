import Quantizer

/// Streams that are joined run at one rate, with time along the same axis.
extension Lowering {
  /// Views of equal rank whose time axes agree. What comes once per sequence is repeated for every frame of the others.
  func synchronised(_ views: [StreamView], _ node: SourceNode) throws -> [StreamView] {
    var views = try views.map { try separated($0, node) }
    guard let reference = views.first(where: { $0.timeAxis != nil }), let axis = reference.timeAxis else {
      // No sequence anywhere: results of whole sequences are brought together at their end.
      let rates = Set(views.map { graph.tensors[$0.tensor].rate })
      if rates.count > 1 { views = try views.map { try perSequence($0, node) } }
      return views
    }
    for index in views.indices where views[index].timeAxis != axis {
      if let other = views[index].timeAxis {
        throw node.error("time is axis \(axis) of one input and axis \(other) of another: they cannot be joined")
      }
      let content = views[index].axes[axis].content
      if let origin = views[index].axes[axis].origin { throw Discovery.time(origin, node) }
      if content.isEmpty || content.count == 1 && content[0].kind == .copies {
        var view = try perSequence(views[index], node)
        view.tensor = try emit(.repeatFrame(count: nil), [view.tensor, reference.tensor], node, "/repeat")
        view.axes[axis] = reference.axes[axis]
        views[index] = view
      } else {
        views[index] = try sequence(views[index], axis: axis, node)
      }
    }
    try matchRates(views, node)
    return views
  }
}
