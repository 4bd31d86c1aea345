import CCRNN
import CKernels

extension Recurrent {
  /// Output frames `first`..<`first + count` of one stream.
  @_optimize(speed)
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
  @_optimize(speed)
  static func run(
    _ lanes: UnsafeMutablePointer<RecurrentLane>, _ count: Int, _ node: NodeView, _ layer: Layer, _ rows: Rows
  ) {
    let kernels = lanes[0].execution.kernels
    var operand = operand(node)
    var step = step(node, layer, lanes, rows)
    let (hidden, candidate) = (layer.hiddenMatrix(node), layer.hasCandidate ? layer.candidateMatrix(node) : nil)
    let kind: OperandKind = !layer.hiddenIsByte ? .s16 : layer.hiddenIsSevenBit ? .u7 : .u8
    // What lies behind the units meets weights of 0.
    let codes = layer.hiddenIsByte ? UnsafeRawPointer(rows.codes) : UnsafeRawPointer(rows.wideCodes)
    let stride = rows.codeStride &* kind.bytes
    // Weights that the first cache holds anyway are met in any order.
    let isLong = layer.hiddenRows &* layer.depth > 1 << 14
    var count = count
    while true {
      // As many steps as all of them can take before one must look at its input again.
      var steps = Int.max
      var i = 0
      while i < count {
        let ready = lanes[i].prepare(node, layer)
        if ready > 0 {
          steps = min(steps, ready)
          i &+= 1
        } else {
          count &-= 1
          if i < count { lanes[i] = lanes[count] }
        }
      }
      if count == 0 { return }
      var k = 0
      while k < steps {
        // A step backwards begins with the weights that the last one has ended with, those of the hidden state.
        let backwards = isLong && count == 1 && lanes[0].readsBackwards(k)
        i = 0
        while i < count {
          if !backwards, !lanes[i].isProjected { lanes[i].project(node, layer, backwards: false) }
          quantize(kernels, layer, &operand, lanes[i].state.hidden, rows, i)
          i &+= 1
        }
        hidden.apply(kernels, kind, codes, stride: stride, count: count, rows.hidden, backwards: backwards)
        if !lanes[0].isProjected { lanes[0].project(node, layer, backwards: true) }
        if let candidate {
          i = 0
          while i < count {
            let reset = rows.resetHidden + i &* rows.stride
            point(&step, lanes + i, k, layer, rows, i)
            crnn_use_gru_gates(kernels)(&step, reset)
            quantize(kernels, layer, &operand, reset, rows, i)
            i &+= 1
          }
          candidate.apply(kernels, kind, codes, stride: stride, count: count, rows.candidate, backwards: false)
        }
        i = 0
        while i < count {
          point(&step, lanes + i, k, layer, rows, i)
          finish(&step, kernels, layer)
          store(lanes + i, k, node, layer)
          i &+= 1
        }
        k &+= 1
      }
      i = 0
      while i < count {
        lanes[i].advance(steps, layer)
        i &+= 1
      }
    }
  }

  private static func finish(
    _ step: UnsafePointer<crnn_recurrent_step>, _ kernels: UnsafePointer<crnn_kernels>, _ layer: Layer
  ) {
    if layer.hasCandidate {
      crnn_use_gru_candidate(kernels)(step)
    } else if layer.kind == CRNN_RECURRENT_LSTM {
      crnn_use_lstm(kernels)(step)
    } else if layer.kind == CRNN_RECURRENT_GRU {
      crnn_use_gru_after(kernels)(step)
    } else {
      crnn_use_simple(kernels)(step)
    }
  }

  private static func store(
    _ lane: UnsafePointer<RecurrentLane>, _ step: Int, _ node: NodeView, _ layer: Layer
  ) {
    let index = lane.pointee.outputFrame(step, layer)
    guard index >= 0 else { return }
    let execution = lane.pointee.execution
    execution.store(
      lane.pointee.state.hidden, node.output,
      execution.frame(node.outputIndex, node.output.pointee.frameBytes, index), layer.units)
  }

  /// What all steps have in common.
  private static func step(
    _ node: NodeView, _ layer: Layer, _ lane: UnsafePointer<RecurrentLane>, _ rows: Rows
  ) -> crnn_recurrent_step {
    let hasPeephole = node.blobLength(CRNN_RECURRENT_BLOB_PEEPHOLE) > 0
    return crnn_recurrent_step(
      units: layer.units,
      gate: activation(node, CRNN_RECURRENT_GATE_ACTIVATION, CRNN_RECURRENT_GATE_ALPHA),
      cell: activation(node, CRNN_RECURRENT_CELL_ACTIVATION, CRNN_RECURRENT_CELL_ALPHA),
      output: activation(node, CRNN_RECURRENT_OUTPUT_ACTIVATION, CRNN_RECURRENT_OUTPUT_ALPHA),
      clip: node.real(CRNN_RECURRENT_CLIP), input: lane.pointee.projection(0, layer), hidden: rows.hidden.values,
      candidate: UnsafePointer(rows.candidate.values),
      peephole: hasPeephole ? node.blob(CRNN_RECURRENT_BLOB_PEEPHOLE, as: Float.self) : nil,
      h: lane.pointee.state.hidden,
      c: lane.pointee.state.hidden)
  }

  /// Turns the step to a stream, to one of the frames that have been projected, and to the stream's row.
  @inline(never)
  private static func point(
    _ step: UnsafeMutablePointer<crnn_recurrent_step>, _ lane: UnsafePointer<RecurrentLane>, _ index: Int,
    _ layer: Layer, _ rows: Rows, _ row: Int
  ) {
    step.pointee.h = lane.pointee.state.hidden
    step.pointee.input = lane.pointee.projection(index, layer)
    step.pointee.hidden = rows.hidden.values + row &* layer.hiddenRows
    step.pointee.candidate = UnsafePointer(rows.candidate.values + row &* rows.stride)
    step.pointee.c = layer.hasCandidate ? rows.update + row &* rows.stride : lane.pointee.state.cell
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
    _ kernels: UnsafePointer<crnn_kernels>, _ layer: Layer, _ operand: UnsafePointer<crnn_quantization>,
    _ values: UnsafePointer<Float>, _ rows: Rows, _ row: Int
  ) {
    if layer.hiddenIsByte {
      crnn_use_quantize_u8(kernels)(values, operand, rows.codes + row &* rows.codeStride, layer.units)
    } else {
      let codes = rows.wideCodes + row &* rows.codeStride
      crnn_use_quantize_s16(kernels)(values, operand, codes, layer.units)
      if layer.depth == layer.units { return }
      var fraction = operand.pointee
      fraction.inverse_scale *= 1 / 64
      crnn_use_quantize_s16(kernels)(values, &fraction, codes + layer.units, layer.units)
    }
  }

  private static func activation(_ node: NodeView, _ kind: Int, _ alpha: Int) -> crnn_activation {
    crnn_activation(
      kind: Int32(truncatingIfNeeded: node.parameter(kind)), alpha: node.real(alpha), beta: node.real(alpha &+ 1),
      slopes: nil)
  }
}
