import Quantizer

/// Concat along an axis of the frame.
extension Lowering {
  static let concatenationHandlers: [String: Handler] = ["Concat": { $0.lowerConcatenation }]

  private func lowerConcatenation(_ node: SourceNode) throws -> [Value] {
    let arguments = try node.inputs.indices.map { index -> Value in
      guard let name = node.input(index), let value = values[name] else {
        throw node.error("its input \(index) is missing")
      }
      return value
    }
    guard let rank = arguments.lazy.compactMap({ $0.stream?.axes.count }).first else {
      throw node.error("it has no input")
    }
    let axis = try node.axis(try node.integer("axis", default: 0), rank: rank)
    if let view = try timePadding(node, arguments, axis: axis) { return [.stream(view)] }

    // Constants become streams of their own, with the sizes of the first stream elsewhere.
    let firstStream = try stream(node, arguments.firstIndex { $0.stream != nil } ?? 0)
    var views = try arguments.indices.map { index -> StreamView in
      guard let constant = arguments[index].constant else { return try stream(node, index) }
      guard constant.shape.count == rank else { throw node.error("its inputs have different ranks") }
      // One element along the joined axis is enough for the shape; the constant brings its own.
      let slice =
        firstStream.axes[axis].extent > 1
        ? try selected(firstStream, axis: axis, positions: [0], node, "/one") : firstStream
      return try constantStream(constant, like: slice, node)
    }
    guard views.allSatisfy({ $0.axes.count == rank }) else { throw node.error("its inputs have different ranks") }
    if views.count == 1 { return [.stream(views[0])] }
    for view in views { try checkNotBatch(view, axis: axis, node) }
    views = try views.map { try separated($0, node) }
    guard !views.contains(where: { $0.axes[axis].hasTime }) else {
      throw node.error(
        "it joins sequences one after another along time, which is not supported: join them along the features")
    }
    views = try synchronised(views, node)
    return [.stream(try joined(views, axis: axis, node))]
  }

  /// Views at one rate, joined along `axis`.
  func joined(_ input: [StreamView], axis: Int, _ node: SourceNode) throws -> StreamView {
    var views = try input.map { try plain($0, node) }
    // The widest view's layout serves all, where the joined axis is one of its three by itself.
    guard let widest = views.max(by: { $0.frameAxes.count < $1.frameAxes.count }) else {
      throw node.error("it has no input")
    }
    for other in widest.axes.indices where other != axis {
      guard Set(views.map { $0.axes[other].extent }).count == 1 else {
        throw node.error("its inputs have different sizes along axis \(other)")
      }
    }
    var layout = widest.layout(frame(widest))
    if !layout.order.contains(axis) {
      layout = FrameLayout(height: layout.height + layout.width + layout.channels, channels: [axis])
    } else if ![layout.height, layout.width, layout.channels].contains([axis]) {
      let rest = layout.order.filter { $0 != axis }
      layout = FrameLayout(height: Array(rest.prefix(1)), width: Array(rest.dropFirst()), channels: [axis])
    }
    let place = layout.height == [axis] ? 0 : layout.width == [axis] ? 1 : 2
    views = try views.map { view in try rearranged(view, layout, node) }
    var result = widest
    result.tensor = try emit(.concatenate(axis: place), views.map(\.tensor), node)
    if let timed = views.first(where: { $0.timeAxis != nil }), let time = timed.timeAxis {
      result.axes[time] = timed.axes[time]
    }
    // One factor an axis, from the new strides.
    let sizes = widest.axes.indices.map { index in
      index == axis ? views.reduce(0) { $0 + $1.axes[index].extent } : widest.axes[index].extent
    }
    var stride = 1
    for index in layout.order.reversed() {
      // The axis runs along those of all inputs; one of them tells where it comes from.
      let origin = index == axis ? nil : views.lazy.compactMap { $0.axes[index].origin }.first
      let fixed = result.axes[index].filter { $0.kind == .batch }
      result.axes[index] = fixed + (sizes[index] > 1 ? [.frame(sizes[index], stride: stride, origin: origin)] : [])
      stride *= sizes[index]
    }
    if let time = result.time { result = retimed(result, time.size) }
    return result
  }

  /// Zeros before or after a sequence: padding along time.
  private func timePadding(_ node: SourceNode, _ arguments: [Value], axis: Int) throws -> StreamView? {
    let streams = arguments.indices.filter { arguments[$0].stream != nil }
    guard streams.count == 1, let index = streams.first, arguments.count > 1 else { return nil }
    let view = try separated(try stream(node, index), node)
    guard view.axes[axis].isTime else { return nil }
    func frames(_ range: Range<Int>) throws -> Int {
      try range.reduce(0) { sum, position in
        guard let constant = arguments[position].constant, constant.shape.count == view.axes.count,
          constant.floats?.allSatisfy({ $0 == 0 }) ?? false
        else { throw node.error("it joins values other than zeros to a sequence along time, which is not supported") }
        return sum + constant.shape[axis]
      }
    }
    return try timePadded(
      view, before: try frames(0..<index), after: try frames(index + 1..<arguments.count), edge: false, node)
  }
}
