import Quantizer

/// Why a step is no cell; a part of a sentence.
struct CellMismatch: Error {
  var reason: String
  init(_ reason: String) { self.reason = reason }
}

/// A recurrent step that turned out to be an LSTM, GRU or simple RNN. Gates stand in ONNX's order.
struct RecognisedCell {
  var kind: Recurrent.Kind
  /// h of the step before and after, one expression a unit.
  var previousHidden: [ExpressionID]
  var hidden: [ExpressionID]
  /// c of the step before and after; empty without one.
  var previousCell: [ExpressionID] = []
  var cell: [ExpressionID] = []
  /// What is read besides the states: one expression for each column of the input weights.
  var inputs: [ExpressionID] = []
  /// `[gate × units][inputs]`
  var inputWeights: [Float] = []
  /// `[gate × units][units]`
  var hiddenWeights: [Float] = []
  var inputBias: [Float] = []
  /// Of a GRU with `resetAfter`: what is added to R h of the candidate; else 0.
  var hiddenBias: [Float] = []
  /// `[3 × units]` in the order i, o, f.
  var peephole: [Float] = []
  var resetAfter = false
  /// f, g and, of an LSTM, h.
  var functions: [ExpressionTable.Function] = []

  var units: Int { hidden.count }

  /// The same layer.
  func hasSameWeights(as other: RecognisedCell) -> Bool {
    kind == other.kind && functions == other.functions && resetAfter == other.resetAfter
      && inputWeights == other.inputWeights && hiddenWeights == other.hiddenWeights && inputBias == other.inputBias
      && hiddenBias == other.hiddenBias && peephole == other.peephole
  }

  /// As a node of the canonical graph. `columns`: where each input stands among `width` of them.
  func recurrent(columns: [Int], width: Int) -> Recurrent {
    var result = Recurrent(
      kind: kind, units: units, inputWeights: spread(columns: columns, width: width), hiddenWeights: hiddenWeights,
      inputBias: inputBias, hiddenBias: hiddenBias)
    result.resetAfter = resetAfter
    result.peephole = peephole.isEmpty ? nil : peephole
    switch kind {
    case .lstm:
      result.gateActivation = functions[0].activation
      result.cellActivation = functions[1].activation
      result.outputActivation = functions[2].activation
    case .gru:
      result.gateActivation = functions[0].activation
      result.cellActivation = functions[1].activation
    case .simple: result.cellActivation = functions[0].activation
    }
    return result
  }

  /// The input weights for inputs that stand at `columns` among `width` of them; the others have weight 0.
  func spread(columns: [Int], width: Int) -> [Float] {
    let rows = inputBias.count
    var weights = [Float](repeating: 0, count: rows * width)
    for row in 0..<rows {
      for (index, column) in columns.enumerated() {
        weights[row * width + column] = inputWeights[row * inputs.count + index]
      }
    }
    return weights
  }
}
