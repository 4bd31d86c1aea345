import Quantizer

/// Expand and Tile: copies along axes, which cost nothing until something needs them.
extension Lowering {
  static let expansionHandlers: [String: Handler] = ["Expand": { $0.lowerExpand }, "Tile": { $0.lowerTile }]

  private func lowerExpand(_ node: SourceNode) throws -> [Value] {
    guard let target = try dimensions(node, 1, "shape") else { throw node.error("it has no shape") }
    var view = try stream(node).padded(to: target.count)
    for (offset, size) in target.reversed().enumerated() where size != .known(1) {
      let axis = view.axes.count - 1 - offset
      if view.axes[axis].content.isEmpty {
        guard size.value ?? 1 > 0, size.value ?? 1 <= Constant.largestCount else {
          throw node.error("its shape is impossible")
        }
        view.axes[axis].append(Factor(kind: .copies, size: size))
      } else if view.axes[axis].size != size {
        throw node.error("an axis of \(view.axes[axis].size?.text ?? "?") does not expand to \(size.text)")
      }
    }
    return [.stream(try limited(view, node))]
  }

  private func limited(_ view: StreamView, _ node: SourceNode) throws -> StreamView {
    guard RowMajor.count(view.axes.flatMap { $0 }.map { $0.size.value ?? 1 }) != nil else {
      throw node.error("its result is too large")
    }
    return view
  }

  private func lowerTile(_ node: SourceNode) throws -> [Value] {
    var view = try stream(node)
    guard let repeats = try dimensions(node, 1, "repeats"), repeats.count == view.axes.count else {
      throw node.error("its repeats do not fit its input")
    }
    for (axis, count) in repeats.enumerated() where count != .known(1) {
      guard count.value ?? 1 > 0, count.value ?? 1 <= Constant.largestCount else {
        throw node.error("its repeats are impossible")
      }
      guard !view.axes[axis].hasTime else { throw node.error("it repeats the whole sequence, which is not supported") }
      let start = view.axes[axis].firstIndex { $0.kind != .batch } ?? view.axes[axis].count
      view.axes[axis].insert(Factor(kind: .copies, size: count), at: start)
    }
    return [.stream(try limited(view, node))]
  }
}
