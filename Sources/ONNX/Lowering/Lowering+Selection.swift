import Quantizer

/// Slice, Split and Gather: parts of a frame, or some of the frames.
extension Lowering {
  static let selectionHandlers: [String: Handler] = [
    "Slice": { $0.lowerSlice }, "Split": { $0.lowerSplit }, "Gather": { $0.lowerGather },
  ]

  /// Elements of one axis, in the order of `positions`; −1 is the value 0.
  func selected(
    _ view: StreamView, axis: Int, positions: [Int], _ node: SourceNode, _ suffix: String = ""
  ) throws -> StreamView {
    if positions == Array(0..<view.axes[axis].extent) { return view }
    try checkNotBatch(view, axis: axis, node)
    let view = try plain(view, node)
    // What stays in order still runs along the axis it came from.
    let inner = positions.filter { $0 >= 0 }
    let keepsOrder = zip(inner, inner.dropFirst()).allSatisfy { $1 == $0 + 1 }
    var layout = view.layout(frame(view))
    if !layout.order.contains(axis) { layout.channels.append(axis) }
    return try rearranged(view, layout, positions: [axis: positions], keepsOrigin: keepsOrder, node, suffix)
  }

  private func lowerSlice(_ node: SourceNode) throws -> [Value] {
    var view = try stream(node)
    let bounds = try node.sliceBounds(rank: view.axes.count) { try dimensions(node, $0, "bounds") }
    for (axis, bound) in bounds.sorted(by: { $0.key < $1.key }) {
      view = try sliced(view, axis: axis, start: bound.start, end: bound.end, step: bound.step, node)
    }
    return [.stream(view)]
  }

  private func lowerSplit(_ node: SourceNode) throws -> [Value] {
    let view = try stream(node)
    let axis = try node.axis(try node.integer("axis", default: 0), rank: view.axes.count)
    guard let size = view.axes[axis].size?.value else {
      throw node.error("it splits an axis of open size: give the input's shape (--input-shape)")
    }
    var start = 0
    return try node.splitSizes(of: size, constant: { try dimensions(node, $0, "sizes") }).enumerated().map {
      index, part in
      let range = (Dimension.known(start), Dimension.known(start + part))
      start += part
      guard node.hasOutput(index) else { return Value() }
      return .stream(try sliced(view, axis: axis, start: range.0, end: range.1, step: 1, node))
    }
  }

  private func sliced(
    _ view: StreamView, axis: Int, start: Dimension, end: Dimension, step: Int, _ node: SourceNode
  ) throws -> StreamView {
    if view.axes[axis].isTime { return try timeSliced(view, axis: axis, start: start, end: end, step: step, node) }
    let view = try separated(view, node)
    guard let start = start.value, let end = end.value else {
      throw node.error("its bounds depend on an open size; fix it by giving the input's shape (--input-shape)")
    }
    let range = SliceRange(start: start, end: end, step: step, size: view.axes[axis].extent)
    guard range.count > 0 else { throw node.error("it leaves nothing of axis \(axis)") }
    return try selected(view, axis: axis, positions: range.positions, node)
  }

