import CCRNN

extension Recurrent {
  static func isValid(_ node: NodeView) -> Bool {
    let kind = node.parameter(CRNN_RECURRENT_KIND)
    let units = node.parameter(CRNN_RECURRENT_UNITS)
    guard node.input(0).pointee.isOperand, node.output.pointee.isNumeric,
      kind == CRNN_RECURRENT_LSTM || kind == CRNN_RECURRENT_GRU || kind == CRNN_RECURRENT_SIMPLE, units > 0,
      units <= 1 << 20, node.output.pointee.elements == units, node.blobCount == CRNN_RECURRENT_BLOB_COUNT,
      Int(node.record.pointee.activation) == CRNN_ACTIVATION_IDENTITY, hasValidView(node)
    else { return false }
    return hasValidInitialStates(node, kind, units) && hasValidHidden(node) && hasValidActivations(node)
      && hasValidBlobs(node, kind, units)
  }

  /// The blocks of a backward layer, and how far ahead of each it sees.
  private static func hasValidView(_ node: NodeView) -> Bool {
    let (extent, stride) = (node.record.pointee.kernel.0, node.record.pointee.stride.0)
    if node.parameter(CRNN_RECURRENT_REVERSE) != 1 { return extent == 1 && stride == 1 }
    return stride >= 1 && stride <= extent && extent <= 1 << 20 && (extent > 1 || stride == 1)
  }

  /// The inputs after the first: initial h and, of an LSTM, initial c, where they are no constants.
  private static func hasValidInitialStates(_ node: NodeView, _ kind: Int, _ units: Int) -> Bool {
    guard node.inputCount <= (kind == CRNN_RECURRENT_LSTM ? 3 : 2) else { return false }
    var i = 1
    while i < node.inputCount {
      let state = node.input(i).pointee
      let constant = i == 1 ? CRNN_RECURRENT_BLOB_INITIAL_H : CRNN_RECURRENT_BLOB_INITIAL_C
      guard state.isNumeric, state.isPerSequence, state.total_rate == 0, state.elements == units,
        node.blobLength(constant) == 0
      else { return false }
      i &+= 1
    }
    return true
  }

  private static func hasValidHidden(_ node: NodeView) -> Bool {
    let minimum = node.parameter(CRNN_RECURRENT_HIDDEN_MINIMUM)
    let maximum = node.parameter(CRNN_RECURRENT_HIDDEN_MAXIMUM)
    let zero = node.parameter(CRNN_RECURRENT_HIDDEN_ZERO)
    if node.hasFlag(CRNN_NODE_WIDE_HIDDEN) {
      // The second part of the operand begins where whole vectors may.
      guard node.parameter(CRNN_RECURRENT_HIDDEN_STORE) == CRNN_STORE_S16,
        node.parameter(CRNN_RECURRENT_UNITS) & 7 == 0
      else { return false }
    }
    switch node.parameter(CRNN_RECURRENT_HIDDEN_STORE) {
    case CRNN_STORE_U8: return 0 <= minimum && minimum <= zero && zero <= maximum && maximum <= 255
    case CRNN_STORE_S16: return -32767 <= minimum && minimum <= 0 && zero == 0 && 0 <= maximum && maximum <= 32767
    default: return false
    }
  }

  private static func hasValidActivations(_ node: NodeView) -> Bool {
    isValid(activation: node.parameter(CRNN_RECURRENT_GATE_ACTIVATION))
      && isValid(activation: node.parameter(CRNN_RECURRENT_CELL_ACTIVATION))
      && isValid(activation: node.parameter(CRNN_RECURRENT_OUTPUT_ACTIVATION))
  }

  private static func isValid(activation kind: Int) -> Bool {
    kind >= 0 && kind < CRNN_ACTIVATION_COUNT && kind != CRNN_ACTIVATION_PRELU
  }

  private static func hasValidBlobs(_ node: NodeView, _ kind: Int, _ units: Int) -> Bool {
    let gates = self.gates(kind)
    let resetsBefore = kind == CRNN_RECURRENT_GRU && node.parameter(CRNN_RECURRENT_RESET_AFTER) != 1
    let segments = node.parameter(CRNN_RECURRENT_SEGMENTS_HIDDEN)
    let depth = hiddenDepth(node)
    guard
      Matrix.isValid(
        node, firstBlob: CRNN_RECURRENT_BLOB_INPUT, rows: gates &* units, depth: node.input(0).pointee.elements,
        segments: Int(node.record.pointee.segments)),
      Matrix.isValid(
        node, firstBlob: CRNN_RECURRENT_BLOB_HIDDEN, rows: (resetsBefore ? 2 : gates) &* units, depth: depth,
        segments: segments)
    else { return false }
    if resetsBefore {
      guard
        Matrix.isValid(
          node, firstBlob: CRNN_RECURRENT_BLOB_CANDIDATE, rows: units, depth: depth, segments: segments)
      else { return false }
    }
    let peephole = node.blobLength(CRNN_RECURRENT_BLOB_PEEPHOLE)
    let hidden = node.blobLength(CRNN_RECURRENT_BLOB_INITIAL_H)
    let cell = node.blobLength(CRNN_RECURRENT_BLOB_INITIAL_C)
    let isLSTM = kind == CRNN_RECURRENT_LSTM
    return (peephole == 0 || (isLSTM && peephole == 12 &* units)) && (hidden == 0 || hidden == 4 &* units)
      && (cell == 0 || (isLSTM && cell == 4 &* units))
  }
}
