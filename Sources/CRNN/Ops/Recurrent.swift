import CCRNN
import CKernels
import CLinked

/// LSTM, GRU and simple recurrent layers. The input projection runs over a few frames at once; the recurrent part steps from
/// frame to frame, of one stream or of several side by side. h and c live in the stream as floats; h is quantised as the operand
/// of the recurrent matrix.
enum Recurrent: OperationFamily {
  /// What the layer is. Its matrices are made where they are used: to carry them along costs more.
  struct Layer {
    let kind: Int
    let units: Int
    let isReverse: Bool
    /// A GRU that resets h before it is multiplied: a matrix of its own makes the candidates.
    let hasCandidate: Bool
    let hiddenIsByte: Bool
    let hiddenIsSevenBit: Bool
    /// Operands of a row of the recurrent matrices: h, and where weights have two parts h / 64 behind it.
    let depth: Int
    /// Rows of the sums, in whole panels.
    let inputRows: Int
    let hiddenRows: Int
    let segments: Int

    init(_ node: NodeView) {
      kind = node.parameter(CRNN_RECURRENT_KIND)
      units = node.parameter(CRNN_RECURRENT_UNITS)
      isReverse = node.parameter(CRNN_RECURRENT_REVERSE) == 1
      hasCandidate = kind == CRNN_RECURRENT_GRU && node.parameter(CRNN_RECURRENT_RESET_AFTER) != 1
      hiddenIsByte = node.parameter(CRNN_RECURRENT_HIDDEN_STORE) == CRNN_STORE_U8
      hiddenIsSevenBit = hiddenIsByte && node.parameter(CRNN_RECURRENT_HIDDEN_MAXIMUM) <= 127
      depth = Recurrent.hiddenDepth(node)
      let gates = Recurrent.gates(kind)
      inputRows = Matrix.paddedRows(gates &* units)
      hiddenRows = Matrix.paddedRows((hasCandidate ? 2 : gates) &* units)
      segments = node.parameter(CRNN_RECURRENT_SEGMENTS_HIDDEN)
    }

    func inputMatrix(_ node: NodeView) -> Matrix {
      Matrix(
        node, firstBlob: CRNN_RECURRENT_BLOB_INPUT, rows: inputRows, depth: node.input(0).pointee.elements,
        segments: Int(node.record.pointee.segments))
    }
    func hiddenMatrix(_ node: NodeView) -> Matrix {
      Matrix(node, firstBlob: CRNN_RECURRENT_BLOB_HIDDEN, rows: hiddenRows, depth: depth, segments: segments)
    }
    func candidateMatrix(_ node: NodeView) -> Matrix {
      Matrix(node, firstBlob: CRNN_RECURRENT_BLOB_CANDIDATE, rows: units, depth: depth, segments: segments)
    }
  }

  /// What one stream needs while it runs: the input's part of a few frames.
  struct Scratch {
    let projections: MatrixSums

    init(_ node: NodeView, _ layer: Layer, tile: Int, _ cursor: inout Cursor) {
      projections = MatrixSums(tile &* layer.inputRows, segments: Int(node.record.pointee.segments), &cursor)
    }
  }

  /// What streams that step together need: a row for each. A stream by itself has one.
  struct Rows {
    /// Elements from row to row of what lies beside the sums, and of the operands.
    let stride: Int
    let codeStride: Int
    let hidden: MatrixSums
    let candidate: MatrixSums
    let resetHidden: UnsafeMutablePointer<Float>
    let update: UnsafeMutablePointer<Float>
    let codes: UnsafeMutablePointer<UInt8>
    let wideCodes: UnsafeMutablePointer<Int16>

    init(_ layer: Layer, rows: Int, _ cursor: inout Cursor) {
      stride = Matrix.paddedRows(layer.units)
      codeStride = Matrix.paddedRows(layer.depth)
      hidden = MatrixSums(rows &* layer.hiddenRows, segments: layer.segments, &cursor)
      let count = rows &* stride
      let candidates = layer.hasCandidate ? count : 0
      candidate = MatrixSums(candidates, segments: layer.segments, &cursor)
      resetHidden = cursor.take(candidates, of: Float.self)
      update = cursor.take(candidates, of: Float.self)
      codes = cursor.take(layer.hiddenIsByte ? rows &* codeStride : 0, of: UInt8.self)
      wideCodes = cursor.take(layer.hiddenIsByte ? 0 : rows &* codeStride, of: Int16.self)
    }
  }

  /// What a stream keeps between frames.
  struct State {
    let hidden: UnsafeMutablePointer<Float>
    let cell: UnsafeMutablePointer<Float>

    init(_ node: NodeView, _ cursor: inout Cursor) {
      let units = node.parameter(CRNN_RECURRENT_UNITS)
      hidden = cursor.take(units, of: Float.self)
      cell = cursor.take(node.parameter(CRNN_RECURRENT_KIND) == CRNN_RECURRENT_LSTM ? units : 0, of: Float.self)
    }
  }

  static func gates(_ kind: Int) -> Int {
    switch kind {
    case CRNN_RECURRENT_LSTM: 4
    case CRNN_RECURRENT_GRU: 3
    default: 1
    }
  }

  /// Weights in a row of the recurrent matrices.
  static func hiddenDepth(_ node: NodeView) -> Int {
    let units = node.parameter(CRNN_RECURRENT_UNITS)
    return node.hasFlag(CRNN_NODE_WIDE_HIDDEN) ? 2 &* units : units
  }

  static func stateBytes(_ node: NodeView) -> Int {
    var cursor = Cursor()
    _ = State(node, &cursor)
    return cursor.offset
  }

  @inline(never)
  static func scratchBytes(_ node: NodeView, chunk: Int) -> Int {
    let layer = Layer(node)
    var cursor = Cursor()
    _ = Scratch(node, layer, tile: Execution.tile(chunk: chunk), &cursor)
    _ = Rows(layer, rows: 1, &cursor)
    return cursor.offset
  }

  /// Memory that `rows` streams share while they step together.
  static func rowBytes(_ node: NodeView, rows: Int) -> Int {
    var cursor = Cursor()
    _ = Rows(Layer(node), rows: rows, &cursor)
    return cursor.offset
  }

  static func reset(_ node: NodeView, _ memory: UnsafeMutableRawPointer) {
    var cursor = Cursor(memory)
    let state = State(node, &cursor)
    let units = node.parameter(CRNN_RECURRENT_UNITS)
    start(node, state.hidden, CRNN_RECURRENT_BLOB_INITIAL_H, units)
    if node.parameter(CRNN_RECURRENT_KIND) == CRNN_RECURRENT_LSTM {
      start(node, state.cell, CRNN_RECURRENT_BLOB_INITIAL_C, units)
    }
  }

  private static func start(_ node: NodeView, _ values: UnsafeMutablePointer<Float>, _ blob: Int, _ units: Int) {
    if node.blobLength(blob) > 0 {
      values.copy(from: node.blob(blob, as: Float.self), count: units)
    } else {
      values.clear(count: units)
    }
  }
}

@c @implementation
func crnn_family_recurrent(
  _ request: Int32, _ node: UnsafeRawPointer?, _ execution: UnsafeRawPointer?, _ state: UnsafeMutableRawPointer?,
  _ first: Int64, _ count: Int
) -> Int { Recurrent.answer(request, node, execution, state, first, count) }
