import Quantizer

extension StepEvaluator {
  /// Functions and arithmetic of expressions; nil for other operators.
  mutating func arithmetic(_ node: SourceNode, _ arguments: [Constant?]) throws -> Constant? {
    func argument(_ index: Int) throws -> Constant {
      guard index < arguments.count, let codes = arguments[index] else { throw node.error("its input is missing") }
      return codes
    }
    if let function = try function(node, arguments) {
      return try mapped(try argument(0)) { table, id in table.function(function, id) }
    }
    switch node.op {
    case "Neg":
      return try mapped(try argument(0)) { table, id in table.id(table.polynomial(id).scaled(-1)) }
    case "Reciprocal": return try mapped(try argument(0)) { table, id in table.reciprocal(id) }
    case "Add", "Sum": return try joined(node, arguments) { table, a, b in table.sum(a, b) }
    case "Sub": return try joined(node, arguments) { table, a, b in table.sum(a, b, scale: -1) }
    case "Mul": return try joined(node, arguments) { table, a, b in table.product(a, b) }
    case "Div":
      return try joined(node, arguments) { table, a, b in
        let divisor = table.polynomial(b)
        if divisor.isConstant { return table.id(table.polynomial(a).scaled(1 / divisor.constant)) }
        return table.product(a, table.reciprocal(b))
      }
    case "Max", "Min":
      let areConstant = arguments.map { codes in
        codes?.integers?.allSatisfy { table.polynomial($0).isConstant } ?? true
      }
      guard arguments.count == 2, areConstant.contains(true) else {
        throw node.error("it compares two computed values")
      }
      let isLower = node.op == "Max"
      return try joined(node, arguments) { table, a, b in table.limited(a, b, isLower: isLower) }
    default: return nil
    }
  }

  private func function(_ node: SourceNode, _ arguments: [Constant?]) throws -> ExpressionTable.Function? {
    typealias Function = ExpressionTable.Function
    func alpha(_ standard: Float) throws -> Float { try node.float("alpha", default: standard) }
    switch node.op {
    case "Sigmoid": return Function(kind: .sigmoid)
    case "Tanh": return Function(kind: .tanh)
    case "Relu": return Function(kind: .relu)
    case "Exp": return Function(kind: .exponential)
    case "Softplus": return Function(kind: .softplus)
    case "Softsign": return Function(kind: .softsign)
    case "LeakyRelu": return Function(kind: .leakyRelu, alpha: try alpha(0.01))
    case "Elu": return Function(kind: .elu, alpha: try alpha(1), beta: 1)
    case "ThresholdedRelu": return Function(kind: .thresholdedRelu, alpha: try alpha(1))
    case "HardSigmoid":
      return Function(kind: .hardSigmoid, alpha: try alpha(0.2), beta: try node.float("beta", default: 0.5))
    case "Clip":
      func bound(_ index: Int, _ attribute: String, _ standard: Float) throws -> Float {
        guard index < arguments.count, let codes = arguments[index] else {
          return try node.float(attribute, default: standard)
        }
        guard let id = codes.integers?.first, codes.count == 1, table.polynomial(id).isConstant else {
          throw node.error("its bounds are computed")
        }
        return table.polynomial(id).constant
      }
      let limit = Float.greatestFiniteMagnitude
      let (low, high) = (try bound(1, "min", -limit), try bound(2, "max", limit))
      if low == 0, high >= limit { return Function(kind: .relu) }
      return Function(kind: .clip, alpha: max(low, -limit), beta: min(high, limit))
    default: return nil
    }
  }

  private mutating func mapped(
    _ codes: Constant, _ transform: (inout ExpressionTable, ExpressionID) -> ExpressionID
  ) throws -> Constant {
    let ids = codes.integers ?? []
    return Constant(shape: codes.shape, integers: ids.map { .known(transform(&table, $0)) })
  }

  private mutating func joined(
    _ node: SourceNode, _ arguments: [Constant?],
    _ combine: (inout ExpressionTable, ExpressionID, ExpressionID) -> ExpressionID
  ) throws -> Constant {
    var result: Constant?
    for case let codes? in arguments {
      guard let first = result else {
        result = codes
        continue
      }
      guard let shape = RowMajor.broadcast(first.shape, codes.shape),
        let count = RowMajor.count(shape), count <= StepEvaluator.largestCount,
        let left = RowMajor.broadcastOffsets(first.shape, to: shape),
        let right = RowMajor.broadcastOffsets(codes.shape, to: shape), let a = first.integers, let b = codes.integers
      else { throw node.error("shapes of \(first.shape) and \(codes.shape) cannot be combined") }
      result = Constant(
        shape: shape, integers: zip(left, right).map { .known(combine(&table, a[$0], b[$1])) })
    }
    guard let result else { throw node.error("it has no input") }
    return result
  }