  /// Frames from `start` on, up to `end`.
  private func timeSliced(
    _ view: StreamView, axis: Int, start: Dimension, end: Dimension, step: Int, _ node: SourceNode
  ) throws -> StreamView {
    guard let time = view.time else { return view }
    guard step > 0 else {
      throw node.error("it reverses time: export the recurrent layer with direction 'reverse' instead")
    }
    let length = time.size
    // Both bounds as a distance: dropped at the start, dropped at the end.
    var (before, after): (Int, Int)
    if let known = length.value {
      guard let first = start.value, let last = end.value else { throw node.error("its bounds depend on an open size") }
      let range = SliceRange(start: first, end: last, step: 1, size: known)
      guard range.count > 0 else { throw node.error("it leaves no frame of the sequence") }
      (before, after) = (range.start, known - range.start - range.count)
      // Bounds counted from the other end hold for this length only.
      if first < 0 && before > 0 || last >= 0 && after > 0 {
        if first == -1, after == 0 { return try oneFrame(view, axis: axis, .last, keepsAxis: true, node) }
        if first == 0, last == 1 { return try oneFrame(view, axis: axis, .first, keepsAxis: true, node) }
        _ = try fixedLength(view, node, "it takes part of the sequence")
      }
    } else {
      guard let (first, last) = openBounds(start, end, length) else {
        throw node.error(
          "which frames it takes depends on the length of the sequence: give the input's shape (--input-shape)")
      }
      switch (first, last) {
      case (.fromStart(0), .fromStart(1)): return try oneFrame(view, axis: axis, .first, keepsAxis: true, node)
      case (.fromEnd(1), .fromEnd(0)): return try oneFrame(view, axis: axis, .last, keepsAxis: true, node)
      case (.fromStart(let a), .fromEnd(let b)): (before, after) = (a, b)
      default:
        throw node.error(
          "which frames it takes depends on the length of the sequence: give the input's shape (--input-shape)")
      }
    }
    var result = try cut(view, before: before, after: after, node)
    if step > 1 {
      guard !readsBackwards else {
        throw node.error("it takes every \(step)th frame of a sequence that is read backwards")
      }
      let geometry = WindowGeometry(kernel: .one, stride: Extent(time: step))
      result.tensor = try emit(.pool(Pool(kind: .maximum, geometry: geometry)), [result.tensor], node, "/step")
      result = retimed(result, symbols.windowed(result.time?.size ?? .known(1), geometry, ceiling: false))
    }
    return try settled(result, from: time, node)
  }

  private enum Bound {
    case fromStart(Int)
    case fromEnd(Int)
  }

  private func openBounds(_ start: Dimension, _ end: Dimension, _ length: Dimension) -> (Bound, Bound)? {
    func bound(_ value: Dimension) -> Bound? {
      if let known = value.value {
        // What no sequence reaches is the end.
        if known >= 1 << 30 { return .fromEnd(0) }
        return known >= 0 ? .fromStart(known) : .fromEnd(0 - max(known, -(1 << 30)))
      }
      guard let rest = length.subtracting(value)?.value, rest >= 0 else { return nil }
      return .fromEnd(rest)
    }
    guard let first = bound(start), let last = bound(end) else { return nil }
    return (first, last)
  }

  /// The view with another length of its sequence.
  func retimed(_ view: StreamView, _ length: Dimension) -> StreamView {
    var result = view
    guard let axis = view.timeAxis, let index = view.axes[axis].firstIndex(where: { $0.kind == .time }) else {
      return view
    }
    result.axes[axis][index].size = length
    if lengthReference[length] == nil, length.value == nil { lengthReference[length] = result.tensor }
    return result
  }

  /// Frames added (or, negative, dropped) at both ends of the sequence.
  func timePadded(_ view: StreamView, before: Int, after: Int, edge: Bool, _ node: SourceNode) throws -> StreamView {
    guard before != 0 || after != 0, let time = view.time else { return view }
    let limit = 1 << 30
    guard abs(max(before, -limit)) < limit, abs(max(after, -limit)) < limit, let added = before.sum(after),
      let length = time.size.adding(.known(added)), length.value ?? 1 > 0
    else {
      throw node.error("it leaves no frame of the sequence")
    }
    let window = Window(length: 1, hop: 1, padBefore: before, padAfter: after, padsWithEdge: edge)
    var result = view
    result.tensor = try emit(.window(window), [view.tensor], node)
    pointwiseRoot[result.tensor] = pointwiseRoot[view.tensor]
    return retimed(result, length)
  }

  /// Without so many frames at the start and at the end of the sequence, as who reads it sees them.
  private func cut(_ view: StreamView, before: Int, after: Int, _ node: SourceNode) throws -> StreamView {
    let (first, last) = readsBackwards ? (after, before) : (before, after)
    return try timePadded(view, before: -first, after: -last, edge: false, node)
  }

  /// The first or last frame, once per sequence.
  private func oneFrame(
    _ view: StreamView, axis: Int, _ which: Reduction, keepsAxis: Bool, _ node: SourceNode
  ) throws -> StreamView {
    var result = view
    let other: Reduction = which == .last ? .first : .last
    result.tensor = try emit(.timeReduction(readsBackwards ? other : which), [view.tensor], node)
    if keepsAxis { result.axes[axis] = [] } else { result.axes.remove(at: axis) }
    return result
  }

