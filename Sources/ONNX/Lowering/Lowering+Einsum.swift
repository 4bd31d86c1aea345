import Quantizer

/// Einsum of a stream and a constant matrix: a product along one axis.
extension Lowering {
  static let einsumHandlers: [String: Handler] = ["Einsum": { $0.lowerEinsum }]

  private func lowerEinsum(_ node: SourceNode) throws -> [Value] {
    let equation = try node.string("equation", default: "").filter { $0 != " " }
    func refused() -> ImportError {
      node.error(
        "'\(equation)' is no product of computed values and a constant matrix along one axis, which alone is supported: write it "
          + "as MatMul")
    }
    let sides = equation.split(separator: ">", omittingEmptySubsequences: false)
    guard sides.count == 2, sides[0].last == "-", !equation.contains("."), node.inputs.count == 2 else {
      throw refused()
    }
    let terms = sides[0].dropLast().split(separator: ",", omittingEmptySubsequences: false).map(Array.init)
    let result = Array(sides[1])
    guard terms.count == 2, let constantIndex = node.inputs.firstIndex(where: { values[$0]?.constant != nil }) else {
      throw refused()
    }
    let (given, matrix) = (terms[1 - constantIndex], terms[constantIndex])
    guard let constant = try floats(node, constantIndex, "matrix"), let weights = constant.floats, matrix.count == 2,
      constant.shape.count == 2, Set(matrix).count == 2, Set(given).count == given.count
    else { throw refused() }
    let shared = matrix.filter(given.contains)
    guard shared.count == 1, !result.contains(shared[0]), let kept = matrix.first(where: { $0 != shared[0] }),
      let axis = given.firstIndex(of: shared[0])
    else { throw refused() }
    var order = given
    order[axis] = kept
    guard Set(result) == Set(order), result.count == order.count else { throw refused() }
    let view = try stream(node, 1 - constantIndex)
    guard view.axes.count == given.count else { throw refused() }
    // Rows [kept][shared].
    let (depth, outputs) =
      matrix[0] == shared[0] ? (constant.shape[0], constant.shape[1]) : (constant.shape[1], constant.shape[0])
    let rows =
      matrix[0] == kept ? weights : (0..<outputs * depth).map { weights[$0 % depth * outputs + $0 / depth] }
    let product = try contracted(view, axis: axis, (rows, outputs), node)
    let permutation = result.compactMap { order.firstIndex(of: $0) }
    return [.stream(StreamView(tensor: product.tensor, axes: permutation.map { product.axes[$0] }))]
  }
}
