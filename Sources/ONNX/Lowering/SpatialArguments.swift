import Quantizer

/// Kernel, stride, dilation and padding of a convolution or pool, one per spatial axis of the ONNX tensor.
struct SpatialArguments {
  var kernel: [Int]
  var strides: [Int]
  var dilations: [Int]
  var before: [Int]
  var after: [Int]
  /// NOTSET, VALID, SAME_UPPER or SAME_LOWER.
  var autoPad: String
  var isCeiling: Bool

  /// No window of a network that can run here is larger.
  private static let limit = 1 << 16

  init(_ node: SourceNode, kernel: [Int]) throws {
    let rank = kernel.count
    func list(_ name: String, _ standard: Int, _ count: Int, _ lowest: Int) throws -> [Int] {
      let values = try node.integers(name) ?? [Int](repeating: standard, count: count)
      guard values.count == count else { throw node.error("its \(name) \(values) do not fit \(rank) spatial axes") }
      guard values.allSatisfy({ $0 >= lowest && $0 <= SpatialArguments.limit }) else {
        throw node.error("its \(name) \(values) are impossible")
      }
      return values
    }
    guard kernel.allSatisfy({ $0 > 0 && $0 <= SpatialArguments.limit }) else {
      throw node.error("its kernel \(kernel) is impossible")
    }
    self.kernel = kernel
    strides = try list("strides", 1, rank, 1)
    dilations = try list("dilations", 1, rank, 1)
    let pads = try list("pads", 0, 2 * rank, 0)
    (before, after) = (Array(pads[..<rank]), Array(pads[rank...]))
    autoPad = try node.string("auto_pad", default: "NOTSET")
    guard ["NOTSET", "", "VALID", "SAME_UPPER", "SAME_LOWER"].contains(autoPad) else {
      throw node.error("its auto_pad '\(autoPad)' is not supported")
    }
    isCeiling = try node.integer("ceil_mode", default: 0) != 0
    if autoPad == "VALID" { (before, after) = ([Int](repeating: 0, count: rank), [Int](repeating: 0, count: rank)) }
  }

  /// Reach of the kernel along spatial axis `index`.
  func extent(_ index: Int) -> Int { dilations[index] * (kernel[index] - 1) + 1 }

  var isSame: Bool { autoPad.hasPrefix("SAME") }

  /// Fixes the padding of a SAME window over `size` elements.
  mutating func resolveSame(_ index: Int, size: Int) {
    let outputs = (size - 1) / strides[index] + 1
    let total = max((outputs - 1) * strides[index] + extent(index) - size, 0)
    before[index] = autoPad == "SAME_UPPER" ? total / 2 : total - total / 2
    after[index] = total - before[index]
  }

  /// How many elements a ceiling window reaches past the padding; 0 where it does not.
  func overhang(_ index: Int, size: Int) -> Int {
    let room = size + before[index] + after[index] - extent(index)
    guard isCeiling, room >= 0 else { return 0 }
    var outputs = (room + strides[index] - 1) / strides[index] + 1
    // A window must start inside the input or its left padding.
    if (outputs - 1) * strides[index] >= size + before[index] { outputs -= 1 }
    return max((outputs - 1) * strides[index] - room, 0)
  }
}

extension Lowering {
  /// A view prepared for a window over its spatial axes (2 and on): frame as height × width × channels.
  struct Windowed {
    var view: StreamView
    var geometry: WindowGeometry
    /// A last, partial window along time counts.
    var isCeilingTime: Bool
    /// What `geometry` pads with counts as zeros.
    var countsPadding: Bool
    /// For height and width (0, 1): the spatial axis that it is, counted from 0.
    var spatial: [Int]
    /// The spatial axis that is time.
    var time: Int?
  }