  private func lowerGather(_ node: SourceNode) throws -> [Value] {
    if let name = node.input(0), let table = values[name]?.constant { return [try lowerEmbedding(node, table)] }
    let view = try separated(try stream(node), node)
    guard let indices = try constant(node, 1, "indices"), let listed = indices.dimensions else {
      throw node.error("its indices must be constants: looking up computed positions is not supported")
    }
    let axis = try node.axis(try node.integer("axis", default: 0), rank: view.axes.count)
    if view.axes[axis].isTime { return [.stream(try timeGathered(view, axis: axis, indices, listed, node))] }
    let size = view.axes[axis].extent
    let positions = try listed.map { index in
      guard let index = index.value, index >= -size, index < size else {
        throw node.error("an index is outside its axis of \(size)")
      }
      return index < 0 ? index + size : index
    }
    var result = try selected(view, axis: axis, positions: positions, node)
    switch indices.shape.count {
    case 0:
      result.axes.remove(at: axis)
    case 1: break
    default:
      // More axes of indices than one: the selected axis is cut into them.
      var shape = try result.shape(node)
      shape.replaceSubrange(axis...axis, with: indices.shape.map { .known($0) })
      result = try reshaped(result, to: shape, requested: shape, node)
    }
    return [.stream(result)]
  }

  /// One frame of the sequence.
  private func timeGathered(
    _ view: StreamView, axis: Int, _ indices: Constant, _ listed: [Dimension], _ node: SourceNode
  ) throws -> StreamView {
    guard listed.count == 1, indices.shape.count <= 1, let time = view.time else {
      throw node.error("it picks several frames by number, which is not supported: use Slice, or the last frame only")
    }
    let keepsAxis = indices.shape.count == 1
    var index = listed[0]
    if index.subtracting(time.size)?.value == -1 {
      if index.value != nil { _ = try fixedLength(view, node, "it picks a frame by its number") }
      index = .known(-1)
    }
    switch index.value {
    case -1: return try oneFrame(view, axis: axis, .last, keepsAxis: keepsAxis, node)
    case 0: return try oneFrame(view, axis: axis, .first, keepsAxis: keepsAxis, node)
    case let number?:
      if let length = time.size.value, !(number >= -length && number < length) {
        throw node.error("frame \(number) is outside a sequence of \(length)")
      }
      let cut =
        number > 0
        ? try cut(view, before: number, after: 0, node) : try cut(view, before: 0, after: -(number + 1), node)
      return try oneFrame(cut, axis: axis, number > 0 ? .first : .last, keepsAxis: keepsAxis, node)
    case nil: throw node.error("which frame it takes depends on an open size: give the input's shape (--input-shape)")
    }
  }

  /// Rows of a constant table, looked up by an integer input.
  private func lowerEmbedding(_ node: SourceNode, _ table: Constant) throws -> Value {
    let indices = try separated(try stream(node, 1), node)
    guard graph.tensors[indices.tensor].isIndex else {
      throw node.error("it looks up computed positions, which is not supported; an integer input is")
    }
    guard try node.axis(try node.integer("axis", default: 0), rank: table.shape.count) == 0, table.shape.count == 2,
      let floats = table.floats
    else { throw node.error("its table must be a matrix of numbers whose rows are looked up") }
    let width = table.shape[1]
    let operation = Operation.embedding(
      Embedding(rows: table.shape[0], width: width, table: try finite(node, floats, "table")))
    let elements = frame(indices).elements
    guard elements <= 64 else {
      throw node.error(
        "it looks up \(elements) rows at once; name the axis of the words as time (--time-axis) to look up "
          + "one row a frame"
      )
    }
    // One row for each index of the frame, one after another.
    var rows: [TensorID] = []
    for element in 0..<elements {
      var single = indices.tensor
      if elements > 1 {
        single = try emit(.gather(table: [Int32(element)], frame: FrameShape(channels: 1)), [single], node, "/index")
      }
      rows.append(try emit(operation, [single], node))
    }
    var result = indices
    result.tensor = rows.count == 1 ? rows[0] : try emit(.concatenate(axis: 2), rows, node, "/join")
    for axis in result.axes.indices {
      for (position, factor) in result.axes[axis].enumerated() {
        if case .frame(let stride) = factor.kind { result.axes[axis][position].kind = .frame(stride: stride * width) }
      }
    }
    result.axes.append(width > 1 ? [.frame(width, stride: 1)] : [])
    return .stream(result)
  }
}
