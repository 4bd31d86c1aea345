import CCRNN
import CKernels

extension Recurrent {
  static func run(
    _ execution: Execution, _ node: NodeView, _ memory: UnsafeMutableRawPointer, first: Int64, count: Int
  ) {
    let end = first &+ Int64(count)
    guard node.parameter(CRNN_RECURRENT_REVERSE) == 1 else {
      if first == 0 { loadInitialStates(execution, node, memory) }
      steps(execution, node, memory, first: first, end: end, isReverse: false, storing: end)
      return
    }
    // A backward layer begins anew at the end of the sequence, or of what each block of frames may see.
    let timing = NodeTiming(node.record)
    let final = execution.tensors[node.inputIndex(0)].final
    var next = first
    while next < end {
      let block = timing.block(holding: next, final: final)
      reset(node, memory)
      loadInitialStates(execution, node, memory)
      let last = min(max(block.end, next &+ 1), end)
      steps(execution, node, memory, first: next, end: block.seen, isReverse: true, storing: last)
      next = last
    }
  }

  /// Steps over frames `first`..<`end`, in either direction, and stores the results of those before `storing`.
  private static func steps(
    _ execution: Execution, _ node: NodeView, _ memory: UnsafeMutableRawPointer, first: Int64, end: Int64,
    isReverse: Bool, storing: Int64
  ) {
    let layer = Layer(node)
    var stateCursor = Cursor(memory)
    let state = State(node, &stateCursor)
    var cursor = Cursor(execution.scratch)
    let scratch = Scratch(node, tile: execution.tile, &cursor)
    let input = node.input(0)
    let frameBytes = input.pointee.frameBytes
    var next = isReverse ? end &- 1 : first
    var left = end &- first
    while left > 0 {
      let tile = execution.framesInRow(node.inputIndex(0), next, limit: left, isReverse: isReverse)
      layer.inputMatrix.apply(
        execution.kernels, OperandKind(input), execution.frame(node.inputIndex(0), frameBytes, next),
        stride: isReverse ? 0 &- frameBytes : frameBytes, count: tile, scratch.projections)
      var i = 0
      while i < tile {
        step(execution, node, layer, state, scratch, scratch.projections.values + i &* layer.inputMatrix.rowsPerGroup)
        if next < storing {
          execution.store(
            state.hidden, node.output.pointee, execution.frame(node.outputIndex, node.output.pointee.frameBytes, next),
            layer.units)
        }
        next &+= isReverse ? -1 : 1
        i &+= 1
      }
      left &-= Int64(tile)
    }
  }

  /// h and c from the inputs after the first, where there are any; else they stand as `reset` has left them.
  private static func loadInitialStates(_ execution: Execution, _ node: NodeView, _ memory: UnsafeMutableRawPointer) {
    var cursor = Cursor(memory)
    let state = State(node, &cursor)
    var i = 1
    while i < node.inputCount {
      let tensor = node.input(i).pointee
      let frame = execution.frame(node.inputIndex(i), tensor.frameBytes, 0)
      execution.load(frame, tensor, i == 1 ? state.hidden : state.cell, node.parameter(CRNN_RECURRENT_UNITS))
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
      clip: node.real(CRNN_RECURRENT_CLIP), input: projection, hidden: scratch.hidden.values,
      candidate: UnsafePointer(scratch.candidate.values),
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
    _ scratch: Scratch, _ result: MatrixSums
  ) {
    var q = crnn_quantization(
      scale: node.real(CRNN_RECURRENT_HIDDEN_SCALE), inverse_scale: node.real(CRNN_RECURRENT_HIDDEN_INVERSE_SCALE),
      zero_point: Int32(truncatingIfNeeded: node.parameter(CRNN_RECURRENT_HIDDEN_ZERO)),
      minimum: Int32(truncatingIfNeeded: node.parameter(CRNN_RECURRENT_HIDDEN_MINIMUM)),
      maximum: Int32(truncatingIfNeeded: node.parameter(CRNN_RECURRENT_HIDDEN_MAXIMUM)))
    // What lies behind the units meets weights of 0.
    if layer.hiddenIsByte {
      execution.kernels.pointee.quantize_u8(values, &q, scratch.codes, layer.units)
      matrix.apply(
        execution.kernels, layer.hiddenIsSevenBit ? .u7 : .u8, scratch.codes, stride: 0, count: 1, result)
    } else {
      execution.kernels.pointee.quantize_s16(values, &q, scratch.wideCodes, layer.units)
      matrix.apply(execution.kernels, .s16, scratch.wideCodes, stride: 0, count: 1, result)
    }
  }

  private static func activation(_ node: NodeView, _ kind: Int, _ alpha: Int) -> crnn_activation {
    crnn_activation(
      kind: Int32(truncatingIfNeeded: node.parameter(kind)), alpha: node.real(alpha), beta: node.real(alpha &+ 1),
      slopes: nil)
  }
}
