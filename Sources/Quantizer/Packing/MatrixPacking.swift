import CCRNN

/// Lays a quantised matrix out as the runtime reads it.
struct MatrixPacking {
  let matrix: QuantizedMatrix
  let operand: TensorQuantization
  let segments: Int
  let groups: Int
  let name: String

  private var rowsOfGroup: Int { matrix.rows / groups }
  private var paddedRows: Int { rounded(rowsOfGroup, to: Int(CRNN_PANEL_ROWS)) }

  /// The four blobs CRNN_MATRIX_*, with panels of eight rows: `[group][panel][depth / 4][8 rows][4]`.
  func appendPanels(to blobs: inout BlobTable) throws {
    let panelRows = Int(CRNN_PANEL_ROWS)
    let groupDepth = Int(CRNN_GROUP_DEPTH)
    let paddedDepth = rounded(matrix.depth, to: groupDepth)
    var weights = [Int8](repeating: 0, count: groups * paddedRows * paddedDepth)
    for row in 0..<matrix.rows {
      let (panel, lane) = paddedRow(row).quotientAndRemainder(dividingBy: panelRows)
      for k in 0..<matrix.depth {
        let position = (panel * (paddedDepth / groupDepth) + k / groupDepth) * panelRows + lane
        weights[position * groupDepth + k % groupDepth] = matrix.weights[row * matrix.depth + k]
      }
    }
    blobs.append(weights)
    try appendRows(to: &blobs, count: groups * paddedRows, position: paddedRow)
  }

  /// The four blobs of a depthwise convolution, one row per channel: weights `[taps][channels rounded up to 16]`.
  func appendDepthwise(to blobs: inout BlobTable) throws {
    let channels = rounded(matrix.rows, to: QuantizedMatrix.depthwiseLanes)
    var weights = [Int8](repeating: 0, count: matrix.depth * channels)
    for row in 0..<matrix.rows {
      for tap in 0..<matrix.depth { weights[tap * channels + row] = matrix.weights[row * matrix.depth + tap] }
    }
    blobs.append(weights)
    try appendRows(to: &blobs, count: channels) { $0 }
  }

  /// Scales, offsets and bias. A row that only pads has weights 0 and bias 0, and the scale of a row of zeros.
  private func appendRows(to blobs: inout BlobTable, count: Int, position: (Int) -> Int) throws {
    var scales = [Float](repeating: operand.scale, count: count)
    var offsets = [Int32](repeating: 0, count: segments * count)
    var bias = [Float](repeating: 0, count: count)
    for row in 0..<matrix.rows {
      let scale = matrix.scales[row] * operand.scale
      guard scale.isFinite else { throw GraphError("\(name): the weights of row \(row) are too large") }
      scales[position(row)] = scale
      bias[position(row)] = matrix.bias[row]
      for segment in 0..<segments {
        let range = OverflowProof.range(depth: matrix.depth, segments: segments, segment: segment)
        let start = row * matrix.depth
        let weights = matrix.weights[start + range.lowerBound..<start + range.upperBound]
        guard OverflowProof.holds(weights, operand),
          let offset = Int32(exactly: OverflowProof.offset(weights, zeroPoint: operand.zeroPoint))
        else { throw GraphError("\(name): the sum of row \(row) could leave 32 bits") }
        offsets[segment * count + position(row)] = offset
      }
    }
    blobs.append(scales)
    blobs.append(offsets)
    blobs.append(bias)
  }

  private func paddedRow(_ row: Int) -> Int {
    row / rowsOfGroup * paddedRows + row % rowsOfGroup
  }
}

extension QuantizedMatrix {
  /// Channels of a depthwise convolution come in multiples of this.
  static let depthwiseLanes = 16
}

func rounded(_ value: Int, to multiple: Int) -> Int { (value + multiple - 1) / multiple * multiple }
