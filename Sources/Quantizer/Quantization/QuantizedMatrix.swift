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

  /// Rounds `weights` (`[row][depth]`) with scale max|w| / 127 in each row; a row of zeros has scale 1.
  public init(_ weights: ArraySlice<Float>, bias: ArraySlice<Float>) {
    rows = bias.count
    depth = rows == 0 ? 0 : weights.count / rows
    self.bias = Array(bias)
    scales = []
    scales.reserveCapacity(rows)
    self.weights = []
    self.weights.reserveCapacity(weights.count)
    for row in 0..<rows {
      let values = weights[weights.startIndex + row * depth..<weights.startIndex + (row + 1) * depth]
      let largest = values.reduce(0) { max($0, abs($1)) }
      let scale = largest == 0 ? 1 : max(largest / 127, TensorQuantization.smallestScale)
      scales.append(scale)
      for value in values {
        self.weights.append(Int8(min(max((value / scale).rounded(.toNearestOrEven), -127), 127)))
      }
    }
  }

  /// The weights that the codes stand for.
  public var values: [Float] {
    var values = [Float](repeating: 0, count: weights.count)
    for i in values.indices { values[i] = Float(weights[i]) * scales[i / depth] }
    return values
  }
}
