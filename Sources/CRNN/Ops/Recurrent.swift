import CCRNN
import CKernels

/// LSTM, GRU and simple recurrent layers. The input projection runs over up to four frames at once; the recurrent part steps
/// from frame to frame. h and c live in the stream as floats; h is quantised as the operand of the recurrent matrix.
enum Recurrent {
  struct Layer {
    let kind: Int
    let units: Int
    let inputs: Int
    let isReverse: Bool
    let resetsAfter: Bool
    let inputMatrix: Matrix
    let hiddenMatrix: Matrix
    /// GRU with reset before.
    let candidateMatrix: Matrix?
    let hiddenIsByte: Bool
    let hiddenIsSevenBit: Bool

    init(_ node: NodeView) {
      kind = node.parameter(CRNN_RECURRENT_KIND)
      units = node.parameter(CRNN_RECURRENT_UNITS)
      inputs = node.input(0).pointee.elements
      isReverse = node.parameter(CRNN_RECURRENT_REVERSE) == 1
      resetsAfter = node.parameter(CRNN_RECURRENT_RESET_AFTER) == 1
      let resetsBefore = kind == CRNN_RECURRENT_GRU && !resetsAfter
      let gates = Recurrent.gates(kind)
      let segments = node.parameter(CRNN_RECURRENT_SEGMENTS_HIDDEN)
      inputMatrix = Matrix(
        node, firstBlob: CRNN_RECURRENT_BLOB_INPUT, rows: gates &* units, depth: inputs,
        segments: Int(node.record.pointee.segments))
      hiddenMatrix = Matrix(
        node, firstBlob: CRNN_RECURRENT_BLOB_HIDDEN, rows: (resetsBefore ? 2 : gates) &* units, depth: units,
        segments: segments)
      candidateMatrix =
        resetsBefore
        ? Matrix(
          node, firstBlob: CRNN_RECURRENT_BLOB_CANDIDATE, rows: units, depth: units, segments: segments)
        : nil
      hiddenIsByte = node.parameter(CRNN_RECURRENT_HIDDEN_STORE) == CRNN_STORE_U8
      hiddenIsSevenBit = hiddenIsByte && node.parameter(CRNN_RECURRENT_HIDDEN_MAXIMUM) <= 127
    }
  }

  struct Scratch {
    let rows: UnsafeMutablePointer<Int16>
    let projections: UnsafeMutablePointer<Float>
    let accumulators: UnsafeMutablePointer<Int32>
    let hidden: UnsafeMutablePointer<Float>
    let candidate: UnsafeMutablePointer<Float>
    let resetHidden: UnsafeMutablePointer<Float>
    let update: UnsafeMutablePointer<Float>
    let codes: UnsafeMutablePointer<UInt8>
    let wideCodes: UnsafeMutablePointer<Int16>

    init(_ node: NodeView, _ cursor: inout Cursor) {
      let layer = Layer(node)
      rows = cursor.take(4 &* 4 &* layer.inputMatrix.depthGroups, of: Int16.self)
      projections = cursor.take(4 &* layer.inputMatrix.rowsPerGroup, of: Float.self)
      accumulators = cursor.take(4 &* layer.inputMatrix.rowsPerGroup, of: Int32.self)
      hidden = cursor.take(layer.hiddenMatrix.rowsPerGroup, of: Float.self)
      let padded = Matrix.paddedRows(layer.units)
      let hasCandidate = layer.candidateMatrix != nil
      candidate = cursor.take(hasCandidate ? padded : 0, of: Float.self)
      resetHidden = cursor.take(hasCandidate ? padded : 0, of: Float.self)
      update = cursor.take(hasCandidate ? padded : 0, of: Float.self)
      codes = cursor.take(layer.hiddenIsByte ? padded : 0, of: UInt8.self)
      wideCodes = cursor.take(layer.hiddenIsSevenBit ? 0 : padded, of: Int16.self)
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

  static func isReverse(_ node: NodeView) -> Bool { node.parameter(CRNN_RECURRENT_REVERSE) == 1 }

  static func stateBytes(_ node: NodeView) -> Int {
    var cursor = Cursor()
    _ = State(node, &cursor)
    return cursor.offset
  }

  static func scratchBytes(_ node: NodeView) -> Int {
    var cursor = Cursor()
    _ = Scratch(node, &cursor)
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
      values.update(from: node.blob(blob, as: Float.self), count: units)
    } else {
      values.update(repeating: 0, count: units)
    }
  }

  static func run(
    _ execution: Execution, _ node: NodeView, _ memory: UnsafeMutableRawPointer, first: Int64, count: Int
  ) {
    let layer = Layer(node)
    var stateCursor = Cursor(memory)
    let state = State(node, &stateCursor)
    var cursor = Cursor(execution.scratch)
    let scratch = Scratch(node, &cursor)
    let input = node.input(0).pointee
    let output = node.output.pointee
    let depth = 4 &* layer.inputMatrix.depthGroups
    if first == 0 { loadInitialStates(execution, node, state, layer.units) }
    var done = 0
    while done < count {
      let tile = min(4, count &- done)
      var i = 0
      while i < tile {
        let time = layer.isReverse ? first &+ Int64(count &- 1 &- done &- i) : first &+ Int64(done &+ i)
        let frame = execution.frame(node.inputIndex(0), input.frameBytes, time)
        execution.widen(frame, input, scratch.rows + i &* depth, depth: depth)
        i &+= 1
      }
      layer.inputMatrix.apply(
        execution.kernels, scratch.rows, stride: depth, count: tile, scratch.accumulators, scratch.projections)
      i = 0
      while i < tile {
        let time = layer.isReverse ? first &+ Int64(count &- 1 &- done &- i) : first &+ Int64(done &+ i)
        step(execution, node, layer, state, scratch, scratch.projections + i &* layer.inputMatrix.rowsPerGroup)
        execution.store(
          state.hidden, output, execution.frame(node.outputIndex, output.frameBytes, time), layer.units)
        i &+= 1
      }
      done &+= tile
    }
  }

