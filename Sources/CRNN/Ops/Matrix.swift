import CCRNN
import CKernels

/// A packed weight matrix of a node: four blobs, `CRNN_MATRIX_*`. y[r] = float(offset[r] + Σ w[r][k] x[k]) · scale[r] + bias[r].
struct Matrix {
  private(set) var weights: UnsafePointer<Int8>
  private(set) var scales: UnsafePointer<Float>
  private(set) var offsets: UnsafePointer<Int32>
  private(set) var bias: UnsafePointer<Float>
  /// Rows of all groups, each group's rounded up to whole panels.
  let rows: Int
  private(set) var rowsPerGroup: Int
  /// Inputs of one row in fours.
  let depthGroups: Int
  let segments: Int

  static func paddedRows(_ rows: Int) -> Int {
    (rows &+ Int(CRNN_PANEL_ROWS) &- 1) & ~(Int(CRNN_PANEL_ROWS) &- 1)
  }
  // Shifts: optimised for size, the compiler divides by powers of two with the instruction that divides.
  static func depthGroups(_ depth: Int) -> Int {
    (depth &+ Int(CRNN_GROUP_DEPTH) &- 1) &>> Int(CRNN_GROUP_DEPTH).trailingZeroBitCount
  }

  init(_ node: NodeView, firstBlob: Int, rows: Int, depth: Int, groups: Int = 1, segments: Int) {
    weights = node.blob(firstBlob &+ CRNN_MATRIX_WEIGHTS, as: Int8.self)
    scales = node.blob(firstBlob &+ CRNN_MATRIX_SCALES, as: Float.self)
    offsets = node.blob(firstBlob &+ CRNN_MATRIX_OFFSETS, as: Int32.self)
    bias = node.blob(firstBlob &+ CRNN_MATRIX_BIAS, as: Float.self)
    rowsPerGroup = Matrix.paddedRows(rows)
    self.rows = rowsPerGroup &* groups
    depthGroups = Matrix.depthGroups(depth)
    self.segments = segments
  }

  /// One filter for each of `channels` channels: a row of its own, of as many weights as there are taps.
  init(channels: Int, of node: NodeView) {
    weights = node.blob(CRNN_MATRIX_WEIGHTS, as: Int8.self)
    scales = node.blob(CRNN_MATRIX_SCALES, as: Float.self)
    offsets = node.blob(CRNN_MATRIX_OFFSETS, as: Int32.self)
    bias = node.blob(CRNN_MATRIX_BIAS, as: Float.self)
    rows = channels
    rowsPerGroup = channels
    depthGroups = 0
    segments = 1
  }

  /// The four blobs have exactly the lengths that these extents need. All extents are at most 2^24.
  static func isValid(_ node: NodeView, firstBlob: Int, rows: Int, depth: Int, groups: Int = 1, segments: Int) -> Bool {
    let padded = paddedRows(rows)
    let inner = depthGroups(depth)
    guard rows > 0, depth > 0, segments > 0, segments <= inner, padded <= 1 << 25 else { return false }
    // The last segment must not be empty.
    guard (segments &- 1) &* perSegment(inner, segments) < inner else { return false }
    let (all, overflow) = padded.multipliedReportingOverflow(by: groups)
    guard !overflow, all <= 1 << 25 else { return false }
    let weights = Int64(all) &* Int64(inner) &* Int64(CRNN_GROUP_DEPTH)
    return node.blobCount >= firstBlob &+ CRNN_BLOB_MATRIX
      && Int64(node.blobLength(firstBlob &+ CRNN_MATRIX_WEIGHTS)) == weights
      && node.blobLength(firstBlob &+ CRNN_MATRIX_SCALES) == 4 &* all
      && Int64(node.blobLength(firstBlob &+ CRNN_MATRIX_OFFSETS)) == 4 &* Int64(all) &* Int64(segments)
      && node.blobLength(firstBlob &+ CRNN_MATRIX_BIAS) == 4 &* all
  }

  /// The rows from `first` on, `count` of them, whole panels of one group.
  func slice(first: Int, count: Int) -> Matrix {
    var result = self
    result.weights += first &* Int(CRNN_GROUP_DEPTH) &* depthGroups
    result.scales += first
    result.offsets += first
    result.bias += first
    result.rowsPerGroup = count
    return result
  }

  private static func perSegment(_ depthGroups: Int, _ segments: Int) -> Int {
    (depthGroups &+ segments &- 1) &/ segments
  }

