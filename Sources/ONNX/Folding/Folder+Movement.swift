/// Operators that only move values. They are also what recurrent states are traced through (`StateTrace`).
extension Folder {
  static let movements: Set<String> = [
    "Identity", "Cast", "CastLike", "Dropout", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze", "Concat",
    "Slice",
    "Split", "Gather", "Expand", "Tile",
  ]

  func foldMovement() throws -> [Constant]? {
    switch node.op {
    case "Identity", "Dropout", "CastLike": return [try input(0)]
    case "Cast":
      return [try cast(try input(0), to: try node.castType(like: nil))]
    case "Transpose": return [try transpose(try input(0))]
    case "Reshape": return [try reshape(try input(0))]
    case "Flatten":
      let data = try input(0)
      let rank = data.shape.count
      let axis = try node.integer("axis", default: 1)
      guard axis >= -rank, axis <= rank else { throw node.error("axis \(axis) is not one of its input's \(rank) axes") }
      let cut = axis < 0 ? axis + rank : axis
      return [data.reshaped([data.shape[..<cut].reduce(1, *), data.shape[cut...].reduce(1, *)])]
    case "Squeeze": return [try squeeze(try input(0))]
    case "Unsqueeze":
      let data = try input(0)
      guard let axes = try axes(input: 1) else { throw node.error("it names no axes") }
      var shape = data.shape
      for axis in try node.axes(axes, rank: shape.count + axes.count).sorted() { shape.insert(1, at: axis) }
      return [data.reshaped(shape)]
    case "Concat": return [try concatenate()]
    case "Slice": return [try slice(try input(0))]
    case "Split": return try split(try input(0))
    case "Gather": return [try gather(try input(0))]
    case "Expand":
      let data = try input(0)
      guard let target = try integers(1), let shape = RowMajor.broadcast(data.shape, try shape(target)),
        let offsets = RowMajor.broadcastOffsets(data.shape, to: try self.shape(shape))
      else { throw node.error("a shape of \(data.shape) does not expand to the one it asks for") }
      return [data.taking(offsets, shape: shape)]
    case "Tile":
      let data = try input(0)
      guard let repeats = try integers(1), repeats.count == data.shape.count, repeats.allSatisfy({ $0 >= 0 }) else {
        throw node.error("its repeats do not fit its input")
      }
      let shape = try self.shape(
        try zip(data.shape, repeats).map { size, count in
          guard let product = size.product(count) else { throw node.error("its result is too large") }
          return product
        })
      var offsets = [0]
      for (axis, stride) in RowMajor.strides(data.shape).enumerated() {
        offsets = offsets.flatMap { start in (0..<shape[axis]).map { start + $0 % max(data.shape[axis], 1) * stride } }
      }
      return [data.taking(offsets, shape: shape)]
    default: return nil
    }
  }

  func castLike() throws -> Constant { try cast(try input(0), to: try node.castType(like: try input(1))) }

  private func cast(_ data: Constant, to type: ElementType) throws -> Constant {
    var result = try converted(data, to: type)
    result.type = type
    return result
  }

  private func converted(_ data: Constant, to type: ElementType) throws -> Constant {
    if type.isFloat {
      // An open size stays what it is: it is used as a size again, or refused there.
      guard let floats = data.floats else { return data }
      return Constant(shape: data.shape, floats: floats.map(type.rounded))
    }
    guard case .floats(let floats) = data.values else {
      guard type == .boolean, let integers = data.integers else { return data }
      return Constant(shape: data.shape, integers: integers.map { .known($0 == 0 ? 0 : 1) })
    }
    return Constant(
      shape: data.shape,
      integers: floats.map { value in
        if type == .boolean { return .known(value == 0 ? 0 : 1) }
        return .known(value.isNaN ? 0 : Int(exactly: value.rounded(.towardZero)) ?? (value < 0 ? .min : .max))
      })
  }

  private func transpose(_ data: Constant) throws -> Constant {
    let rank = data.shape.count
    let order = try node.integers("perm") ?? Array((0..<rank).reversed())
    guard order.sorted() == Array(0..<rank) else { throw node.error("its perm \(order) does not fit \(rank) axes") }
    let strides = RowMajor.strides(data.shape)
    let shape = order.map { data.shape[$0] }
    return data.taking(RowMajor.offsets(shape: shape, strides: order.map { strides[$0] }), shape: shape)
  }

  private func reshape(_ data: Constant) throws -> Constant {
    guard let requested = try dimensions(1) else { throw node.error("it has no shape") }
    let zeroCopies = try node.integer("allowzero", default: 0) == 0
    let shape = try node.resolvedShape(requested, of: data.shape.map { .known($0) }, zeroCopies: zeroCopies)
    return data.reshaped(try self.shape(shape.compactMap(\.value)))
  }

