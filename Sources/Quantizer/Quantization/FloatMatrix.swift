/// Weights `[row][depth]` and a bias per row, before they are rounded.
struct FloatMatrix {
  var weights: ArraySlice<Float>
  var bias: ArraySlice<Float>

  var rows: Int { bias.count }
  var depth: Int { bias.isEmpty ? 0 : weights.count / bias.count }

  /// The weights of one row.
  func row(_ row: Int) -> ArraySlice<Float> {
    weights[weights.startIndex + row * depth..<weights.startIndex + (row + 1) * depth]
  }
}

extension Operation {
  /// Convolution and dense: one (all groups' rows together). Recurrent: see `Recurrent.matrices`. Else none.
  var matrices: [FloatMatrix] {
    switch self {
    case .convolution(let convolution): [FloatMatrix(weights: convolution.weights[...], bias: convolution.bias[...])]
    case .dense(let dense): [FloatMatrix(weights: dense.weights[...], bias: dense.bias[...])]
    case .recurrent(let recurrent): recurrent.matrices()
    default: []
    }
  }
}
