import Quantizer

/// Constants that scale and shift a stream.
extension Lowering {
  /// A constant broadcast over a stream: one value per stored element of a frame, or of `frames` frames.
  private struct Spread {
    var values: [Float]
    var frames: Int?
  }

  /// `view · scale + shift` with constants that are broadcast to it by ONNX's rule; the view grows where they are
  /// larger.
  func affine(
    _ view: StreamView, scale: Constant?, shift: Constant?, _ node: SourceNode, _ suffix: String = ""
  ) throws -> StreamView {
    let view = try fitted(view, to: [scale, shift].compactMap { $0?.shape }, node)
    let scales = try scale.map { try spread($0, over: view, node) }
    let shifts = try shift.map { try spread($0, over: view, node) }
    let isNothing = scales?.values.allSatisfy { $0 == 1 } ?? true && shifts?.values.allSatisfy { $0 == 0 } ?? true
    if isNothing { return view }

    let shape = frame(view)
    let frames = scales?.frames ?? shifts?.frames
    let count = shape.elements * (frames ?? 1)
    func full(_ spread: Spread?, default standard: Float) -> [Float] {
      guard let spread else { return [Float](repeating: standard, count: count) }
      guard spread.values.count < count else { return spread.values }
      return (0..<count).map { spread.values[$0 % spread.values.count] }
    }
    let (a, b) = (full(scales, default: 1), full(shifts, default: 0))
    func repeats(every period: Int) -> Bool {
      (period..<max(count, period)).allSatisfy { a[$0] == a[$0 % period] && b[$0] == b[$0 % period] }
    }
    let affine: Affine
    if repeats(every: shape.channels) {
      affine = Affine(.perChannel, scale: Array(a.prefix(shape.channels)), shift: Array(b.prefix(shape.channels)))
    } else if repeats(every: shape.elements) {
      affine = Affine(.perElement, scale: Array(a.prefix(shape.elements)), shift: Array(b.prefix(shape.elements)))
    } else {
      let frames = frames ?? 1
      let starts = (0..<frames).map { $0 * shape.elements }
      let isUniform = (0..<count).allSatisfy { index in
        let start = index / shape.elements * shape.elements
        return a[index] == a[start] && b[index] == b[start]
      }
      affine =
        isUniform
        ? Affine(.perTime(frames: frames), scale: starts.map { a[$0] }, shift: starts.map { b[$0] })
        : Affine(.perTimeAndElement(frames: frames), scale: a, shift: b)
    }
    return try emitPointwise(.affine(affine), view, node, suffix)
  }

  /// One number for all elements.
  func affine(_ view: StreamView, scale: Float, shift: Float, _ node: SourceNode, _ suffix: String = "") throws
    -> StreamView
  {
    try affine(
      view, scale: Constant(shape: [], floats: [scale]), shift: Constant(shape: [], floats: [shift]), node, suffix)
  }

  /// The view with as many axes, and elements along each, as constants of these shapes make it.
  func fitted(_ view: StreamView, to shapes: [[Int]], _ node: SourceNode) throws -> StreamView {
    var view = try separated(view, node).padded(to: shapes.map(\.count).max() ?? 0)
    for shape in shapes {
      for (offset, size) in shape.reversed().enumerated() where size != 1 {
        let axis = view.axes.count - 1 - offset
        try checkNotBatch(view, axis: axis, node)
        if view.axes[axis].content.isEmpty {
          view.axes[axis].append(Factor(kind: .copies, size: .known(size)))
        } else if view.axes[axis].isTime {
          _ = try fixedLength(view, node, "it has a constant for each frame of the sequence")
          guard view.time?.size == .known(size) else {
            throw node.error("its constant is for \(size) frames, but the sequence has \(view.time?.size.text ?? "?")")
          }
        } else if view.axes[axis].extent != size {
          throw node.error("a constant of shape \(shape) does not fit its input")
        }
      }
    }
    return try plain(view, node)
  }

  private func spread(_ constant: Constant, over view: StreamView, _ node: SourceNode) throws -> Spread {
    guard let given = constant.floats else { throw node.error("its constant depends on an open size") }
    let values = try finite(node, given, "constants")
    let strides = RowMajor.strides(constant.shape)
    let missing = view.axes.count - constant.shape.count
    func stride(_ axis: Int) -> Int {
      axis < missing || constant.shape[axis - missing] == 1 ? 0 : strides[axis - missing]
    }
    // Walk the frame in ONNX order, once in storage and once in the constant.
    let axes = view.axes.indices.filter { !view.axes[$0].isTime && view.axes[$0].extent > 1 }
    let source = RowMajor.offsets(shape: axes.map { view.axes[$0].extent }, strides: axes.map(stride))
    let target = view.offsets
    var one = [Float](repeating: 0, count: frame(view).elements)
    guard source.count == target.count, target.count == one.count else { throw node.error("its constant does not fit") }
    guard let axis = view.timeAxis, stride(axis) > 0, let frames = view.time?.size.value else {
      for (position, offset) in target.enumerated() { one[offset] = values[source[position]] }
      return Spread(values: one, frames: nil)
    }
    var all: [Float] = []
    all.reserveCapacity(frames * one.count)
    for index in 0..<frames {
      for (position, offset) in target.enumerated() { one[offset] = values[source[position] + index * stride(axis)] }
      all += one
    }
    return Spread(values: all, frames: frames)
  }

  /// A stream of frames like those of `view` that holds the constant.
  func constantStream(_ constant: Constant, like view: StreamView, _ node: SourceNode) throws -> StreamView {
    let view = try fitted(view, to: [constant.shape], node)
    let shape = frame(view)
    let zeros = try emit(
      .gather(table: [Int32](repeating: -1, count: shape.elements), frame: shape), [view.tensor], node, "/zero")
    return try affine(StreamView(tensor: zeros, axes: view.axes), scale: nil, shift: constant, node, "/constant")
  }
}
