#if canImport(FoundationEssentials)
  import FoundationEssentials
#endif
#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// Operators that compute new values from constants.
extension Folder {
  func foldArithmetic() throws -> Constant? {
    if let function = Folder.unary[node.op] {
      let data = try input(0)
      guard let floats = data.floats else { throw openSize() }
      if data.isInteger, let integers = data.integers {
        switch node.op {
        case "Neg": return Constant(shape: data.shape, integers: integers.map { .known(0 &- $0) })
        case "Abs": return Constant(shape: data.shape, integers: integers.map { .known(Int(clamping: $0.magnitude)) })
        case "Sign": return Constant(shape: data.shape, integers: integers.map { .known($0.signum()) })
        case "Relu": return Constant(shape: data.shape, integers: integers.map { .known(max($0, 0)) })
        default: break
        }
      }
      return Constant(shape: data.shape, floats: floats.map(function))
    }
    switch node.op {
    case "Add", "Sub", "Mul", "Div", "Pow", "Mod", "Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual", "And",
      "Or":
      return try binary(try input(0), try input(1))
    case "Min", "Max", "Sum":
      var result = try input(0)
      for index in inputs.indices.dropFirst() { result = try binary(result, try input(index)) }
      return result
    case "Not":
      guard let integers = try integers(0) else { throw node.error("its input must be booleans") }
      return Constant(shape: try input(0).shape, integers: integers.map { .known($0 == 0 ? 1 : 0) })
    case "Where": return try select()
    case "Range": return try range()
    case "ReduceProd", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceMean", "ReduceL1", "ReduceL2", "ReduceSumSquare":
      return try reduce(try input(0))
    case "Size": return Constant(shape: [], integers: [.known(try input(0).count)])
    case "Shape":
      let shape = try input(0).shape
      return Constant(try node.shownAxes(rank: shape.count).map { shape[$0] })
    case "MatMul": return try product(try input(0), try input(1))
    case "Gemm": return try generalProduct()
    case "DequantizeLinear": return try dequantize()
    case "QuantizeLinear": return try quantize()
    case "Constant": return try node.constantValue()
    case "ConstantOfShape": return try filled()
    case "Clip": return try clipped(try input(0))
    case "LeakyRelu", "Elu", "HardSigmoid", "ThresholdedRelu", "Selu", "Celu", "HardSwish":
      return try parametric(try input(0))
    default: return nil
    }
  }

  private func openSize() -> ImportError {
    node.error(
      "it computes with an open size in a way that cannot be followed; fix it by giving the input's shape "
        + "(--input-shape)")
  }

  private static let unary: [String: @Sendable (Float) -> Float] = [
    "Sqrt": { $0.squareRoot() }, "Neg": { -$0 }, "Abs": { abs($0) }, "Floor": { $0.rounded(.down) },
    "Ceil": { $0.rounded(.up) }, "Round": { $0.rounded(.toNearestOrEven) }, "Reciprocal": { 1 / $0 },
    "Exp": { exp($0) }, "Log": { log($0) }, "Relu": { max($0, 0) }, "Sigmoid": { 1 / (1 + exp(-$0)) },
    "Tanh": { tanh($0) },
    "Softplus": { log(1 + exp(-abs($0))) + max($0, 0) },
    "Sign": { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 },
    "Softsign": { $0 / (1 + abs($0)) }, "Erf": { erf($0) },
  ]

