/// Σ x xᵀ and Σ x over vectors that a matrix was multiplied with: what rounding and bias correction must know of them.
struct SecondMoments: Sendable {
  let depth: Int
  private(set) var count = 0
  /// `[depth][depth]`, of which the upper triangle is kept.
  private(set) var products: [Float]
  private(set) var sums: [Double]

  init(depth: Int) {
    self.depth = depth
    products = [Float](repeating: 0, count: depth * depth)
    sums = [Double](repeating: 0, count: depth)
  }

  /// Adds `rows` vectors that lie one after another. Four at a time, so that the matrix is not read once for each.
  mutating func include(_ x: UnsafePointer<Float>, rows: Int) {
    let depth = depth
    count += rows
    for row in 0..<rows {
      for k in 0..<depth { sums[k] += Double(x[row * depth + k]) }
    }
    products.withUnsafeMutableBufferPointer { products in
      guard let base = products.baseAddress else { return }
      var row = 0
      while row + 4 <= rows {
        let (a, b, c, d) = (x + row * depth, x + (row + 1) * depth, x + (row + 2) * depth, x + (row + 3) * depth)
        for i in 0..<depth {
          let (ai, bi, ci, di) = (a[i], b[i], c[i], d[i])
          if ai == 0 && bi == 0 && ci == 0 && di == 0 { continue }
          let target = base + i * depth
          for j in i..<depth { target[j] += ai * a[j] + bi * b[j] + ci * c[j] + di * d[j] }
        }
        row += 4
      }
      while row < rows {
        let a = x + row * depth
        for i in 0..<depth where a[i] != 0 {
          let target = base + i * depth
          for j in i..<depth { target[j] += a[i] * a[j] }
        }
        row += 1
      }
    }
  }

  var means: [Double] { sums.map { $0 / Double(max(count, 1)) } }

  /// Of both sets of vectors.
  mutating func include(_ other: SecondMoments) {
    count += other.count
    for i in products.indices { products[i] += other.products[i] }
    for i in sums.indices { sums[i] += other.sums[i] }
  }

  /// Of the vectors x[k] / divisors[k].
  func divided(by divisors: [Float]) -> SecondMoments {
    var result = self
    for i in 0..<depth {
      for j in i..<depth { result.products[i * depth + j] /= divisors[i] * divisors[j] }
      result.sums[i] /= Double(divisors[i])
    }
    return result
  }

  /// The symmetric matrix, whose triangle is kept.
  subscript(i: Int, j: Int) -> Double { Double(products[min(i, j) * depth + max(i, j)]) }
}
