import Quantizer

/// Arithmetic of two values, or of several.
extension Lowering {
  static let binaryHandlers: [String: Handler] = [
    "Add": { $0.lowerBinary }, "Sub": { $0.lowerBinary }, "Mul": { $0.lowerBinary }, "Div": { $0.lowerBinary },
    "Min": { $0.lowerBinary }, "Max": { $0.lowerBinary }, "Sum": { $0.lowerBinary }, "Mean": { $0.lowerMean },
  ]

  private func lowerBinary(_ node: SourceNode) throws -> [Value] {
    let names = node.inputs
    if names.contains(where: { values[$0]?.dependsOnLength ?? false }), !knowledge.isFixedLength {
      throw Discovery.fixedLength
    }
    if names.count == 2, let constant = values[names[1]]?.constant {
      return [.stream(try combined(try stream(node, 0), constant, isReversed: false, node))]
    }
    if names.count == 2, let constant = values[names[0]]?.constant {
      return [.stream(try combined(try stream(node, 1), constant, isReversed: true, node))]
    }
    guard names.count > 1 || ["Min", "Max", "Sum"].contains(node.op) else { throw node.error("it needs two inputs") }
    guard let operation = Lowering.operations[node.op] else { throw node.error("it is not supported") }
    if names.count == 2, node.op == "Mul", names[0] == names[1] {
      return [.stream(try power(try stream(node), 2, node))]
    }
    // Streams first, so that constants meet a stream.
    let order = names.indices.sorted { values[names[$0]]?.constant == nil && values[names[$1]]?.constant != nil }
    guard let first = order.first else { throw node.error("it has no input") }
    var result = try stream(node, first)
    for index in order.dropFirst() {
      if let constant = values[names[index]]?.constant {
        result = try combined(result, constant, isReversed: false, node)
      } else {
        result = try binary(operation, result, try stream(node, index), node)
      }
    }
    return [.stream(result)]
  }

  private func lowerMean(_ node: SourceNode) throws -> [Value] {
    var sum: StreamView?
    var constants: [Constant] = []
    for (index, name) in node.inputs.enumerated() {
      if let constant = values[name]?.constant {
        constants.append(constant)
      } else {
        let next = try stream(node, index)
        sum = try sum.map { try binary(.add, $0, next, node, "/sum") } ?? next
      }
    }
    guard var sum else { throw node.error("it has no input") }
    for constant in constants { sum = try affine(sum, scale: nil, shift: constant, node) }
    return [.stream(try affine(sum, scale: 1 / Float(node.inputs.count), shift: 0, node))]
  }

  private static let operations: [String: BinaryOperation] = [
    "Add": .add, "Sum": .add, "Sub": .subtract, "Mul": .multiply, "Div": .divide, "Min": .minimum, "Max": .maximum,
  ]

  /// A stream and a constant; `isReversed` where the constant stands first.
  private func combined(
    _ view: StreamView, _ constant: Constant, isReversed: Bool, _ node: SourceNode
  ) throws -> StreamView {
    guard !graph.tensors[view.tensor].isIndex else {
      throw node.error("it computes with an integer input; cast that to float first, or leave it out of the network")
    }
    guard let values = constant.floats else { throw node.error("its constant depends on an open size") }
    func mapped(_ function: (Float) -> Float) -> Constant {
      Constant(shape: constant.shape, floats: values.map(function))
    }
    let number = values.first.flatMap { first in values.allSatisfy { $0 == first } ? first : nil }
    switch node.op {
    case "Add", "Sum": return try affine(view, scale: nil, shift: constant, node)
    case "Sub":
      guard isReversed else { return try affine(view, scale: nil, shift: mapped { -$0 }, node) }
      return try affine(view, scale: mapped { _ in -1 }, shift: constant, node)
    case "Mul": return try affine(view, scale: constant, shift: nil, node)
    case "Div":
      if isReversed {
        let inverse = try activation(view, Activation(.reciprocal), node, "/reciprocal")
        return try affine(inverse, scale: constant, shift: nil, node)
      }
      guard !values.contains(0) else { throw node.error("it divides by a constant 0") }
      return try affine(view, scale: mapped { 1 / $0 }, shift: nil, node)
    default:
      let isMinimum = node.op == "Min"
      guard let number, constant.count == 1 else {
        let other = try constantStream(constant, like: view, node)
        return try binary(isMinimum ? .minimum : .maximum, view, other, node)
      }
      guard !number.isNaN else { throw node.error("its constant is not a number") }
      let padded = view.padded(to: constant.shape.count)
      let limit = Float.greatestFiniteMagnitude
      let bounded = min(max(number, -limit), limit)
      if !isMinimum, number == 0 { return try activation(padded, .relu, node) }
      return try activation(
        padded, Activation(.clip, alpha: isMinimum ? -limit : bounded, beta: isMinimum ? bounded : limit), node)
    }
  }