  private func binary(_ a: Constant, _ b: Constant) throws -> Constant {
    guard let shape = RowMajor.broadcast(a.shape, b.shape), RowMajor.count(shape, limit: Constant.largestResult) != nil,
      let left = RowMajor.broadcastOffsets(a.shape, to: shape),
      let right = RowMajor.broadcastOffsets(b.shape, to: shape)
    else { throw node.error("shapes of \(a.shape) and \(b.shape) cannot be combined") }
    let areCompared = ["Less", "Greater", "LessOrEqual", "GreaterOrEqual", "Equal"].contains(node.op)
    if let x = areCompared ? a.wholeNumbers : a.dimensions, let y = areCompared ? b.wholeNumbers : b.dimensions {
      let values = try zip(left, right).map { i, j in
        guard let value = try integer(x[i], y[j]) else { throw openSize() }
        return value
      }
      return Constant(shape: shape, integers: values)
    }
    guard let x = a.floats, let y = b.floats else { throw openSize() }
    let values = try zip(left, right).map { i, j in try number(x[i], y[j]) }
    switch node.op {
    case "Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual":
      return Constant(shape: shape, integers: values.map { .known($0 == 0 ? 0 : 1) })
    default: return Constant(shape: shape, floats: values)
    }
  }

  private func integer(_ a: Dimension, _ b: Dimension) throws -> Dimension? {
    switch node.op {
    case "Add", "Sum": return a.adding(b)
    case "Sub": return a.subtracting(b)
    case "Mul": return a.multiplied(by: b)
    case "Div": return a.divided(by: b)
    // An open size is never negative and never −1, which is what exporters ask.
    case "Equal":
      if a == b { return .known(1) }
      if a.symbol == nil && b.symbol == nil { return .known(0) }
      return (a.value ?? b.value ?? 0) < 0 ? .known(0) : nil
    case "Less" where b.isOpenSize && a.value ?? 1 < 1, "Greater" where a.isOpenSize && b.value ?? 1 < 1:
      return .known(1)
    default: break
    }
    guard let x = a.value, let y = b.value else { return a == b && (node.op == "Min" || node.op == "Max") ? a : nil }
    switch node.op {
    case "Min": return .known(min(x, y))
    case "Max": return .known(max(x, y))
    case "Greater": return .known(x > y ? 1 : 0)
    case "Less": return .known(x < y ? 1 : 0)
    case "GreaterOrEqual": return .known(x >= y ? 1 : 0)
    case "LessOrEqual": return .known(x <= y ? 1 : 0)
    case "And": return .known(x != 0 && y != 0 ? 1 : 0)
    case "Or": return .known(x != 0 || y != 0 ? 1 : 0)
    case "Mod":
      let remainder = y == 0 || y == -1 ? 0 : x % y
      // As in Python, the sign is the divisor's; as in C with `fmod`, the dividend's.
      let isAsInC = try node.integer("fmod", default: 0) != 0
      return .known(!isAsInC && remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder)
    case "Pow":
      guard y >= 0, y < 64 else { return nil }
      var result: Int? = 1
      for _ in 0..<y { result = result?.product(x) }
      return result.map { .known($0) }
    default: return nil
    }
  }

  private func number(_ a: Float, _ b: Float) throws -> Float {
    switch node.op {
    case "Add", "Sum": a + b
    case "Sub": a - b
    case "Mul": a * b
    case "Div": a / b
    case "Pow": pow(a, b)
    case "Min": min(a, b)
    case "Max": max(a, b)
    case "Mod": fmod(a, b)
    case "Equal": a == b ? 1 : 0
    case "Greater": a > b ? 1 : 0
    case "Less": a < b ? 1 : 0
    case "GreaterOrEqual": a >= b ? 1 : 0
    case "LessOrEqual": a <= b ? 1 : 0
    default: throw node.error("it cannot be computed on constants of floating point")
    }
  }

  private func select() throws -> Constant {
    guard let condition = try integers(0) else { throw node.error("its condition must be booleans") }
    let (mask, yes, no) = (try input(0), try input(1), try input(2))
    guard let partial = RowMajor.broadcast(yes.shape, no.shape), let shape = RowMajor.broadcast(partial, mask.shape),
      RowMajor.count(shape, limit: Constant.largestResult) != nil,
      let chosen = RowMajor.broadcastOffsets(mask.shape, to: shape),
      let left = RowMajor.broadcastOffsets(yes.shape, to: shape),
      let right = RowMajor.broadcastOffsets(no.shape, to: shape)
    else { throw node.error("its inputs' shapes cannot be combined") }
    if let a = yes.dimensions, let b = no.dimensions {
      return Constant(
        shape: shape, integers: chosen.indices.map { condition[chosen[$0]] != 0 ? a[left[$0]] : b[right[$0]] })
    }
    guard let a = yes.floats, let b = no.floats else { throw openSize() }
    return Constant(
      shape: shape, floats: chosen.indices.map { condition[chosen[$0]] != 0 ? a[left[$0]] : b[right[$0]] })
  }

