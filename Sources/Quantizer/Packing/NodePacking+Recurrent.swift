import CCRNN

extension NodePacking {
  /// `parameter` of the record, by slot.
  func recurrentParameters(_ recurrent: Recurrent) throws -> [Int: Int] {
    let hidden = quantized.hidden ?? .float
    for activation in [recurrent.gateActivation, recurrent.cellActivation, recurrent.outputActivation] {
      guard activation.kind != .prelu else { throw GraphError("\(node.name): a recurrent layer cannot use PRelu") }
    }
    let kind =
      switch recurrent.kind {
      case .lstm: CRNN_RECURRENT_LSTM
      case .gru: CRNN_RECURRENT_GRU
      case .simple: CRNN_RECURRENT_SIMPLE
      }
    return [
      CRNN_RECURRENT_KIND: kind,
      CRNN_RECURRENT_UNITS: recurrent.units,
      CRNN_RECURRENT_REVERSE: recurrent.reverse ? 1 : 0,
      CRNN_RECURRENT_RESET_AFTER: recurrent.kind == .gru && recurrent.resetAfter ? 1 : 0,
      CRNN_RECURRENT_GATE_ACTIVATION: recurrent.gateActivation.kind.rawValue,
      CRNN_RECURRENT_CELL_ACTIVATION: recurrent.cellActivation.kind.rawValue,
      CRNN_RECURRENT_OUTPUT_ACTIVATION: recurrent.outputActivation.kind.rawValue,
      CRNN_RECURRENT_HIDDEN_STORE: Int(hidden.store.rawValue),
      CRNN_RECURRENT_HIDDEN_ZERO: Int(hidden.zeroPoint),
      CRNN_RECURRENT_HIDDEN_MINIMUM: Int(hidden.minimum),
      CRNN_RECURRENT_HIDDEN_MAXIMUM: Int(hidden.maximum),
      CRNN_RECURRENT_SEGMENTS_HIDDEN: quantized.hiddenSegments,
    ]
  }

  /// `real` of the record, by slot.
  func recurrentReals(_ recurrent: Recurrent) -> [Int: Float] {
    let hidden = quantized.hidden ?? .float
    return [
      CRNN_RECURRENT_GATE_ALPHA: recurrent.gateActivation.alpha,
      CRNN_RECURRENT_GATE_BETA: recurrent.gateActivation.beta,
      CRNN_RECURRENT_CELL_ALPHA: recurrent.cellActivation.alpha,
      CRNN_RECURRENT_CELL_BETA: recurrent.cellActivation.beta,
      CRNN_RECURRENT_OUTPUT_ALPHA: recurrent.outputActivation.alpha,
      CRNN_RECURRENT_OUTPUT_BETA: recurrent.outputActivation.beta,
      CRNN_RECURRENT_HIDDEN_SCALE: hidden.scale,
      CRNN_RECURRENT_HIDDEN_INVERSE_SCALE: hidden.inverseScale,
      CRNN_RECURRENT_CLIP: recurrent.clip ?? 0,
    ]
  }

  /// The fifteen blobs; those that the kind of layer lacks are empty.
  func appendRecurrent(_ recurrent: Recurrent, _ blobs: inout BlobTable) throws {
    try packing(quantized.matrices[0]).appendPanels(to: &blobs)
    for matrix in quantized.matrices.dropFirst() {
      try packing(matrix, operand: quantized.hidden ?? .float, segments: quantized.hiddenSegments)
        .appendPanels(to: &blobs)
    }
    if quantized.matrices.count == 2 {
      for _ in 0..<Int(CRNN_BLOB_MATRIX) { blobs.append([Int8]()) }
    }
    blobs.append(recurrent.peephole ?? [])
    blobs.append(recurrent.initialHidden ?? [])
    blobs.append(recurrent.kind == .lstm ? recurrent.initialCell ?? [] : [])
  }
}
