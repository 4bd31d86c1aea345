/// Products of constants.
extension Folder {
  /// Matrices, or stacks of them, by NumPy's rule.
  func product(_ a: Constant, _ b: Constant) throws -> Constant {
    guard let x = a.floats, let y = b.floats, !a.shape.isEmpty, !b.shape.isEmpty else {
      throw node.error("it needs two tensors of numbers")
    }
    let left = a.shape.count == 1 ? [1] + a.shape : a.shape
    let right = b.shape.count == 1 ? b.shape + [1] : b.shape
    let (rows, depth, columns) = (left[left.count - 2], left[left.count - 1], right[right.count - 1])
    let (outerLeft, outerRight) = (Array(left.dropLast(2)), Array(right.dropLast(2)))
    guard right[right.count - 2] == depth, let outer = RowMajor.broadcast(outerLeft, outerRight),
      let lefts = RowMajor.broadcastOffsets(outerLeft, to: outer),
      let rights = RowMajor.broadcastOffsets(outerRight, to: outer),
      RowMajor.count(outer + [rows, columns], limit: Constant.largestResult) != nil,
      RowMajor.count(outer + [rows, columns, depth], limit: Constant.largestProduct) != nil
    else { throw node.error("tensors of \(a.shape) and \(b.shape) cannot be multiplied while importing") }
    var result: [Float] = []
    result.reserveCapacity(outer.reduce(1, *) * rows * columns)
    for (l, r) in zip(lefts, rights) {
      let (start, origin) = (l * rows * depth, r * depth * columns)
      for row in 0..<rows {
        for column in 0..<columns {
          var sum = 0.0
          for index in 0..<depth {
            sum += Double(x[start + row * depth + index]) * Double(y[origin + index * columns + column])
          }
          result.append(Float(sum))
        }
      }
    }
    let shape = outer + (a.shape.count == 1 ? [] : [rows]) + (b.shape.count == 1 ? [] : [columns])
    return Constant(shape: shape, floats: result)
  }

  /// Gemm: alpha · A B + beta · C.
  func generalProduct() throws -> Constant {
    let (alpha, beta) = (try node.float("alpha", default: 1), try node.float("beta", default: 1))
    func matrix(_ index: Int, _ attribute: String) throws -> Constant {
      let matrix = try input(index)
      guard matrix.shape.count == 2 else { throw node.error("its inputs must be matrices") }
      guard try node.integer(attribute, default: 0) != 0 else { return matrix }
      let (rows, columns) = (matrix.shape[0], matrix.shape[1])
      return matrix.taking(RowMajor.offsets(shape: [columns, rows], strides: [1, columns]), shape: [columns, rows])
    }
    let product = try product(try matrix(0, "transA"), try matrix(1, "transB"))
    let scaled = (product.floats ?? []).map { $0 * alpha }
    guard let bias = optional(2), beta != 0 else { return Constant(shape: product.shape, floats: scaled) }
    guard let values = bias.floats, let offsets = RowMajor.broadcastOffsets(bias.shape, to: product.shape) else {
      throw node.error("its bias does not fit")
    }
    return Constant(shape: product.shape, floats: zip(scaled, offsets).map { $0 + beta * values[$1] })
  }
}