  private func range() throws -> Constant {
    let arguments = try (0..<3).map { try input($0) }
    if arguments.allSatisfy(\.isInteger) {
      let values = arguments.compactMap { $0.integers?.first }
      guard values.count == 3, values[2] != 0 else { throw openSize() }
      return Constant(try limited(stride(from: values[0], to: values[1], by: values[2])))
    }
    let values = arguments.compactMap(\.scalar)
    guard values.count == 3, values[2] != 0 else { throw openSize() }
    let list = try limited(stride(from: values[0], to: values[1], by: values[2]))
    return Constant(shape: [list.count], floats: list)
  }

  private func limited<T>(_ values: StrideTo<T>) throws -> [T] {
    let limit = Constant.largestCount / 64
    let list = Array(values.prefix(limit + 1))
    guard list.count <= limit else { throw node.error("its range is too long") }
    return list
  }

  private func reduce(_ data: Constant) throws -> Constant {
    let rank = data.shape.count
    let given = try axes(input: 1)
    let reducesNothing = try given?.isEmpty ?? true && node.integer("noop_with_empty_axes", default: 0) != 0
    let all = reducesNothing ? [] : Array(0..<rank)
    let axes = Set(try node.axes(given.flatMap { $0.isEmpty ? nil : $0 } ?? all, rank: rank))
    let keeps = try node.integer("keepdims", default: 1) != 0
    let kept = data.shape.indices.filter { !axes.contains($0) }
    let reduced = data.shape.indices.filter(axes.contains)
    let strides = RowMajor.strides(data.shape)
    let outer = RowMajor.offsets(shape: kept.map { data.shape[$0] }, strides: kept.map { strides[$0] })
    let inner = RowMajor.offsets(shape: reduced.map { data.shape[$0] }, strides: reduced.map { strides[$0] })
    let shape =
      keeps ? data.shape.indices.map { axes.contains($0) ? 1 : data.shape[$0] } : kept.map { data.shape[$0] }
    if let dimensions = data.dimensions {
      let values = try outer.map { start in
        var result: Dimension?
        for offset in inner {
          let next = dimensions[start + offset]
          switch node.op {
          case "ReduceProd": result = (result ?? .known(1)).multiplied(by: next)
          case "ReduceSum": result = (result ?? .known(0)).adding(next)
          case "ReduceMax", "ReduceMin":
            guard let value = next.value else { throw openSize() }
            let best = result?.value ?? value
            result = .known(node.op == "ReduceMax" ? max(best, value) : min(best, value))
          default: throw node.error("it cannot be computed on integers")
          }
          if result == nil { throw openSize() }
        }
        return result ?? .known(node.op == "ReduceProd" ? 1 : 0)
      }
      return Constant(shape: shape, integers: values)
    }
    guard let floats = data.floats else { throw openSize() }
    let values = outer.map { start in
      let list = inner.map { floats[start + $0] }
      switch node.op {
      case "ReduceProd": return list.reduce(1, *)
      case "ReduceMax": return list.max() ?? 0
      case "ReduceMin": return list.min() ?? 0
      case "ReduceMean": return list.reduce(0, +) / Float(max(list.count, 1))
      case "ReduceL1": return list.reduce(0) { $0 + abs($1) }
      case "ReduceL2": return list.reduce(0) { $0 + $1 * $1 }.squareRoot()
      case "ReduceSumSquare": return list.reduce(0) { $0 + $1 * $1 }
      default: return list.reduce(0, +)
      }
    }
    return Constant(shape: shape, floats: values)
  }
}
