import CCRNN

extension PackedModel {
  /// What `verify` has proved.
  public struct Verification: Sendable {
    /// Rows of weights whose sums cannot leave 32 bits.
    public var rows = 0
    /// The largest bound found, of 2³¹ − 1 allowed.
    public var largestBound: Int64 = 0
  }

  /// Proves from the file's bytes alone that no sum of products can overflow, that the stated offsets are those of the
  /// weights, and that the content is what its SHA-256 says.
  ///
  /// Throws `PackedModelError` at the first row that does not hold.
  @discardableResult
  public func verify() throws -> Verification {
    let digest = SHA256.digest(bytes[MemoryLayout<crnn_file_header>.size...])
    guard withUnsafeBytes(of: header.content_id, { $0.elementsEqual(digest) }) else {
      throw PackedModelError("the file's content is not what its SHA-256 says")
    }
    var verification = Verification()
    for tensor in tensors { try verify(tensor) }
    for node in nodes {
      for operand in try matrices(of: node) { try verify(operand, of: node, &verification) }
    }
    return verification
  }

  private func verify(_ tensor: PackedTensor) throws {
    guard tensor.store != nil, let elements = tensor.elements, elements > 0 else {
      throw PackedModelError("tensor \(tensor.name) has no store or no extent that is known")
    }
    let quantization = tensor.quantization
    guard quantization.isConsistent, tensor.record.inverse_scale == quantization.inverseScale else {
      throw PackedModelError("tensor \(tensor.name): its scale, zero point and codes do not fit together")
    }
  }

  /// A matrix of the file and the operand that it is multiplied with.
  private struct StoredMatrix {
    var blobs: ArraySlice<Range<Int>>
    var operand: TensorQuantization
    var rows: Int
    var depth: Int
    var segments: Int
    var isDepthwise = false
  }

  private func matrices(of node: PackedNode) throws -> [StoredMatrix] {
    let op = Int(node.record.op)
    guard [CRNN_OP_CONVOLUTION, CRNN_OP_DEPTHWISE, CRNN_OP_DENSE, CRNN_OP_RECURRENT].contains(op) else { return [] }
    guard let input = node.inputs.first.map({ tensors[$0] }), let elements = input.elements,
      let outputs = tensors[node.output].elements, input.quantization.store.isCode
    else { throw PackedModelError("node \(node.name) has no operand of codes") }
    let segments = Int(node.record.segments)
    var matrix = StoredMatrix(
      blobs: node.blobs.prefix(4), operand: input.quantization, rows: outputs, depth: elements, segments: segments)
    switch op {
    case CRNN_OP_DENSE: return [matrix]
    case CRNN_OP_CONVOLUTION, CRNN_OP_DEPTHWISE:
      let groups = Int(node.record.groups)
      let kernel = [node.record.kernel.0, node.record.kernel.1, node.record.kernel.2].map(Int.init)
      guard groups > 0, let depth = checkedProduct(kernel + [Int(input.record.channels) / groups]) else {
        throw PackedModelError("node \(node.name) has an impossible kernel")
      }
      let perGroup = Int(tensors[node.output].record.channels) / groups
      matrix.rows = rounded(perGroup, to: Int(CRNN_PANEL_ROWS)) * groups
      matrix.depth = depth
      if op == CRNN_OP_DEPTHWISE {
        matrix.rows = Int(input.record.channels)
        matrix.isDepthwise = true
      }
      return [matrix]
    default: return try recurrentMatrices(of: node, input: matrix)
    }
  }

  private func recurrentMatrices(of node: PackedNode, input: StoredMatrix) throws -> [StoredMatrix] {
    let (units, kind) = (node.parameter(CRNN_RECURRENT_UNITS), node.parameter(CRNN_RECURRENT_KIND))
    let gates = [CRNN_RECURRENT_LSTM: 4, CRNN_RECURRENT_GRU: 3, CRNN_RECURRENT_SIMPLE: 1][kind] ?? 0
    let hidden = TensorQuantization(
      store: Store(rawValue: UInt32(truncatingIfNeeded: node.parameter(CRNN_RECURRENT_HIDDEN_STORE))) ?? .f32,
      scale: node.real(CRNN_RECURRENT_HIDDEN_SCALE),
      zeroPoint: Int32(truncatingIfNeeded: node.parameter(CRNN_RECURRENT_HIDDEN_ZERO)),
      minimum: Int32(truncatingIfNeeded: node.parameter(CRNN_RECURRENT_HIDDEN_MINIMUM)),
      maximum: Int32(truncatingIfNeeded: node.parameter(CRNN_RECURRENT_HIDDEN_MAXIMUM)))
    guard node.blobs.count >= Int(CRNN_RECURRENT_BLOB_COUNT), units > 0, gates > 0, hidden.store.isCode,
      hidden.isConsistent
    else {
      throw PackedModelError("recurrent node \(node.name) is incomplete")
    }
    let segments = node.parameter(CRNN_RECURRENT_SEGMENTS_HIDDEN)
    let depth = node.record.flags & UInt32(CRNN_NODE_WIDE_HIDDEN) == 0 ? units : 2 * units
    func matrix(_ first: Int, gates: Int) -> StoredMatrix {
      StoredMatrix(
        blobs: node.blobs[first..<first + 4], operand: hidden, rows: gates * units, depth: depth, segments: segments)
    }
    var input = input
    input.rows = gates * units
    let isResetBefore = kind == CRNN_RECURRENT_GRU && node.parameter(CRNN_RECURRENT_RESET_AFTER) == 0
    guard isResetBefore else { return [input, matrix(CRNN_RECURRENT_BLOB_HIDDEN, gates: gates)] }
    return [
      input, matrix(CRNN_RECURRENT_BLOB_HIDDEN, gates: 2), matrix(CRNN_RECURRENT_BLOB_CANDIDATE, gates: 1),
    ]
  }