  /// `countsPadding`: the padding given in the file counts as zeros, what a ceiling window reaches past it does not.
  func windowed(
    _ input: StreamView, _ arguments: SpatialArguments, countsPadding: Bool = false, _ node: SourceNode
  ) throws -> Windowed {
    var arguments = arguments
    var view = try separated(input, node)
    let rank = arguments.kernel.count
    guard rank >= 1, view.axes.count == rank + 2 else {
      throw node.error("its input has \(view.axes.count) axes where its kernel needs \(rank + 2)")
    }
    if view.axes[0].content.contains(where: { $0.kind != .time }) {
      if let origin = view.axes[0].origin, inputs[origin.input]?.time == nil, !knowledge.createsSequences {
        guard origin.axis > 0 else {
          throw node.error(
            "the file fixes a batch of \(view.axes[0].extent): give the input's shape with batch 1 (--input-shape "
              + "\(origin.input)=1,…)"
          )
        }
        throw Discovery.time(origin, node)
      }
      throw node.error("its first axis must be the batch, or time; name the time axis (--time-axis)")
    }
    if view.axes[1].hasTime { view = try stacked(view, node) }
    for axis in 1..<view.axes.count { try checkNotBatch(view, axis: axis, node) }
    let timeAxis = view.timeAxis
    let spatial = (0..<rank).filter { $0 + 2 != timeAxis }
    // Axes of size 1 with a kernel of 1 have no part in it.
    let idle = spatial.filter {
      view.axes[$0 + 2].extent == 1 && arguments.kernel[$0] == 1 && arguments.before[$0] == 0
        && arguments.after[$0] == 0
    }
    var active = spatial.filter { !idle.contains($0) }
    if active.count > 2 {
      throw node.error(
        "it has \(active.count) axes inside a frame; at most height and width are supported: name the time "
          + "axis (--time-axis)"
      )
    }
    if active.isEmpty, let first = spatial.first { active = [first] }
    var overhangs: [Int: Int] = [:]
    for index in active {
      let size = view.axes[index + 2].extent
      if arguments.isSame { arguments.resolveSame(index, size: size) }
      guard size + arguments.before[index] + arguments.after[index] >= arguments.extent(index) else {
        throw node.error("its kernel reaches over \(arguments.extent(index)) where its input has \(size)")
      }
      overhangs[index] = arguments.overhang(index, size: size)
    }
    // What a ceiling window reaches over never counts: where one does, the file's padding becomes part of the input, so that it counts and
    // no other does.
    let isPartial = countsPadding && overhangs.values.contains { $0 > 0 }
    for index in active {
      if isPartial, arguments.before[index] + arguments.after[index] > 0 {
        let zeros = { (count: Int) in [Int](repeating: -1, count: count) }
        let inside = Array(0..<view.axes[index + 2].extent)
        let positions = zeros(arguments.before[index]) + inside + zeros(arguments.after[index])
        view = try selected(view, axis: index + 2, positions: positions, node, "/pad")
        (arguments.before[index], arguments.after[index]) = (0, 0)
      }
      arguments.after[index] += overhangs[index] ?? 0
    }
    var geometry = WindowGeometry(kernel: .one)
    var isCeilingTime = false
    if let time = timeAxis.map({ $0 - 2 }), time >= 0 {
      view = try timeWindow(&arguments, time, isPartial: isPartial, view, node)
      geometry.kernel.time = arguments.kernel[time]
      geometry.stride.time = arguments.strides[time]
      geometry.dilation.time = arguments.dilations[time]
      geometry.padBefore.time = arguments.before[time]
      geometry.padAfter.time = arguments.after[time]
      isCeilingTime = arguments.isCeiling && arguments.strides[time] > 1
    }
    for (position, index) in active.enumerated() {
      let keys: (WritableKeyPath<Extent, Int>) = position == 0 ? \.height : \.width
      geometry.kernel[keyPath: keys] = arguments.kernel[index]
      geometry.stride[keyPath: keys] = arguments.strides[index]
      geometry.dilation[keyPath: keys] = arguments.dilations[index]
      geometry.padBefore[keyPath: keys] = arguments.before[index]
      geometry.padAfter[keyPath: keys] = arguments.after[index]
    }
    let layout = FrameLayout(
      height: active.prefix(1).map { $0 + 2 }.filter { view.axes[$0].extent > 1 },
      width: active.dropFirst().map { $0 + 2 }.filter { view.axes[$0].extent > 1 },
      channels: view.axes[1].extent > 1 ? [1] : [])
    view = try rearranged(view, layout, node)
    return Windowed(
      view: view, geometry: geometry, isCeilingTime: isCeilingTime, countsPadding: countsPadding && !isPartial,
      spatial: active,
      time: timeAxis.flatMap { $0 >= 2 ? $0 - 2 : nil })
  }

  /// Padding along time: of a SAME window, and where it alone counts, since a window inside the frame is partial.
  private func timeWindow(
    _ arguments: inout SpatialArguments, _ time: Int, isPartial: Bool, _ view: StreamView, _ node: SourceNode
  ) throws -> StreamView {
    if arguments.isSame {
      if arguments.strides[time] == 1 {
        arguments.resolveSame(time, size: arguments.extent(time))
      } else {
        let reason =
          "with a stride along time, padding of the kind \(arguments.autoPad) depends on the sequence's length"
        arguments.resolveSame(time, size: try fixedLength(view, node, reason))
      }
    }
    if let length = view.time?.size.value {
      guard length + arguments.before[time] + arguments.after[time] >= arguments.extent(time) else {
        throw node.error("its kernel reaches over \(arguments.extent(time)) frames where the sequence has \(length)")
      }
    }
    guard isPartial, arguments.before[time] + arguments.after[time] > 0 else { return view }
    guard arguments.strides[time] == 1 else {
      throw node.error(
        "its last windows are partial along time and inside a frame, and count padding: export it without ceil_mode")
    }
    let result = try timePadded(view, before: arguments.before[time], after: arguments.after[time], edge: false, node)
    (arguments.before[time], arguments.after[time]) = (0, 0)
    return result
  }

  /// The view of a window's result `tensor`.
  func afterWindow(_ windowed: Windowed, _ tensor: TensorID, _ node: SourceNode) throws -> StreamView {
    let before = windowed.view
    let shape = graph.tensors[tensor].frame
    var result = StreamView(tensor: tensor, axes: before.axes)
    result.axes[1] = shape.channels > 1 ? [.frame(shape.channels, stride: 1, origin: before.axes[1].origin)] : []
    let sizes = [(shape.height, shape.width * shape.channels), (shape.width, shape.channels)]
    for (index, (size, stride)) in zip(windowed.spatial, sizes) {
      let axis = index + 2
      result.axes[axis] =
        before.axes[axis].filter { $0.kind == .batch }
        + (size > 1 ? [.frame(size, stride: stride, origin: before.axes[axis].origin)] : [])
    }
    if windowed.time != nil, let time = before.time {
      result = retimed(
        result, symbols.windowed(time.size, windowed.geometry, ceiling: windowed.isCeilingTime))
    }
    return try settled(result, from: before.time, node)
  }
}
