import Quantizer

/// Pools over windows, and over everything.
extension Lowering {
  static let poolHandlers: [String: Handler] = [
    "MaxPool": { $0.lowerPool }, "AveragePool": { $0.lowerPool }, "LpPool": { $0.lowerPool },
    "GlobalAveragePool": { $0.lowerGlobalPool }, "GlobalMaxPool": { $0.lowerGlobalPool },
    "GlobalLpPool": { $0.lowerGlobalPool },
  ]

  private func lowerPool(_ node: SourceNode) throws -> [Value] {
    guard let kernel = try node.integers("kernel_shape") else { throw node.error("it has no kernel_shape") }
    if node.hasOutput(1) {
      throw node.error("the positions it finds are used, which is not supported: only the values are")
    }
    let countsPadding = try node.integer("count_include_pad", default: 0) != 0
    var kind: Pool.Kind
    switch node.op {
    case "MaxPool": kind = .maximum
    case "AveragePool": kind = .average(countPadding: countsPadding)
    default: kind = .lp(try order(node))
    }
    let counts = kind == .average(countPadding: true)
    let input = try stream(node)
    let window = try windowed(input, try SpatialArguments(node, kernel: kernel), countsPadding: counts, node)
    if counts, !window.countsPadding { kind = .average(countPadding: false) }
    let pool = Pool(kind: kind, geometry: window.geometry, ceilingTime: window.isCeilingTime)
    guard pool.isNorm || !window.geometry.isOne else { return [.stream(input)] }
    return [.stream(try afterWindow(window, try emit(.pool(pool), [window.view.tensor], node), node))]
  }

  private func order(_ node: SourceNode) throws -> Float {
    let order = try node.integer("p", default: 2)
    guard order > 0, order <= 64 else { throw node.error("its order p = \(order) is not supported") }
    return Float(order)
  }

  private func lowerGlobalPool(_ node: SourceNode) throws -> [Value] {
    var view = try stream(node)
    guard view.axes.count > 2 else { throw node.error("its input has no spatial axis") }
    let axes = Array(2..<view.axes.count)
    switch node.op {
    case "GlobalAveragePool": return [.stream(try reduced(view, axes: axes, .mean, keepsAxes: true, node))]
    case "GlobalMaxPool": return [.stream(try reduced(view, axes: axes, .maximum, keepsAxes: true, node))]
    default:
      let order = try self.order(node)
      view = try power(try activation(view, Activation(.absolute), node, "/abs"), order, node)
      return [.stream(try power(try reduced(view, axes: axes, .sum, keepsAxes: true, node), 1 / order, node))]
    }
  }
}

extension WindowGeometry {
  /// A window that changes nothing.
  fileprivate var isOne: Bool { kernel == .one && stride == .one && padBefore == .zero && padAfter == .zero }
}
