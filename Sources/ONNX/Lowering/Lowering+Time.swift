import Quantizer

/// Frames becoming parts of a frame, and the reverse.
extension Lowering {
  /// The fixed length of every sequence; refuses where the file leaves it open.
  func fixedLength(_ view: StreamView, _ node: SourceNode, _ reason: String) throws -> Int {
    guard let time = view.time else { throw node.error("its input has no time axis") }
    guard let length = time.size.value else {
      throw node.error("\(reason), so the length of the sequence must be known: give the input's shape (--input-shape)")
    }
    guard knowledge.isFixedLength else { throw Discovery.fixedLength }
    return length
  }

  /// The whole sequence as one frame: time becomes the slowest part of the frame.
  func stacked(_ view: StreamView, _ node: SourceNode) throws -> StreamView {
    let length = try fixedLength(view, node, "it uses all frames of the sequence at once")
    return try stacked(view, length: length, isAll: true, node)
  }

  /// `length` frames as one. Where they are not all there are, time goes on with one frame where there were `length`.
  func stacked(_ view: StreamView, length: Int, isAll: Bool, _ node: SourceNode) throws -> StreamView {
    guard let axis = view.timeAxis, let index = view.axes[axis].firstIndex(where: { $0.kind == .time }) else {
      return view
    }
    let elements = frame(view).elements
    guard RowMajor.count([length, elements]) != nil else {
      throw node.error("a frame of \(length)×\(elements) values is too large")
    }
    var result = view
    result.tensor = try emit(.window(Window(length: length, hop: length)), [view.tensor], node, "/stack")
    let time = view.axes[axis][index]
    let stackedFactor = length > 1 ? [Factor.frame(length, stride: elements, origin: isAll ? time.origin : nil)] : []
    var kept: Axis = []
    if !isAll {
      guard let rest = time.size.divided(by: .known(length)) else { throw node.error("its sequence cannot be cut") }
      kept = [Factor(kind: .time, size: rest, origin: time.origin)]
    }
    result.axes[axis].replaceSubrange(index...index, with: kept + stackedFactor)
    return result
  }

  /// One frame per sequence, from a stream that gives one.
  func perSequence(_ view: StreamView, _ node: SourceNode) throws -> StreamView {
    guard !graph.tensors[view.tensor].rate.isPerSequence else { return view }
    var result = view
    result.tensor = try emit(.timeReduction(.last), [view.tensor], node, "/last")
    return result
  }

  /// A length that shrank to 1 is no sequence any more: its only frame is a result of the whole sequence.
  func settled(_ view: StreamView, from before: Factor?, _ node: SourceNode) throws -> StreamView {
    guard let axis = view.timeAxis, let time = view.time, time.size == .known(1), let before, before.size != .known(1)
    else {
      return view
    }
    _ = try fixedLength(view, node, "it makes one frame of the whole sequence")
    var result = try perSequence(view, node)
    result.axes[axis].removeAll { $0.kind == .time }
    return result
  }

  /// Copies along an axis, one for each frame of a stream with that many, become frames.
  func repeated(_ view: StreamView, axis: Int, factor: Int, _ node: SourceNode) throws -> StreamView {
    let size = view.axes[axis][factor].size
    guard view.timeAxis == nil else { throw node.error("it repeats frames inside a sequence, which is not supported") }
    var result = try perSequence(view, node)
    if let count = size.value {
      result.tensor = try emit(.repeatFrame(count: count), [result.tensor], node, "/repeat")
    } else if let reference = lengthReference[size] {
      result.tensor = try emit(.repeatFrame(count: nil), [result.tensor, reference], node, "/repeat")
    } else {
      throw node.error("it repeats a value as often as no sequence is long; give the input's shape (--input-shape)")
    }
    result.axes[axis][factor] = Factor(kind: .time, size: size)
    return result
  }

  /// The view with `axis` as its time axis and nothing but time in it: what a recurrent node runs along.
  func sequence(_ view: StreamView, axis: Int, _ node: SourceNode) throws -> StreamView {
    if view.axes[axis].isTime { return view }
    let content = view.axes[axis].content
    if content.count == 1, content[0].kind == .copies, view.timeAxis == nil {
      guard let index = view.axes[axis].firstIndex(where: { $0.kind == .copies }) else { return view }
      guard graph.tensors[view.tensor].rate.isPerSequence || !callsAreFrames else { throw Discovery.createsSequences }
      return try repeated(view, axis: axis, factor: index, node)
    }
    try checkNotBatch(view, axis: axis, node)
    if let origin = view.axes[axis].origin { throw Discovery.time(origin, node) }
    var view = try plain(view, node)
    if let time = view.timeAxis, time != axis {
      throw node.error(
        "it runs along another axis than time: a network with two sequence axes cannot be run as a stream")
    }
    guard !callsAreFrames else { throw Discovery.createsSequences }
    // The frame holds the sequence: its elements along the axis go first, then it is cut.
    view = try perSequence(view, node)
    let rest = view.frameAxes.filter { $0 != axis }
    let count = view.axes[axis].extent
    view = try rearranged(view, FrameLayout(height: [axis], channels: rest), node)
    let part = frame(view).elements / max(count, 1)
    let shape = FrameShape(channels: part)
    var result = view
    result.tensor = try emit(.unstack(count: count, frame: shape), [view.tensor], node, "/unstack")
    result.axes[axis] = [Factor(kind: .time, size: .known(count))]
    return result
  }

  /// An axis about to be used as more than the batch: what was taken for an open batch is the sequence.
  func checkNotBatch(_ view: StreamView, axis: Int, _ node: SourceNode) throws {
    guard view.axes[axis].content.isEmpty, let origin = view.axes[axis].first?.origin else { return }
    throw Discovery.time(origin, node)
  }

  /// True where no axis is time, so that each call is one frame.
  var callsAreFrames: Bool { !knowledge.createsSequences && !inputs.values.contains { $0.time != nil } }
}