  private func verify(_ matrix: StoredMatrix, of node: PackedNode, _ verification: inout Verification) throws {
    let lanes = matrix.isDepthwise ? QuantizedMatrix.depthwiseLanes : Int(CRNN_PANEL_ROWS)
    let paddedRows = rounded(matrix.rows, to: lanes)
    let groupDepth = Int(CRNN_GROUP_DEPTH)
    let paddedDepth = matrix.isDepthwise ? matrix.depth : rounded(matrix.depth, to: groupDepth)
    let blobs = Array(matrix.blobs)
    guard blobs.count == 4, matrix.segments > 0, let weightCount = checkedProduct([paddedRows, paddedDepth]),
      let offsetBytes = checkedProduct([4, matrix.segments, paddedRows]),
      blobs[CRNN_MATRIX_WEIGHTS].count == weightCount, blobs[CRNN_MATRIX_OFFSETS].count == offsetBytes,
      blobs[CRNN_MATRIX_SCALES].count == 4 * paddedRows, blobs[CRNN_MATRIX_BIAS].count == 4 * paddedRows
    else { throw PackedModelError("node \(node.name): its constants do not have the sizes of its matrix") }
    let offsets: [Int32] = ModelFileReader.load(bytes, blobs[CRNN_MATRIX_OFFSETS])
    let scales: [Float] = ModelFileReader.load(bytes, blobs[CRNN_MATRIX_SCALES])
    let bias: [Float] = ModelFileReader.load(bytes, blobs[CRNN_MATRIX_BIAS])
    guard scales.allSatisfy({ $0 > 0 && $0.isFinite }), bias.allSatisfy(\.isFinite) else {
      throw PackedModelError("node \(node.name): a scale or bias is not a positive or not a finite number")
    }
    let start = blobs[CRNN_MATRIX_WEIGHTS].lowerBound
    for row in 0..<paddedRows {
      for segment in 0..<matrix.segments {
        let range =
          matrix.isDepthwise
          ? 0..<matrix.depth
          : OverflowProof.range(depth: paddedDepth, segments: matrix.segments, segment: segment)
        let weights = range.map { k in
          let position =
            matrix.isDepthwise
            ? k * paddedRows + row
            : ((row / lanes * (paddedDepth / groupDepth) + k / groupDepth) * lanes + row % lanes) * groupDepth
              + k % groupDepth
          return Int8(bitPattern: bytes[start + position])
        }
        // The runtime multiplies what lies behind a row of operands with what pads the row of weights.
        guard zip(range, weights).allSatisfy({ $0 < matrix.depth || $1 == 0 }) else {
          throw PackedModelError("node \(node.name), row \(row): what pads it is not 0")
        }
        let offset = OverflowProof.offset(weights[...], zeroPoint: matrix.operand.zeroPoint)
        guard Int64(offsets[segment * paddedRows + row]) == offset else {
          throw PackedModelError("node \(node.name), row \(row): its offset is not that of its weights")
        }
        let bound = OverflowProof.bound(weights[...], matrix.operand)
        guard bound < 1 << 31, !weights.contains(-128) else {
          throw PackedModelError("node \(node.name), row \(row): its sum could leave 32 bits")
        }
        let parts = Int(node.record.winograd_parts)
        guard
          parts == 0
            || matrix.segments == 1 && matrix.depth % 9 == 0
              && WinogradProof.holds(weights[..<matrix.depth], parts: parts, matrix.operand)
        else { throw PackedModelError("node \(node.name), row \(row): its sum could leave 26 bits") }
        verification.largestBound = max(verification.largestBound, bound)
      }
      verification.rows += 1
    }
  }
}

extension TensorQuantization {
  /// The codes exist in the store, 0 is one of their values, and the scale is a positive number.
  fileprivate var isConsistent: Bool {
    guard scale > 0, scale.isFinite else { return false }
    guard store.isCode else { return true }
    let codes: ClosedRange<Int32> = store == .u8 ? 0...255 : -32767...32767
    return codes.contains(minimum) && codes.contains(maximum) && minimum < maximum && zeroPoint >= minimum
      && zeroPoint <= maximum && (store == .u8 || zeroPoint == 0)
  }
}
