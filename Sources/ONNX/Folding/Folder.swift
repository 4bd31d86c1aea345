/// Computes nodes whose inputs are all constants: shape arithmetic, and the rearranging of weights that exporters
/// leave in graphs.
struct Folder {
  let node: SourceNode
  /// Nil where an optional input is left out.
  let inputs: [Constant?]
  let opset: Int

  /// The node's outputs; nil where its operator is not one that is computed while importing.
  func fold() throws -> [Constant]? {
    // States that are traced by codes keep them where they only move.
    if node.op == "CastLike" { return [try castLike()] }
    if let result = try foldMovement() { return result }
    return try foldArithmetic().map { [$0] }
  }

  func input(_ index: Int) throws -> Constant {
    guard index < inputs.count, let constant = inputs[index] else { throw node.error("its input \(index) is missing") }
    return constant
  }

  func optional(_ index: Int) -> Constant? { index < inputs.count ? inputs[index] : nil }

  func dimensions(_ index: Int) throws -> [Dimension]? {
    guard let constant = optional(index) else { return nil }
    guard let dimensions = constant.dimensions else { throw node.error("its input \(index) must be integers") }
    return dimensions
  }

  func integers(_ index: Int) throws -> [Int]? {
    guard let constant = optional(index) else { return nil }
    guard let integers = constant.integers else {
      throw node.error("its input \(index) depends on an open size; fix it by giving the input's shape (--input-shape)")
    }
    return integers
  }

  /// Sizes of a new tensor.
  func shape(_ sizes: [Int]) throws -> [Int] {
    guard RowMajor.count(sizes, limit: Constant.largestResult) != nil else {
      throw node.error("its result of shape \(sizes) is too large")
    }
    return sizes
  }

  /// Axes in an attribute, or from a later operator set on, in an input.
  func axes(input index: Int) throws -> [Int]? { try integers(index) ?? node.integers("axes") }
}