  /// The values of `count` rows of operands, `stride` bytes apart, before the activation. `backwards`: a single row's may be worked out
  /// from the last panel to the first, and are the same.
  @inline(never)
  func apply(
    _ kernels: UnsafePointer<crnn_kernels>, _ kind: OperandKind, _ codes: UnsafeRawPointer, stride: Int, count: Int,
    _ sums: MatrixSums, backwards: Bool
  ) {
    multiply(kernels, kind, codes, stride: stride, count: count, sums, backwards: backwards)
    rescale(kernels, sums, first: 0, count: count)
  }

  /// The sums of products of `count` rows; what stands for them as values comes with `rescale`.
  @inline(never)
  func multiply(
    _ kernels: UnsafePointer<crnn_kernels>, _ kind: OperandKind, _ codes: UnsafeRawPointer, stride: Int, count: Int,
    _ sums: MatrixSums, backwards: Bool = false
  ) {
    var row = 0
    while row < count {
      let first = codes + row &* stride
      var rows = (first, first + stride, first + 2 &* stride, first + 3 &* stride)
      withUnsafeMutableBytes(of: &rows) {
        guard let table = $0.baseAddress else { return }
        multiply(
          kernels, kind, table.assumingMemoryBound(to: UnsafeRawPointer.self), taps: 1, count: min(4, count &- row),
          sums.advanced(by: row &* rowsPerGroup), backwards: backwards)
      }
      row &+= 4
    }
  }

  /// The same for operands that lie anywhere: for each of `taps` taps, which share the depth, the codes of all rows. The table may be changed.
  @inline(never)
  func multiply(
    _ kernels: UnsafePointer<crnn_kernels>, _ kind: OperandKind, _ table: UnsafeMutablePointer<UnsafeRawPointer>,
    taps: Int, count: Int, _ sums: MatrixSums, backwards: Bool = false
  ) {
    let panelStride = (backwards ? -32 : 32) &* depthGroups
    let panels = rowsPerGroup &>> Int(CRNN_PANEL_ROWS).trailingZeroBitCount
    // Only sums over one tap have several segments.
    let step = segments == 1 ? taps == 1 ? depthGroups : depthGroups &/ taps : Matrix.perSegment(depthGroups, segments)
    var segment = 0
    while segment < segments {
      let first = segment &* step
      kernels.multiply(
        kind, table, taps: taps, count: count, weights + 32 &* first, offsets + segment &* rows,
        min(step, depthGroups &- first), panels, panelStride, sums.accumulators, rowsPerGroup)
      if segments > 1 {
        join(kernels, sums, count, segment)
        var row = 0
        while row < count {
          table[row] += Int(CRNN_GROUP_DEPTH) &* step &* kind.bytes
          row &+= 1
        }
      }
      segment &+= 1
    }
  }

  /// The sums of operand rows `first`..<`first + count` become the values that they stand for.
  func rescale(_ kernels: UnsafePointer<crnn_kernels>, _ sums: MatrixSums, first: Int, count: Int) {
    if segments == 1 {
      let start = first &* rowsPerGroup
      crnn_use_rescale(kernels)(sums.accumulators + start, scales, bias, sums.values + start, count, rowsPerGroup)
      return
    }
    var row = first
    while row < first &+ count {
      let y = sums.values + row &* rowsPerGroup
      crnn_use_multiply_add(kernels)(y, scales, bias, y, rowsPerGroup)
      row &+= 1
    }
  }

  /// The parts of a sum that would not fit 32 bits are added in float, in order.
  private func join(_ kernels: UnsafePointer<crnn_kernels>, _ sums: MatrixSums, _ count: Int, _ segment: Int) {
    if segment == 0 {
      crnn_use_convert(kernels)(sums.accumulators, sums.values, count &* rowsPerGroup)
    } else {
      crnn_use_convert_add(kernels)(sums.accumulators, sums.values, count &* rowsPerGroup)
    }
  }
}

/// Where a matrix puts its sums and then the values that they stand for, `rowsPerGroup` for each operand row. Sums of one segment
/// become values in place.
struct MatrixSums {
  let accumulators: UnsafeMutablePointer<Int32>
  let values: UnsafeMutablePointer<Float>

  init(_ matrix: Matrix, rows: Int, _ cursor: inout Cursor) {
    self.init(rows &* matrix.rowsPerGroup, segments: matrix.segments, &cursor)
  }

  private init(accumulators: UnsafeMutablePointer<Int32>, values: UnsafeMutablePointer<Float>) {
    self.accumulators = accumulators
    self.values = values
  }

  func advanced(by count: Int) -> MatrixSums {
    MatrixSums(accumulators: accumulators + count, values: values + count)
  }

  init(_ count: Int, segments: Int, _ cursor: inout Cursor) {
    accumulators = cursor.take(count, of: Int32.self)
    values =
      segments > 1
      ? cursor.take(count, of: Float.self) : UnsafeMutableRawPointer(accumulators).assumingMemoryBound(to: Float.self)
  }
}