  /// MatMul and Gemm of expressions and a constant matrix, on either side.
  mutating func product(_ node: SourceNode, _ arguments: [StepValue?], _ codes: [Constant?]) throws -> Constant {
    guard arguments.count >= 2, let first = arguments[0], let second = arguments[1] else {
      throw node.error("it needs two inputs")
    }
    let isGemm = node.op == "Gemm"
    let transposes = try (isGemm ? ["transA", "transB"] : []).map { try node.integer($0, default: 0) != 0 }
    func side(_ constant: Constant, _ index: Int) -> Constant {
      transposes.count == 2 && transposes[index] ? StepEvaluator.transposed(constant) : constant
    }
    var result: Constant
    if let matrix = second.constant, let vectors = codes[0] {
      result = try times(side(vectors, 0), side(matrix, 1), node)
    } else if let matrix = first.constant, let vectors = codes[1] {
      // A x = (xᵀ Aᵀ)ᵀ
      guard matrix.shape.count == 2, vectors.shape.count >= 2 else { throw node.error("its shapes are not followed") }
      let (a, x) = (side(matrix, 0), side(vectors, 1))
      result = StepEvaluator.transposed(
        try times(StepEvaluator.transposed(x), StepEvaluator.transposed(a), node))
    } else {
      throw node.error("it multiplies two computed values")
    }
    guard isGemm else { return result }
    let (alpha, beta) = (try node.float("alpha", default: 1), try node.float("beta", default: 1))
    if alpha != 1 { result = try mapped(result) { table, id in table.id(table.polynomial(id).scaled(alpha)) } }
    guard codes.count > 2, var bias = codes[2], beta != 0 else { return result }
    if beta != 1 { bias = try mapped(bias) { table, id in table.id(table.polynomial(id).scaled(beta)) } }
    return try joined(node, [result, bias]) { table, a, b in table.sum(a, b) }
  }

  private static func transposed(_ constant: Constant) -> Constant {
    guard constant.shape.count >= 2 else { return constant }
    var shape = constant.shape
    var strides = RowMajor.strides(shape)
    shape.swapAt(shape.count - 1, shape.count - 2)
    strides.swapAt(strides.count - 1, strides.count - 2)
    return constant.taking(RowMajor.offsets(shape: shape, strides: strides), shape: shape)
  }

  /// Vectors along the last axis times a matrix `[depth][outputs]`.
  private mutating func times(_ vectors: Constant, _ matrix: Constant, _ node: SourceNode) throws -> Constant {
    let rank = matrix.shape.count
    guard rank >= 2, matrix.shape.dropLast(2).allSatisfy({ $0 == 1 }), let depth = vectors.shape.last,
      matrix.shape[rank - 2] == depth, depth > 0, let values = matrix.floats, let ids = vectors.integers
    else { throw node.error("its shapes do not fit") }
    let outputs = matrix.shape[rank - 1]
    let shape = vectors.shape.dropLast() + [outputs]
    guard let count = RowMajor.count(Array(shape)), count <= StepEvaluator.largestCount else {
      throw node.error("the step is too large")
    }
    var rows = [Float](repeating: 0, count: values.count)
    for row in 0..<outputs { for column in 0..<depth { rows[row * depth + column] = values[column * outputs + row] } }
    let number = table.matrix(ExpressionTable.Matrix(depth: depth, values: rows))
    var result: [Dimension] = []
    result.reserveCapacity(count)
    for start in stride(from: 0, to: ids.count, by: depth) {
      let elements = Array(ids[start..<start + depth])
      let polynomials = elements.map { table.polynomial($0) }
      if polynomials.allSatisfy(\.isConstant) {
        for row in 0..<outputs {
          let sum = (0..<depth).reduce(Float(0)) { $0 + rows[row * depth + $1] * polynomials[$1].constant }
          result.append(.known(table.constant(sum)))
        }
      } else {
        let vector = table.vector(elements)
        for row in 0..<outputs { result.append(.known(table.row(number, row, vector))) }
      }
    }
    return Constant(shape: Array(shape), integers: result)
  }
}

extension ExpressionTable {
  /// The larger (or smaller) of an expression and a constant: a function.
  fileprivate mutating func limited(_ a: ExpressionID, _ b: ExpressionID, isLower: Bool) -> ExpressionID {
    let (x, y) = (polynomial(a), polynomial(b))
    let (argument, bound) = x.isConstant ? (b, x.constant) : (a, y.constant)
    let limit = Float.greatestFiniteMagnitude
    if isLower {
      return function(bound == 0 ? Function(kind: .relu) : Function(kind: .clip, alpha: bound, beta: limit), argument)
    }
    if case .function(let inner, let source) = expressions[argument] {
      if inner.kind == .relu, bound >= 0 { return function(Function(kind: .clip, alpha: 0, beta: bound), source) }
      if inner.kind == .clip, inner.beta == limit, bound >= inner.alpha {
        return function(Function(kind: .clip, alpha: inner.alpha, beta: bound), source)
      }
    }
    return function(Function(kind: .clip, alpha: -limit, beta: bound), argument)
  }
}
