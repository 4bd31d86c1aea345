/// Rounding of a matrix's weights one column after another, the error of each made good in the columns that are still to come.
///
/// For a row w and its rounded form q it lowers (w − q) H (w − q)ᵀ, H = Σ x xᵀ over the operands x that calibration saw. With
/// H⁻¹ = Uᵀ U, U upper triangular: e = (w[i] − q[i]) / U[i][i], then w[j] −= e · U[i][j] for j > i.
///
/// E. Frantar, S. Ashkboos, T. Hoefler, D. Alistarh, "GPTQ: Accurate Post-Training Quantization for Generative Pre-trained
/// Transformers", 2022, equations 2 and 3 and step 3; columns of large H[i][i] come first.
struct SecondOrderRounding: Sendable {
  private let depth: Int
  /// The column that comes i-th.
  private let order: [Int]
  /// U, row after row, in that order.
  private let factor: [Double]

  /// nil where there is too little to tell the columns apart.
  init?(_ moments: SecondMoments) {
    let depth = moments.depth
    guard depth > 0, moments.count > 0 else { return nil }
    let diagonal = (0..<depth).map { moments[$0, $0] }
    let mean = diagonal.reduce(0, +) / Double(depth)
    guard mean > 0, mean.isFinite else { return nil }
    self.depth = depth
    // Stable: of equal columns the first comes first.
    let order = (0..<depth).sorted { (diagonal[$0], $1) > (diagonal[$1], $0) }
    // R with H = R Rᵀ, R upper triangular, from the last row up; then U = R⁻¹.
    var r = [Double](repeating: 0, count: depth * depth)
    let damping = 0.01 * mean
    for i in 0..<depth {
      for j in i..<depth { r[i * depth + j] = moments[order[i], order[j]] }
      r[i * depth + i] += damping
    }
    let isPositive = r.withUnsafeMutableBufferPointer { SecondOrderRounding.decompose($0, depth) }
    guard isPositive else { return nil }
    self.order = order
    factor = r
  }

  /// Upper triangle of H in, of U out; false where H is not positive.
  private static func decompose(_ memory: UnsafeMutableBufferPointer<Double>, _ n: Int) -> Bool {
    guard let a = memory.baseAddress else { return false }
    // Column k of R, from the last; what is left above and before it loses its part. Rows lie contiguous.
    for k in stride(from: n - 1, through: 0, by: -1) {
      let pivot = a[k * n + k]
      guard pivot > 0, pivot.isFinite else { return false }
      let root = pivot.squareRoot()
      a[k * n + k] = root
      for i in 0..<k { a[i * n + k] /= root }
      // Gathered once: a column is not contiguous.
      let column = (0..<k).map { a[$0 * n + k] }
      column.withUnsafeBufferPointer { c in
        for i in 0..<k where c[i] != 0 {
          let (row, factor) = (a + i * n, c[i])
          for j in i..<k { row[j] -= factor * c[j] }
        }
      }
    }
    // R⁻¹ in place, from the last row up: row i of the inverse is −(Σ over k > i of R[i][k] · row k) / R[i][i].
    var row = [Double](repeating: 0, count: n)
    for i in stride(from: n - 1, through: 0, by: -1) {
      let inverse = 1 / a[i * n + i]
      row.withUnsafeMutableBufferPointer { sum in
        for j in i..<n { sum[j] = 0 }
        for k in i + 1..<n {
          let (weight, other) = (a[i * n + k], a + k * n)
          if weight == 0 { continue }
          for j in k..<n { sum[j] += weight * other[j] }
        }
        a[i * n + i] = inverse
        for j in i + 1..<n { a[i * n + j] = -inverse * sum[j] }
      }
    }
    return true
  }

  /// Codes of one row, `−limit...limit`, in steps of `scale`.
  func codes(_ weights: UnsafePointer<Float>, scale: Float, limit: Double) -> [Int32] {
    let inverse = 1 / Double(scale)
    var left = order.map { Double(weights[$0]) * inverse }
    var codes = [Int32](repeating: 0, count: depth)
    factor.withUnsafeBufferPointer { factor in
      left.withUnsafeMutableBufferPointer { left in
        for i in 0..<depth {
          let code = min(max(left[i].rounded(.toNearestOrEven), -limit), limit)
          codes[order[i]] = Int32(code)
          let row = i * depth
          let error = (left[i] - code) / factor[row + i]
          if error == 0 { continue }
          for j in i + 1..<depth { left[j] -= error * factor[row + j] }
        }
      }
    }
    return codes
  }
}
