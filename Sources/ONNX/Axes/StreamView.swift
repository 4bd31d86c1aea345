import Quantizer

/// How an ONNX tensor lies in a stream of frames: which axis is time, and where in a frame the other axes' elements
/// stand.
struct StreamView: Sendable {
  var tensor: TensorID
  /// One per axis of the ONNX tensor.
  var axes: [Axis]

  var timeAxis: Int? { axes.firstIndex(where: \.hasTime) }
  var time: Factor? { timeAxis.flatMap { axes[$0].time } }

  /// The shape of the ONNX tensor, batch 1.
  func shape(_ node: SourceNode) throws -> [Dimension] {
    try axes.map { axis in
      guard let size = axis.size else {
        throw node.error("its shape mixes open sizes; give the input's shape (--input-shape)")
      }
      return size
    }
  }

  /// Storage offsets of all elements of a frame in ONNX order.
  var offsets: [Int] {
    let factors = axes.flatMap { $0 }.filter { $0.kind != .time && $0.kind != .batch }
    return RowMajor.offsets(shape: factors.map { $0.size.value ?? 1 }, strides: factors.map(\.stride))
  }

  /// With axes of size 1 put in front until there are `rank`.
  func padded(to rank: Int) -> StreamView {
    StreamView(tensor: tensor, axes: [Axis](repeating: [], count: max(rank - axes.count, 0)) + axes)
  }

  /// The axes that hold elements of the frame.
  var frameAxes: [Int] { axes.indices.filter { axes[$0].contains { $0.isFrame || $0.kind == .copies } } }
}

/// Which ONNX axes make up the height, width and channels of a frame, slowest first.
struct FrameLayout: Hashable, Sendable {
  var height: [Int] = []
  var width: [Int] = []
  var channels: [Int] = []

  var order: [Int] { height + width + channels }

  /// With axes renumbered; an axis that maps to nil is dropped.
  func mapped(_ transform: (Int) -> Int?) -> FrameLayout {
    FrameLayout(
      height: height.compactMap(transform), width: width.compactMap(transform), channels: channels.compactMap(transform)
    )
  }

  /// Frame axes in ONNX order: the last is the channels, the first of three the height.
  init(ordered axes: [Int]) {
    channels = Array(axes.suffix(1))
    width = Array(axes.dropLast().dropFirst().suffix(1))
    height = Array(axes.dropLast().prefix(max(axes.count - 1 - width.count, 0)))
  }
  init(height: [Int] = [], width: [Int] = [], channels: [Int] = []) {
    self.height = height
    self.width = width
    self.channels = channels
  }
}

extension StreamView {
  /// The layout in which the frame is stored, where its height, width and channels are made of whole axes.
  func alignedLayout(_ frame: FrameShape) -> FrameLayout? {
    guard !axes.contains(where: { $0.contains { $0.kind == .copies } }) else { return nil }
    var remaining = frameAxes.sorted { (axes[$0].map(\.stride).max() ?? 0) > (axes[$1].map(\.stride).max() ?? 0) }
    let sorted = remaining
    func take(_ size: Int) -> [Int]? {
      var taken: [Int] = []
      var product = 1
      while product < size, let axis = remaining.first {
        product *= axes[axis].extent
        taken.append(axis)
        remaining.removeFirst()
      }
      return product == size ? taken : nil
    }
    guard let height = take(frame.height), let width = take(frame.width), let channels = take(frame.channels),
      remaining.isEmpty
    else { return nil }
    // The axes must lie one inside the other, each in its own order.
    let factors = sorted.flatMap { axes[$0] }.filter(\.isFrame)
    let offsets = RowMajor.offsets(shape: factors.map { $0.size.value ?? 1 }, strides: factors.map(\.stride))
    guard offsets.indices.allSatisfy({ offsets[$0] == $0 }) else { return nil }
    return FrameLayout(height: height, width: width, channels: channels)
  }

  /// The stored layout, or one near it.
  func layout(_ frame: FrameShape) -> FrameLayout {
    alignedLayout(frame)
      ?? FrameLayout(
        ordered: frameAxes.sorted { (axes[$0].map(\.stride).max() ?? 0) > (axes[$1].map(\.stride).max() ?? 0) })
  }
}
