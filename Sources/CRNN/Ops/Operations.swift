import CCRNN
import CKernels

/// The one place that knows which code carries out which operation of the format.
enum Operations {
  static func isValid(_ node: NodeView) -> Bool {
    switch node.operation {
    case CRNN_OP_CONVOLUTION: Convolution.isValid(node)
    case CRNN_OP_DENSE: Dense.isValid(node)
    case CRNN_OP_DEPTHWISE: Depthwise.isValid(node)
    case CRNN_OP_POOL: Pool.isValid(node)
    case CRNN_OP_RECURRENT: Recurrent.isValid(node)
    case CRNN_OP_ACTIVATION, CRNN_OP_AFFINE, CRNN_OP_BINARY, CRNN_OP_SOFTMAX: Pointwise.isValid(node)
    case CRNN_OP_CONCATENATE, CRNN_OP_GATHER, CRNN_OP_WINDOW, CRNN_OP_REPEAT, CRNN_OP_UNSTACK: Movement.isValid(node)
    case CRNN_OP_TIME_REDUCTION: TimeReduction.isValid(node)
    case CRNN_OP_FRAME_REDUCTION: FrameReduction.isValid(node)
    case CRNN_OP_EMBEDDING: Embedding.isValid(node)
    default: false
    }
  }

  /// Memory that a node needs only while it runs, in a stream of this chunk.
  static func scratchBytes(_ node: NodeView, chunk: Int) -> Int {
    switch node.operation {
    case CRNN_OP_CONVOLUTION: Convolution.scratchBytes(node, chunk: chunk)
    case CRNN_OP_DENSE: Dense.scratchBytes(node, chunk: chunk)
    case CRNN_OP_DEPTHWISE: Depthwise.scratchBytes(node)
    case CRNN_OP_POOL: Pool.scratchBytes(node)
    case CRNN_OP_RECURRENT: Recurrent.scratchBytes(node, chunk: chunk)
    case CRNN_OP_ACTIVATION, CRNN_OP_AFFINE, CRNN_OP_BINARY, CRNN_OP_SOFTMAX: Pointwise.scratchBytes(node)
    case CRNN_OP_TIME_REDUCTION: TimeReduction.scratchBytes(node)
    case CRNN_OP_FRAME_REDUCTION: FrameReduction.scratchBytes(node)
    case CRNN_OP_EMBEDDING: Embedding.scratchBytes(node)
    default: Movement.scratchBytes(node)
    }
  }

  /// Memory that a node keeps from frame to frame, beside the rings.
  static func stateBytes(_ node: NodeView) -> Int {
    switch node.operation {
    case CRNN_OP_RECURRENT: Recurrent.stateBytes(node)
    case CRNN_OP_TIME_REDUCTION: TimeReduction.stateBytes(node)
    default: 0
    }
  }

  static func reset(_ node: NodeView, _ state: UnsafeMutableRawPointer) {
    if node.operation == CRNN_OP_RECURRENT { Recurrent.reset(node, state) }
  }

  /// Computes output frames `first`..<`first + count`; their inputs stand in the rings and there is room for them.
  static func run(
    _ execution: Execution, _ node: NodeView, _ state: UnsafeMutableRawPointer, first: Int64, count: Int
  ) {
    switch node.operation {
    case CRNN_OP_CONVOLUTION: Convolution.run(execution, node, first: first, count: count)
    case CRNN_OP_DENSE: Dense.run(execution, node, first: first, count: count)
    case CRNN_OP_DEPTHWISE: Depthwise.run(execution, node, first: first, count: count)
    case CRNN_OP_POOL: Pool.run(execution, node, first: first, count: count)
    case CRNN_OP_RECURRENT: Recurrent.run(execution, node, state, first: first, count: count)
    case CRNN_OP_ACTIVATION, CRNN_OP_AFFINE, CRNN_OP_BINARY, CRNN_OP_SOFTMAX:
      Pointwise.run(execution, node, first: first, count: count)
    case CRNN_OP_FRAME_REDUCTION: FrameReduction.run(execution, node, first: first, count: count)
    case CRNN_OP_EMBEDDING: Embedding.run(execution, node, first: first, count: count)
    case CRNN_OP_TIME_REDUCTION: break
    default: Movement.run(execution, node, first: first, count: count)
    }
  }

  /// Multiplications by weights for one output frame.
  static func multiplications(_ node: NodeView) -> Int {
    let record = node.record.pointee
    let inputs = node.input(0).pointee.elements
    let outputs = node.output.pointee.elements
    switch node.operation {
    case CRNN_OP_CONVOLUTION, CRNN_OP_DEPTHWISE:
      let taps = Int(record.kernel.0) &* Int(record.kernel.1) &* Int(record.kernel.2)
      return outputs &* taps &* (Int(node.input(0).pointee.channels) / max(Int(record.groups), 1))
    case CRNN_OP_DENSE: return inputs &* outputs
    case CRNN_OP_RECURRENT:
      // A backward layer in blocks takes the frames ahead of each block too.
      let steps = Recurrent.gates(node.parameter(CRNN_RECURRENT_KIND)) &* outputs &* (inputs &+ outputs)
      return steps &* max(Int(record.kernel.0), 1) / max(Int(record.stride.0), 1)
    default: return 0
    }
  }

  static func name(_ operation: Int) -> StaticString {
    switch operation {
    case CRNN_OP_CONVOLUTION: "convolution"
    case CRNN_OP_DENSE: "dense"
    case CRNN_OP_DEPTHWISE: "depthwise"
    case CRNN_OP_POOL: "pool"
    case CRNN_OP_RECURRENT: "recurrent"
    case CRNN_OP_ACTIVATION: "activation"
    case CRNN_OP_AFFINE: "affine"
    case CRNN_OP_BINARY: "binary"
    case CRNN_OP_CONCATENATE: "concatenate"
    case CRNN_OP_GATHER: "gather"
    case CRNN_OP_WINDOW: "window"
    case CRNN_OP_TIME_REDUCTION: "time reduction"
    case CRNN_OP_FRAME_REDUCTION: "frame reduction"
    case CRNN_OP_SOFTMAX: "softmax"
    case CRNN_OP_REPEAT: "repeat"
    case CRNN_OP_UNSTACK: "unstack"
    case CRNN_OP_EMBEDDING: "embedding"
    default: "unknown"
    }
  }
}
