/// A tensor whose values are known while importing: weights and shape arithmetic.
struct Constant: Sendable {
  enum Values: Sendable {
    case floats([Float])
    /// Of every integer type and booleans (0, 1).
    case integers([Dimension])

    var count: Int {
      switch self {
      case .floats(let values): values.count
      case .integers(let values): values.count
      }
    }

    var bytes: Int {
      switch self {
      case .floats(let values): values.count * MemoryLayout<Float>.stride
      case .integers(let values): values.count * MemoryLayout<Dimension>.stride
      }
    }
  }

  var shape: [Int]
  var values: Values
  /// As the file stores it, where it stands there.
  var type: ElementType?

  init(shape: [Int], values: Values, type: ElementType? = nil) {
    self.shape = shape
    self.values = values
    self.type = type
  }
  init(shape: [Int], floats: [Float]) { self.init(shape: shape, values: .floats(floats)) }
  init(shape: [Int], integers: [Dimension]) { self.init(shape: shape, values: .integers(integers)) }
  init(_ integers: [Int]) { self.init(shape: [integers.count], integers: integers.map { .known($0) }) }

  var count: Int { values.count }
  var isInteger: Bool {
    if case .integers = values { return true }
    return false
  }

  /// The values as numbers; nil where one is an open size.
  var floats: [Float]? {
    switch values {
    case .floats(let values): return values
    case .integers(let values):
      let known = values.compactMap { $0.value.map { Float($0) } }
      return known.count == values.count ? known : nil
    }
  }

  /// The values as integers; nil for floats.
  var dimensions: [Dimension]? {
    guard case .integers(let values) = values else { return nil }
    return values
  }

  /// The values as sizes, where they are whole numbers, whatever their type: loops compare sizes that were cast to float.
  var wholeNumbers: [Dimension]? {
    if let dimensions { return dimensions }
    let whole = floats?.compactMap { Int(exactly: $0) } ?? []
    return whole.count == count ? whole.map { .known($0) } : nil
  }

  /// The values as known integers; nil for floats and open sizes.
  var integers: [Int]? {
    guard let dimensions else { return nil }
    let known = dimensions.compactMap(\.value)
    return known.count == dimensions.count ? known : nil
  }

  /// The only value of a tensor of one element.
  var scalar: Float? { count == 1 ? floats?.first : nil }

  /// The same values, taken from `indices`, in another shape.
  func taking(_ indices: [Int], shape: [Int]) -> Constant {
    switch values {
    case .floats(let values): Constant(shape: shape, floats: indices.map { values[$0] })
    case .integers(let values): Constant(shape: shape, integers: indices.map { values[$0] })
    }
  }

  func reshaped(_ shape: [Int]) -> Constant { Constant(shape: shape, values: values, type: type) }
}

/// Positions in row-major tensors.
enum RowMajor {
  static func strides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    return strides
  }

  /// The offset of every position of `shape`, in order, in a tensor with these strides.
  static func offsets(shape: [Int], strides: [Int], start: Int = 0) -> [Int] {
    var offsets = [start]
    for (size, stride) in zip(shape, strides) {
      var next: [Int] = []
      next.reserveCapacity(offsets.count * size)
      for offset in offsets { for index in 0..<size { next.append(offset + index * stride) } }
      offsets = next
    }
    return offsets
  }

  /// Offsets in a tensor of `shape` that is broadcast to `target` by ONNX's (NumPy's) rule; nil where it does not fit.
  static func broadcastOffsets(_ shape: [Int], to target: [Int]) -> [Int]? {
    guard shape.count <= target.count else { return nil }
    let strides = RowMajor.strides(shape)
    let missing = target.count - shape.count
    var aligned = [Int](repeating: 0, count: target.count)
    for axis in shape.indices where shape[axis] != 1 {
      guard shape[axis] == target[axis + missing] else { return nil }
      aligned[axis + missing] = strides[axis]
    }
    return offsets(shape: target, strides: aligned)
  }

  /// The shape that both broadcast to; nil where there is none.
  static func broadcast(_ a: [Int], _ b: [Int]) -> [Int]? {
    var result: [Int] = []
    for axis in 0..<max(a.count, b.count) {
      let x = axis < a.count ? a[a.count - 1 - axis] : 1
      let y = axis < b.count ? b[b.count - 1 - axis] : 1
      guard x == y || x == 1 || y == 1 else { return nil }
      result.append(x == 1 ? y : x)
    }
    return result.reversed()
  }

  /// Elements of `shape`; nil where there are more than `limit`: by default, far more than a frame of any real network has. Where
  /// one size is 0, the others keep to the limit, too: a sum over that axis has as many elements as they say.
  static func count(_ shape: [Int], limit: Int = 1 << 24) -> Int? {
    var count = 1
    for size in shape {
      guard size >= 0, let product = count.product(max(size, 1)), product <= limit else { return nil }
      count = product
    }
    return shape.contains(0) ? 0 : count
  }
}