  /// h and c from the inputs after the first, where there are any; else they stand as `reset` has left them.
  private static func loadInitialStates(_ execution: Execution, _ node: NodeView, _ state: State, _ units: Int) {
    var i = 1
    while i < node.inputCount {
      let tensor = node.input(i).pointee
      let frame = execution.frame(node.inputIndex(i), tensor.frameBytes, 0)
      execution.load(frame, tensor, i == 1 ? state.hidden : state.cell, units)
      i &+= 1
    }
  }

  private static func step(
    _ execution: Execution, _ node: NodeView, _ layer: Layer, _ state: State, _ scratch: Scratch,
    _ projection: UnsafePointer<Float>
  ) {
    multiply(execution, node, layer, layer.hiddenMatrix, state.hidden, scratch, scratch.hidden)
    let hasPeephole = node.blobLength(CRNN_RECURRENT_BLOB_PEEPHOLE) > 0
    var step = crnn_recurrent_step(
      units: layer.units,
      gate: activation(node, CRNN_RECURRENT_GATE_ACTIVATION, CRNN_RECURRENT_GATE_ALPHA),
      cell: activation(node, CRNN_RECURRENT_CELL_ACTIVATION, CRNN_RECURRENT_CELL_ALPHA),
      output: activation(node, CRNN_RECURRENT_OUTPUT_ACTIVATION, CRNN_RECURRENT_OUTPUT_ALPHA),
      clip: node.real(CRNN_RECURRENT_CLIP), input: projection, hidden: UnsafePointer(scratch.hidden),
      candidate: UnsafePointer(scratch.candidate),
      peephole: hasPeephole ? node.blob(CRNN_RECURRENT_BLOB_PEEPHOLE, as: Float.self) : nil, h: state.hidden,
      c: layer.candidateMatrix == nil ? state.cell : scratch.update)
    if let candidate = layer.candidateMatrix {
      execution.kernels.pointee.gru_gates(&step, scratch.resetHidden)
      multiply(execution, node, layer, candidate, scratch.resetHidden, scratch, scratch.candidate)
      execution.kernels.pointee.gru_candidate(&step)
    } else if layer.kind == CRNN_RECURRENT_LSTM {
      execution.kernels.pointee.lstm(&step)
    } else if layer.kind == CRNN_RECURRENT_GRU {
      execution.kernels.pointee.gru_after(&step)
    } else {
      execution.kernels.pointee.simple(&step)
    }
  }

  /// Quantises `values` as the recurrent operand and multiplies it by `matrix`.
  private static func multiply(
    _ execution: Execution, _ node: NodeView, _ layer: Layer, _ matrix: Matrix, _ values: UnsafePointer<Float>,
    _ scratch: Scratch, _ result: UnsafeMutablePointer<Float>
  ) {
    var q = crnn_quantization(
      scale: node.real(CRNN_RECURRENT_HIDDEN_SCALE), inverse_scale: node.real(CRNN_RECURRENT_HIDDEN_INVERSE_SCALE),
      zero_point: Int32(truncatingIfNeeded: node.parameter(CRNN_RECURRENT_HIDDEN_ZERO)),
      minimum: Int32(truncatingIfNeeded: node.parameter(CRNN_RECURRENT_HIDDEN_MINIMUM)),
      maximum: Int32(truncatingIfNeeded: node.parameter(CRNN_RECURRENT_HIDDEN_MAXIMUM)))
    let units = layer.units
    let padding = 4 &* matrix.depthGroups &- units
    if layer.hiddenIsByte {
      execution.kernels.pointee.quantize_u8(values, &q, scratch.codes, units)
      if layer.hiddenIsSevenBit {
        (scratch.codes + units).update(repeating: 0, count: padding)
        matrix.apply(execution.kernels, scratch.codes, scratch.accumulators, result)
        return
      }
      execution.kernels.pointee.widen_u8(scratch.codes, scratch.wideCodes, units)
    } else {
      execution.kernels.pointee.quantize_s16(values, &q, scratch.wideCodes, units)
    }
    (scratch.wideCodes + units).update(repeating: 0, count: padding)
    matrix.apply(
      execution.kernels, scratch.wideCodes, stride: 0, count: 1, scratch.accumulators, result)
  }

  private static func activation(_ node: NodeView, _ kind: Int, _ alpha: Int) -> crnn_activation {
    crnn_activation(
      kind: Int32(truncatingIfNeeded: node.parameter(kind)), alpha: node.real(alpha), beta: node.real(alpha &+ 1),
      slopes: nil)
  }
}