  private func squeeze(_ data: Constant) throws -> Constant {
    let axes = try self.axes(input: 1).map { try node.axes($0, rank: data.shape.count) }
    let dropped = axes ?? data.shape.indices.filter { data.shape[$0] == 1 }
    guard dropped.allSatisfy({ data.shape[$0] == 1 }) else {
      throw node.error("it squeezes an axis that is not of size 1")
    }
    return data.reshaped(data.shape.indices.filter { !dropped.contains($0) }.map { data.shape[$0] })
  }

  private func concatenate() throws -> Constant {
    let parts = try inputs.indices.map { try input($0) }
    guard let first = parts.first else { throw node.error("it has no input") }
    let axis = try node.axis(try node.integer("axis", default: 0), rank: first.shape.count)
    var shape = first.shape
    shape[axis] = 0
    for part in parts {
      var rest = part.shape
      guard rest.count == shape.count else { throw node.error("its inputs have different ranks") }
      guard let size = shape[axis].sum(rest[axis]) else { throw node.error("its result is too large") }
      shape[axis] = size
      rest[axis] = first.shape[axis]
      guard rest == first.shape else { throw node.error("its inputs have different shapes") }
    }
    shape = try self.shape(shape)
    let outer = shape[..<axis].reduce(1, *)
    let inner = shape[(axis + 1)...].reduce(1, *)
    func interleave<T>(_ lists: [[T]]) -> [T] {
      var result: [T] = []
      for index in 0..<outer {
        for (list, part) in zip(lists, parts) {
          let length = part.shape[axis] * inner
          result += list[index * length..<(index + 1) * length]
        }
      }
      return result
    }
    if parts.allSatisfy(\.isInteger) {
      return Constant(shape: shape, integers: interleave(parts.map { $0.dimensions ?? [] }))
    }
    let floats = parts.compactMap(\.floats)
    guard floats.count == parts.count else { throw node.error("it joins numbers with an open size") }
    return Constant(shape: shape, floats: interleave(floats))
  }

  private func slice(_ data: Constant) throws -> Constant {
    let bounds = try node.sliceBounds(rank: data.shape.count) { try dimensions($0) }
    var positions = data.shape.map { Array(0..<$0) }
    for (axis, bound) in bounds {
      guard let start = bound.start.value, let end = bound.end.value else {
        throw node.error("its bounds depend on an open size; fix it by giving the input's shape (--input-shape)")
      }
      positions[axis] = SliceRange(start: start, end: end, step: bound.step, size: data.shape[axis]).positions
    }
    return pick(data, positions)
  }

  private func split(_ data: Constant) throws -> [Constant] {
    let axis = try node.axis(try node.integer("axis", default: 0), rank: data.shape.count)
    var start = 0
    return try node.splitSizes(of: data.shape[axis], constant: { try dimensions($0) }).map { size in
      var positions = data.shape.map { Array(0..<$0) }
      positions[axis] = Array(start..<start + size)
      start += size
      return pick(data, positions)
    }
  }

  private func gather(_ data: Constant) throws -> Constant {
    let axis = try node.axis(try node.integer("axis", default: 0), rank: data.shape.count)
    let indices = try input(1)
    guard let listed = indices.integers else { throw node.error("its indices depend on an open size") }
    let size = data.shape[axis]
    let positions = try listed.map { index in
      guard index >= -size, index < size else { throw node.error("index \(index) is outside an axis of \(size)") }
      return index < 0 ? index + size : index
    }
    let shape = try shape(Array(data.shape[..<axis] + indices.shape + data.shape[(axis + 1)...]))
    var all = data.shape.map { Array(0..<$0) }
    all[axis] = positions
    return pick(data, all).reshaped(shape)
  }

  /// The values at the listed positions of every axis.
  private func pick(_ data: Constant, _ positions: [[Int]]) -> Constant {
    var offsets = [0]
    for (stride, list) in zip(RowMajor.strides(data.shape), positions) {
      offsets = offsets.flatMap { start in list.map { start + $0 * stride } }
    }
    return data.taking(offsets, shape: positions.map(\.count))
  }
}

extension SourceNode {
  /// The type that a Cast names; for CastLike, that of what it is to be like.
  func castType(like constant: Constant?) throws -> ElementType {
    if let constant { return constant.type ?? (constant.isInteger ? .int64 : .float) }
    guard let type = ElementType(rawValue: try integer("to", default: 1)) else {
      throw error("the element type it casts to is not supported")
    }
    return type
  }
}
