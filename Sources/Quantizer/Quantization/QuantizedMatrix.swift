/// Weights as s8 with one scale per row, and the bias.
public struct QuantizedMatrix: Sendable {
  public let rows: Int
  public let depth: Int
  /// `[row][depth]`, −127...127.
  public var weights: [Int8]
  /// `[row]`
  public var scales: [Float]
  /// `[row]`
  public var bias: [Float]

  init(rows: Int, depth: Int, weights: [Int8], scales: [Float], bias: [Float]) {
    self.rows = rows
    self.depth = depth
    self.weights = weights
    self.scales = scales
    self.bias = bias
  }

  /// Rounds every weight to the nearest code.
  init(_ matrix: FloatMatrix) {
    var weights: [Int8] = []
    weights.reserveCapacity(matrix.weights.count)
    let scales = (0..<matrix.rows).map { QuantizedMatrix.scale(matrix.row($0)) }
    for (row, scale) in scales.enumerated() {
      for value in matrix.row(row) {
        weights.append(Int8(min(max((value / scale).rounded(.toNearestOrEven), -127), 127)))
      }
    }
    self.init(rows: matrix.rows, depth: matrix.depth, weights: weights, scales: scales, bias: Array(matrix.bias))
  }

  /// max|w| / 127; 1 for a row of zeros.
  static func scale(_ row: ArraySlice<Float>) -> Float {
    let largest = row.reduce(0) { max($0, abs($1)) }
    return largest == 0 ? 1 : max(largest / 127, TensorQuantization.smallestScale)
  }

  /// The weights that the codes stand for.
  public var values: [Float] {
    var values = [Float](repeating: 0, count: weights.count)
    for i in values.indices { values[i] = Float(weights[i]) * scales[i / depth] }
    return values
  }
}
