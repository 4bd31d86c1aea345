import Quantizer

/// Bringing frames into the order that a consumer needs.
extension Lowering {
  /// The view with its frame stored as `layout` (of ONNX axes, each whole). `positions` picks, for an axis, which of
  /// its elements follow one another; −1 is the value 0. Emits a node only where the storage really changes.
  func rearranged(
    _ view: StreamView, _ layout: FrameLayout, positions: [Int: [Int]] = [:], keepsOrigin: Bool = true,
    _ node: SourceNode,
    _ suffix: String = "/permute"
  ) throws -> StreamView {
    guard Set(view.frameAxes).isSubset(of: layout.order) else {
      throw node.error("its input has elements along an axis where it expects none")
    }
    func chosen(_ axis: Int) -> [Int] {
      let offsets = view.axes[axis].offsets
      return positions[axis].map { $0.map { $0 < 0 ? -1 : offsets[$0] } } ?? offsets
    }
    func size(_ axes: [Int]) throws -> Int {
      guard let size = RowMajor.count(axes.map { positions[$0]?.count ?? view.axes[$0].extent }), size > 0 else {
        throw node.error("its result has no elements, or too many")
      }
      return size
    }
    let shape = FrameShape(
      height: try size(layout.height), width: try size(layout.width), channels: try size(layout.channels))
    _ = try size(layout.order)
    var table: [Int] = [0]
    for axis in layout.order {
      let offsets = chosen(axis)
      var next: [Int] = []
      next.reserveCapacity(table.count * offsets.count)
      for start in table { for offset in offsets { next.append(start < 0 || offset < 0 ? -1 : start + offset) } }
      table = next
    }
    let old = frame(view)
    let isIdentity = table.count == old.elements && table.indices.allSatisfy { table[$0] == $0 }
    if isIdentity, shape == old { return view }
    if positions.isEmpty { try suggest(layout, of: view) }

    let tensor = try emit(.gather(table: table.map { Int32($0) }, frame: shape), [view.tensor], node, suffix)
    var result = StreamView(tensor: tensor, axes: view.axes)
    var stride = 1
    for axis in layout.order.reversed() {
      var factors: Axis = []
      if let count = positions[axis]?.count {
        if count > 1 { factors = [.frame(count, stride: stride, origin: keepsOrigin ? view.axes[axis].origin : nil)] }
        stride *= count
      } else {
        for factor in view.axes[axis].reversed() {
          guard factor.isFrame || factor.kind == .copies else {
            factors.insert(factor, at: 0)
            continue
          }
          factors.insert(.frame(factor.size.value ?? 1, stride: stride, origin: factor.origin), at: 0)
          stride *= factor.size.value ?? 1
        }
      }
      result.axes[axis] = factors
    }
    return result
  }

  /// Where the frame is still that of an input, the input itself is laid out as its consumer wants it.
  private func suggest(_ layout: FrameLayout, of view: StreamView) throws {
    guard let input = pointwiseRoot[view.tensor], knowledge.layouts[input] == nil,
      [layout.height, layout.width, layout.channels].allSatisfy({ $0.count <= 1 })
    else { return }
    let origins = layout.mapped { axis in
      let origin = view.axes[axis].origin
      return origin?.input == input ? origin?.axis : nil
    }
    guard origins.order.count == layout.order.count else { return }
    throw Discovery.layout(input: input, origins)
  }

  /// The same elements in a frame of another shape.
  func regrouped(_ view: StreamView, _ shape: FrameShape, _ node: SourceNode) throws -> StreamView {
    guard frame(view) != shape else { return view }
    let tensor = try emit(
      .gather(table: (0..<Int32(shape.elements)).map { $0 }, frame: shape), [view.tensor], node, "/shape")
    return StreamView(tensor: tensor, axes: view.axes)
  }

  /// No axis mixes time with elements of a frame, and no copies are as many as there are frames.
  func separated(_ view: StreamView, _ node: SourceNode) throws -> StreamView {
    var view = view
    for axis in view.axes.indices {
      for (index, factor) in view.axes[axis].enumerated() where factor.kind == .copies && factor.size.value == nil {
        view = try repeated(view, axis: axis, factor: index, node)
      }
    }
    if let axis = view.timeAxis, view.axes[axis].content.count > 1 { view = try stacked(view, node) }
    return view
  }

  /// As `separated`, and every element stands in storage once.
  func plain(_ view: StreamView, _ node: SourceNode) throws -> StreamView {
    let view = try separated(view, node)
    guard view.axes.contains(where: { $0.contains { $0.kind == .copies } }) else { return view }
    return try rearranged(view, view.layout(frame(view)), node, "/expand")
  }
}
