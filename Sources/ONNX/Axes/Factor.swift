/// An axis of an input tensor: what a later axis runs along.
struct AxisOrigin: Hashable, Sendable {
  var input: String
  var axis: Int
}

/// A part of an axis of an ONNX tensor. An axis is a product of factors, slowest first; an axis of size 1 may have
/// none.
///
/// Merging axes joins their factors and splitting one divides a factor, so that Transpose, Reshape, Squeeze and the
/// like change only this description and never the data.
struct Factor: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// The batch, of which a stream sees one element.
    case batch
    /// The frames of the stream.
    case time
    /// Elements of a frame, `stride` apart in storage.
    case frame(stride: Int)
    /// The same value over and over: an axis that was expanded.
    case copies
  }
  var kind: Kind
  var size: Dimension
  /// The axis of an input along which this runs, where it does so alone and from end to end.
  var origin: AxisOrigin?

  var isFrame: Bool {
    if case .frame = kind { return true }
    return false
  }
  /// Distance in storage between neighbours.
  var stride: Int {
    if case .frame(let stride) = kind { return stride }
    return 0
  }

  static func frame(_ size: Int, stride: Int, origin: AxisOrigin? = nil) -> Factor {
    Factor(kind: .frame(stride: stride), size: .known(size), origin: origin)
  }
}

typealias Axis = [Factor]

extension Axis {
  /// Without the batch, which has size 1.
  var content: Axis { filter { $0.kind != .batch } }
  var hasTime: Bool { contains { $0.kind == .time } }
  var isTime: Bool { content.count == 1 && hasTime }
  var time: Factor? { first { $0.kind == .time } }

  /// The size in the ONNX tensor; nil where it cannot be written as one expression of an open size.
  var size: Dimension? { reduce(.known(1) as Dimension?) { $0?.multiplied(by: $1.size) } }

  /// Storage offsets of the axis's positions, time left aside.
  var offsets: [Int] {
    let spatial = filter { $0.kind != .time && $0.kind != .batch }
    return RowMajor.offsets(shape: spatial.map { $0.size.value ?? 1 }, strides: spatial.map(\.stride))
  }

  /// Elements of a frame along this axis, copies counted.
  var extent: Int { filter { $0.kind != .time }.reduce(1) { $0 * ($1.size.value ?? 1) } }

  /// The input axis along which the whole axis runs.
  var origin: AxisOrigin? {
    let content = content
    return content.count == 1 ? content[0].origin : nil
  }
}
