import Quantizer

/// Reshape as a change of the description alone.
extension Lowering {
  /// `view` with the axes `shape`: merged axes keep their factors, split ones divide them. `requested` is the shape
  /// as the file writes it, with its zeros and −1.
  func reshaped(
    _ view: StreamView, to shape: [Dimension], requested: [Dimension], _ node: SourceNode
  ) throws -> StreamView {
    var view = view
    var queue = view.axes.flatMap { $0.content }[...]
    var axes: [Axis] = []
    func fail() -> ImportError {
      let old = (try? view.shape(node).map(\.text)) ?? []
      return node.error("a shape of \(old) cannot be cut into \(shape.map(\.text)) without mixing time and frames")
    }
    for size in shape {
      var axis: Axis = []
      var filled = Dimension.known(1)
      while let next = queue.first {
        // A time of one frame: it goes to the first axis that may hold it.
        if next.size == .known(1) {
          if size == .known(1), !axis.isEmpty { break }
          if size == filled, size != .known(1) { break }
          axis.append(next)
          queue.removeFirst()
          continue
        }
        if filled == size { break }
        guard let combined = filled.multiplied(by: next.size) else { throw fail() }
        if size.ratio(to: combined) != nil {
          axis.append(next)
          filled = combined
          queue.removeFirst()
          continue
        }
        // The factor reaches past this axis: it is divided.
        guard let known = filled.value, let need = size.exactlyDivided(by: known) else { throw fail() }
        guard let rest = next.size.ratio(to: need), rest > 1 else { throw fail() }
        queue.removeFirst()
        if next.kind == .time {
          let stackedView = try stacked(view, length: rest, isAll: false, node)
          guard let factors = stackedView.axes.first(where: \.hasTime),
            let time = factors.firstIndex(where: { $0.kind == .time })
          else { throw fail() }
          view.tensor = stackedView.tensor
          axis.append(factors[time])
          queue = [factors[time + 1]] + queue
        } else {
          guard let count = need.value else { throw fail() }
          var (outer, inner) = (next, next)
          (outer.size, inner.size, outer.origin, inner.origin) = (.known(count), .known(rest), nil, nil)
          if case .frame(let stride) = next.kind { outer.kind = .frame(stride: stride * rest) }
          axis.append(outer)
          queue = [inner] + queue
        }
        filled = size
      }
      guard filled == size else { throw fail() }
      axes.append(axis)
    }
    guard queue.allSatisfy({ $0.size == .known(1) }) else { throw fail() }
    if let old = view.axes.firstIndex(where: { $0.contains { $0.kind == .batch } }), !axes.isEmpty {
      let batch = view.axes[old].filter { $0.kind == .batch }
      axes[batchAxis(old, shape, requested)].insert(contentsOf: batch, at: 0)
    }
    var result = StreamView(tensor: view.tensor, axes: axes)
    if queue.contains(where: { $0.kind == .time }) {
      guard !axes.isEmpty else { return try perSequence(result, node) }
      // A time of one frame beside the last axis.
      result.axes[axes.count - 1].append(contentsOf: queue.filter { $0.kind == .time })
    }
    return result
  }

  /// Which of the new axes holds the batch. Its size counts as 1, so that the sizes alone do not tell. Where the sequences of a batch become
  /// one of frames (TimeDistributed), that is the axis whose size is left open, not an axis of one channel.
  private func batchAxis(_ old: Int, _ shape: [Dimension], _ requested: [Dimension]) -> Int {
    if old < requested.count, requested[old].value == 0 { return old }
    let inferred = requested.firstIndex { $0.value == -1 }
    if let inferred, shape[inferred] == .known(1) { return inferred }
    if old < shape.count, shape[old] == .known(1) { return old }
    return inferred ?? shape.firstIndex(of: .known(1)) ?? 0
  }
}
