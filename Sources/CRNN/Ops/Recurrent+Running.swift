import CCRNN
import CKernels

extension Recurrent {
  /// Output frames `first`..<`first + count` of one stream.
  static func run(
    _ execution: Execution, _ node: NodeView, _ memory: UnsafeMutableRawPointer, first: Int64, count: Int
  ) {
    let layer = Layer(node)
    var cursor = Cursor(execution.scratch)
    var lane = RecurrentLane(execution, node, layer, memory, first: first, count: count, &cursor)
    run(&lane, 1, node, layer, Rows(layer, rows: 1, &cursor))
  }

  /// Runs several streams to the end of their frames. Each step multiplies the hidden states of all that have one left, as rows side
  /// by side, and so reads the weights once; sums of integers are exact, and all else is done for each stream by itself, so that a
  /// stream's results are those that it has alone. Changes the order of the lanes.
  static func run(
    _ lanes: UnsafeMutablePointer<RecurrentLane>, _ count: Int, _ node: NodeView, _ layer: Layer, _ rows: Rows
  ) {
    let kernels = lanes[0].execution.kernels
    let operand = operand(node)
    var step = step(node, layer, lanes[0], rows)
    var count = count
    while true {
      var i = 0
      while i < count {
        if lanes[i].advance(node, layer) {
          quantize(kernels, layer, operand, lanes[i].state.hidden, rows, i)
          i &+= 1
        } else {
          count &-= 1
          lanes[i] = lanes[count]
        }
      }
      if count == 0 { return }
      multiply(kernels, layer, layer.hiddenMatrix, rows, count, rows.hidden)
      if let candidate = layer.candidateMatrix {
        i = 0
        while i < count {
          let reset = rows.resetHidden + i &* rows.stride
          point(&step, lanes[i], layer, rows, i)
          kernels.pointee.gru_gates(&step, reset)
          quantize(kernels, layer, operand, reset, rows, i)
          i &+= 1
        }
        multiply(kernels, layer, candidate, rows, count, rows.candidate)
      }
      i = 0
      while i < count {
        point(&step, lanes[i], layer, rows, i)
        finish(&step, kernels, layer)
        if lanes[i].isStored { store(lanes[i], node, layer) }
        i &+= 1
      }
    }
  }

  private static func finish(
    _ step: UnsafePointer<crnn_recurrent_step>, _ kernels: UnsafePointer<crnn_kernels>, _ layer: Layer
  ) {
    if layer.candidateMatrix != nil {
      kernels.pointee.gru_candidate(step)
    } else if layer.kind == CRNN_RECURRENT_LSTM {
      kernels.pointee.lstm(step)
    } else if layer.kind == CRNN_RECURRENT_GRU {
      kernels.pointee.gru_after(step)
    } else {
      kernels.pointee.simple(step)
    }
  }

  private static func store(_ lane: RecurrentLane, _ node: NodeView, _ layer: Layer) {
    let frame = lane.execution.frame(node.outputIndex, node.output.pointee.frameBytes, lane.frame)
    lane.execution.store(lane.state.hidden, node.output.pointee, frame, layer.units)
  }

  /// What all steps have in common.
  private static func step(
    _ node: NodeView, _ layer: Layer, _ lane: RecurrentLane, _ rows: Rows
  ) -> crnn_recurrent_step {
    let hasPeephole = node.blobLength(CRNN_RECURRENT_BLOB_PEEPHOLE) > 0
    return crnn_recurrent_step(
      units: layer.units,
      gate: activation(node, CRNN_RECURRENT_GATE_ACTIVATION, CRNN_RECURRENT_GATE_ALPHA),
      cell: activation(node, CRNN_RECURRENT_CELL_ACTIVATION, CRNN_RECURRENT_CELL_ALPHA),
      output: activation(node, CRNN_RECURRENT_OUTPUT_ACTIVATION, CRNN_RECURRENT_OUTPUT_ALPHA),
      clip: node.real(CRNN_RECURRENT_CLIP), input: lane.projection(layer), hidden: rows.hidden.values,
      candidate: UnsafePointer(rows.candidate.values),
      peephole: hasPeephole ? node.blob(CRNN_RECURRENT_BLOB_PEEPHOLE, as: Float.self) : nil, h: lane.state.hidden,
      c: lane.state.cell)
  }

  /// Turns the step to a stream, and to its row.
  @inline(__always)
  private static func point(
    _ step: inout crnn_recurrent_step, _ lane: RecurrentLane, _ layer: Layer, _ rows: Rows, _ row: Int
  ) {
    step.input = lane.projection(layer)
    step.hidden = rows.hidden.values + row &* layer.hiddenMatrix.rowsPerGroup
    step.h = lane.state.hidden
    step.c = lane.state.cell
    guard layer.candidateMatrix != nil else { return }
    step.candidate = UnsafePointer(rows.candidate.values + row &* rows.stride)
    step.c = rows.update + row &* rows.stride
  }

  /// How h is quantised where the recurrent matrix takes it.
  private static func operand(_ node: NodeView) -> crnn_quantization {
    crnn_quantization(
      scale: node.real(CRNN_RECURRENT_HIDDEN_SCALE), inverse_scale: node.real(CRNN_RECURRENT_HIDDEN_INVERSE_SCALE),
      zero_point: Int32(truncatingIfNeeded: node.parameter(CRNN_RECURRENT_HIDDEN_ZERO)),
      minimum: Int32(truncatingIfNeeded: node.parameter(CRNN_RECURRENT_HIDDEN_MINIMUM)),
      maximum: Int32(truncatingIfNeeded: node.parameter(CRNN_RECURRENT_HIDDEN_MAXIMUM)))
  }

  /// `values` become row `row` of the operands.
  @inline(__always)
  private static func quantize(
    _ kernels: UnsafePointer<crnn_kernels>, _ layer: Layer, _ operand: crnn_quantization,
    _ values: UnsafePointer<Float>, _ rows: Rows, _ row: Int
  ) {
    var q = operand
    if layer.hiddenIsByte {
      kernels.pointee.quantize_u8(values, &q, rows.codes + row &* rows.stride, layer.units)
    } else {
      kernels.pointee.quantize_s16(values, &q, rows.wideCodes + row &* rows.stride, layer.units)
    }
  }

  /// Rows of operands times `matrix`. What lies behind the units meets weights of 0.
  @inline(__always)
  private static func multiply(
    _ kernels: UnsafePointer<crnn_kernels>, _ layer: Layer, _ matrix: Matrix, _ rows: Rows, _ count: Int,
    _ result: MatrixSums
  ) {
    let codes = UnsafePointer(rows.codes)
    let operands: Operands =
      !layer.hiddenIsByte ? .s16(rows.wideCodes) : layer.hiddenIsSevenBit ? .u7(codes) : .u8(codes)
    matrix.apply(kernels, operands, stride: rows.stride, count: count, result)
  }

  private static func activation(_ node: NodeView, _ kind: Int, _ alpha: Int) -> crnn_activation {
    crnn_activation(
      kind: Int32(truncatingIfNeeded: node.parameter(kind)), alpha: node.real(alpha), beta: node.real(alpha &+ 1),
      slopes: nil)
  }
}
