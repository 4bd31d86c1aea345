/// A matrix of weights laid out for products with many vectors: panels of eight rows, `[panel][depth][8]`, missing rows 0.
struct PackedMatrix: Sendable {
  static let panelRows = 8
  let rows: Int
  let depth: Int
  private let panels: [Float]

  /// `weights` is `[rows][depth]`.
  init(_ weights: ArraySlice<Float>, rows: Int, depth: Int) {
    self.rows = rows
    self.depth = depth
    let panelCount = (rows + Self.panelRows - 1) / Self.panelRows
    var panels = [Float](repeating: 0, count: panelCount * depth * Self.panelRows)
    for row in 0..<rows {
      let start = (row / Self.panelRows) * depth * Self.panelRows + row % Self.panelRows
      for k in 0..<depth {
        panels[start + k * Self.panelRows] = weights[weights.startIndex + row * depth + k]
      }
    }
    self.panels = panels
  }

  /// `y[m · yStride + r] = Σₖ weights[r][k] · x[m · xStride + k] + bias[r]` for `count` vectors, each sum in the order of k.
  func multiply(
    _ x: UnsafePointer<Float>, stride xStride: Int, count: Int, into y: UnsafeMutablePointer<Float>,
    stride yStride: Int,
    bias: UnsafePointer<Float>?
  ) {
    panels.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      for first in Swift.stride(from: 0, to: rows, by: Self.panelRows) {
        let panel = base + first * depth * MemoryLayout<Float>.stride
        let width = min(Self.panelRows, rows - first)
        var m = 0
        while m + 4 <= count {
          let sums = products4(panel, x + m * xStride, stride: xStride)
          store(sums.0, y + m * yStride + first, width, bias.map { $0 + first })
          store(sums.1, y + (m + 1) * yStride + first, width, bias.map { $0 + first })
          store(sums.2, y + (m + 2) * yStride + first, width, bias.map { $0 + first })
          store(sums.3, y + (m + 3) * yStride + first, width, bias.map { $0 + first })
          m += 4
        }
        while m < count {
          store(products1(panel, x + m * xStride), y + m * yStride + first, width, bias.map { $0 + first })
          m += 1
        }
      }
    }
  }

  @inline(__always)
  private func products4(
    _ panel: UnsafeRawPointer, _ x: UnsafePointer<Float>, stride: Int
  ) -> (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) {
    var (a, b, c, d) = (SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>(), SIMD8<Float>())
    let (x1, x2, x3) = (x + stride, x + 2 * stride, x + 3 * stride)
    for k in 0..<depth {
      let weights = panel.loadUnaligned(fromByteOffset: k * 32, as: SIMD8<Float>.self)
      a += weights * x[k]
      b += weights * x1[k]
      c += weights * x2[k]
      d += weights * x3[k]
    }
    return (a, b, c, d)
  }

  @inline(__always)
  private func products1(_ panel: UnsafeRawPointer, _ x: UnsafePointer<Float>) -> SIMD8<Float> {
    var sum = SIMD8<Float>()
    for k in 0..<depth {
      sum += panel.loadUnaligned(fromByteOffset: k * 32, as: SIMD8<Float>.self) * x[k]
    }
    return sum
  }

  @inline(__always)
  private func store(
    _ sums: SIMD8<Float>, _ y: UnsafeMutablePointer<Float>, _ width: Int, _ bias: UnsafePointer<Float>?
  ) {
    for r in 0..<width { y[r] = sums[r] + (bias?[r] ?? 0) }
  }
}

extension Interpreter {
  /// Convolution: one matrix per group. Dense: one. Recurrent: W and R, or, for a GRU with reset before, W, R of z and r, and
  /// R of the candidate.
  static func packedWeights(of operation: Operation) -> [PackedMatrix] {
    switch operation {
    case .convolution(let convolution):
      let rows = convolution.outputChannels / convolution.groups
      let depth = convolution.weights.count / convolution.outputChannels
      return (0..<convolution.groups).map { group in
        let start = group * rows * depth
        return PackedMatrix(convolution.weights[start..<start + rows * depth], rows: rows, depth: depth)
      }
    case .dense(let dense):
      let rows = dense.frame.elements
      return [PackedMatrix(dense.weights[...], rows: rows, depth: dense.weights.count / rows)]
    case .recurrent(let recurrent):
      let units = recurrent.units
      let rows = recurrent.gates * units
      let input = PackedMatrix(recurrent.inputWeights[...], rows: rows, depth: recurrent.inputWeights.count / rows)
      guard recurrent.kind == .gru, !recurrent.resetAfter else {
        return [input, PackedMatrix(recurrent.hiddenWeights[...], rows: rows, depth: units)]
      }
      let split = 2 * units * units
      return [
        input, PackedMatrix(recurrent.hiddenWeights[..<split], rows: 2 * units, depth: units),
        PackedMatrix(recurrent.hiddenWeights[split...], rows: units, depth: units),
      ]
    default: return []
    }
  }
}
