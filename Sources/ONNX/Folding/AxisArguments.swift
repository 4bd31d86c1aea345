/// Arguments that many operators share, whether they stand in attributes or in constant inputs.
extension SourceNode {
  /// An axis of the file, possibly counted from the end, as an index below `rank`.
  func axis(_ axis: Int, rank: Int) throws -> Int {
    guard axis >= -rank, axis < rank else { throw error("axis \(axis) is not one of the \(rank) axes of its input") }
    return axis < 0 ? axis + rank : axis
  }

  /// Axes of the file as indices below `rank`, each once.
  func axes(_ axes: [Int], rank: Int) throws -> [Int] {
    let result = try axes.map { try axis($0, rank: rank) }
    guard Set(result).count == result.count else { throw error("an axis is named twice in \(axes)") }
    return result
  }

  /// The target shape of a Reshape, as the file writes it, applied to `shape`: zeros copied, −1 resolved.
  func resolvedShape(_ requested: [Dimension], of shape: [Dimension], zeroCopies: Bool) throws -> [Dimension] {
    let text = "a shape of \(shape.map(\.text)) does not fit the requested \(requested.map(\.text))"
    var result: [Dimension] = []
    var open: Int?
    for (axis, size) in requested.enumerated() {
      if size.value == 0 && zeroCopies {
        guard axis < shape.count else { throw error(text) }
        result.append(shape[axis])
      } else if size.value == -1 {
        guard open == nil else { throw error("its shape has −1 twice") }
        open = axis
        result.append(.known(1))
      } else {
        guard size.value ?? 1 >= 0 else { throw error(text) }
        result.append(size)
      }
    }
    // Sizes that stand on both sides cancel: what is left must be known or one expression of the open size.
    var rest = shape
    var divisor = 1
    for size in result {
      if size.value == nil {
        if let match = rest.firstIndex(of: size) {
          rest.remove(at: match)
        } else if let (index, ratio) = rest.indices.lazy.compactMap({ i in rest[i].ratio(to: size).map { (i, $0) } })
          .first
        {
          rest[index] = .known(ratio)
        } else if let (index, ratio) = rest.indices.lazy.compactMap({ i in size.ratio(to: rest[i]).map { (i, $0) } })
          .first
        {
          rest.remove(at: index)
          guard let product = divisor.product(ratio) else { throw error(text) }
          divisor = product
        } else {
          throw error(text + "; fix the open axis by giving the input's shape (--input-shape)")
        }
      } else {
        guard let product = divisor.product(size.offset) else { throw error(text) }
        divisor = product
      }
    }
    var total = Dimension.known(1)
    for size in rest {
      guard let product = total.multiplied(by: size) else { throw error(text) }
      total = product
    }
    if let open {
      guard divisor > 0, let size = total.exactlyDivided(by: divisor) else { throw error(text) }
      result[open] = size
    } else {
      guard total == .known(divisor) else {
        let isOpen = total.value == nil
        throw error(text + (isOpen ? "; fix the open axis by giving the input's shape (--input-shape)" : ""))
      }
    }
    return result
  }
}

extension Dimension {
  /// For messages.
  var text: String { value.map(String.init) ?? "?" }

  /// Nil where a known size does not divide.
  func exactlyDivided(by divisor: Int) -> Dimension? {
    if let value { return divisor > 0 && value % divisor == 0 ? .known(value / divisor) : nil }
    return divided(by: .known(divisor))
  }
}

/// One axis of a Slice: `count` positions from `start`, `step` apart, inside an axis of a known size.
struct SliceRange {
  var start: Int
  var step: Int
  var count: Int

  /// Applies ONNX's clamping of negative and huge bounds.
  init(start: Int, end: Int, step: Int, size: Int) {
    let lowest = step > 0 ? 0 : -1
    let highest = step > 0 ? size : size - 1
    func clamp(_ value: Int) -> Int {
      let absolute = value < 0 ? (value < -size - 1 ? -1 : value + size) : min(value, size)
      return min(max(absolute, lowest), highest)
    }
    self.start = clamp(start)
    self.step = step
    let distance = step > 0 ? clamp(end) - self.start : self.start - clamp(end)
    let stride = step.magnitude > UInt(size) ? size + 1 : Int(step.magnitude)
    count = distance <= 0 ? 0 : (distance - 1) / stride + 1
    if count == 1 { self.step = 1 }
  }

  var positions: [Int] { (0..<count).map { start + $0 * step } }
}

extension SourceNode {
  /// The axes whose sizes a Shape gives.
  func shownAxes(rank: Int) throws -> [Int] {
    SliceRange(
      start: try integer("start", default: 0), end: try integer("end", default: rank), step: 1, size: rank
    ).positions
  }

  /// The bounds of a Slice: of its inputs from operator set 10 on, of its attributes before. Keys are axes.
  func sliceBounds(
    rank: Int, constant: (Int) throws -> [Dimension]?
  ) throws -> [Int: (start: Dimension, end: Dimension, step: Int)] {
    let starts: [Dimension]
    let ends: [Dimension]
    if has("starts") {
      starts = (try integers("starts") ?? []).map { .known($0) }
      ends = (try integers("ends") ?? []).map { .known($0) }
    } else {
      guard let first = try constant(1), let last = try constant(2) else {
        throw error("its bounds are not constants: export the network with fixed bounds")
      }
      (starts, ends) = (first, last)
    }
    let axes = (try constant(3)?.map { $0.value ?? rank } ?? integers("axes")) ?? Array(0..<starts.count)
    let steps = try constant(4)?.map { $0.value ?? 0 } ?? [Int](repeating: 1, count: starts.count)
    guard starts.count == ends.count, starts.count == axes.count, starts.count == steps.count, !steps.contains(0) else {
      throw error("its bounds are incomplete: the file is damaged, export it again")
    }
    var result: [Int: (Dimension, Dimension, Int)] = [:]
    for (index, axis) in try self.axes(axes, rank: rank).enumerated() {
      result[axis] = (starts[index], ends[index], steps[index])
    }
    return result
  }

  /// The sizes of the parts that a Split makes of an axis of `size`.
  func splitSizes(of size: Int, constant: (Int) throws -> [Dimension]?) throws -> [Int] {
    if let given = try constant(1)?.compactMap(\.value) ?? integers("split") {
      guard given.count == outputs.count, given.allSatisfy({ $0 >= 0 }), given.reduce(0, { $0.sum($1) ?? -1 }) == size
      else {
        throw error("parts of \(given) do not make up an axis of \(size)")
      }
      return given
    }
    let parts = try integer("num_outputs", default: outputs.count)
    guard parts > 0, parts == outputs.count, parts <= size else {
      throw error("an axis of \(size) cannot be split into \(parts) parts")
    }
    let part = (size - 1) / parts + 1
    guard part * (parts - 1) < size else { throw error("an axis of \(size) cannot be split into \(parts) parts") }
    return (0..<parts).map { min(part, size - $0 * part) }
  }
}