  /// Two streams, broadcast by ONNX's rule.
  func binary(
    _ operation: BinaryOperation, _ first: StreamView, _ second: StreamView, _ node: SourceNode, _ suffix: String = ""
  ) throws -> StreamView {
    for view in [first, second] where graph.tensors[view.tensor].isIndex {
      throw node.error("it computes with an integer input; cast that to float first, or leave it out of the network")
    }
    let rank = max(first.axes.count, second.axes.count)
    var pair = try synchronised([first.padded(to: rank), second.padded(to: rank)], node)
    // Where neither has all elements, the first grows.
    var (a, b) = try elementMaps(pair, node)
    if Set(a).count < a.count, Set(b).count < b.count {
      for axis in 0..<rank where pair[0].axes[axis].extent == 1 && pair[1].axes[axis].extent > 1 {
        pair[0].axes[axis].append(Factor(kind: .copies, size: .known(pair[1].axes[axis].extent)))
      }
      pair[0] = try plain(pair[0], node)
      (a, b) = try elementMaps(pair, node)
    }
    let fullIndex = a.count == frame(pair[0]).elements && Set(a).count == a.count ? 0 : 1
    let (full, small) = (pair[fullIndex], pair[1 - fullIndex])
    let (fullMap, smallMap) = fullIndex == 0 ? (a, b) : (b, a)
    var table = [Int](repeating: 0, count: fullMap.count)
    for (position, offset) in fullMap.enumerated() { table[offset] = smallMap[position] }

    var result = full
    let commutes = operation != .subtract && operation != .divide
    if fullIndex == 1, !commutes {
      let grown = try spreadOut(small, table, like: full, keepsSmall: false, node)
      result.tensor = try emit(.binary(operation), [grown, full.tensor], node, suffix)
    } else {
      let other = try spreadOut(small, table, like: full, keepsSmall: true, node)
      result.tensor = try emit(.binary(operation), [full.tensor, other], node, suffix)
    }
    for axis in result.axes.indices where result.axes[axis].isEmpty { result.axes[axis] = small.axes[axis] }
    if let time = result.time { result = retimed(result, time.size) }
    return result
  }

  /// For every element of the joint frame in ONNX order, where it stands in each of two frames.
  private func elementMaps(_ views: [StreamView], _ node: SourceNode) throws -> ([Int], [Int]) {
    var shapes: [Int] = []
    for axis in views[0].axes.indices {
      let sizes = views.map { $0.axes[axis].extent }
      guard sizes[0] == sizes[1] || sizes.contains(1) else {
        throw node.error(
          "its inputs have \(sizes[0]) and \(sizes[1]) elements along axis \(axis) and cannot be combined")
      }
      shapes.append(sizes.max() ?? 1)
    }
    guard RowMajor.count(shapes) != nil else { throw node.error("its result is too large") }
    let maps = views.map { view in
      var map = [0]
      for (axis, size) in shapes.enumerated() {
        let offsets = view.axes[axis].offsets
        map = map.flatMap { start in (0..<size).map { start + offsets[offsets.count == 1 ? 0 : $0] } }
      }
      return map
    }
    return (maps[0], maps[1])
  }

  /// `small` in a frame that a binary node can join to that of `full`: of the same shape, or with 1 along some axes.
  /// `table` says for every stored element of `full` which one of `small` belongs to it.
  private func spreadOut(
    _ small: StreamView, _ table: [Int], like full: StreamView, keepsSmall: Bool, _ node: SourceNode
  ) throws -> TensorID {
    let shape = frame(full)
    for mask in (keepsSmall ? 0..<8 : 7..<8) {
      let candidate = FrameShape(
        height: mask & 4 != 0 ? shape.height : 1, width: mask & 2 != 0 ? shape.width : 1,
        channels: mask & 1 != 0 ? shape.channels : 1)
      guard candidate.elements == frame(small).elements else { continue }
      let fits = table.indices.allSatisfy { index in
        let channel = mask & 1 != 0 ? index % shape.channels : 0
        let column = mask & 2 != 0 ? index / shape.channels % shape.width : 0
        let row = mask & 4 != 0 ? index / (shape.channels * shape.width) : 0
        return table[index] == (row * candidate.width + column) * candidate.channels + channel
      }
      if fits { return try regrouped(small, candidate, node).tensor }
    }
    return try emit(.gather(table: table.map { Int32($0) }, frame: shape), [small.tensor], node, "/broadcast")
  }
}
