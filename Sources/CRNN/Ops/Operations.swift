import CCRNN
import CLinked

/// What is known of every operation of the format. The code that carries one out is found through the program's table of families alone.
enum Operations {
  /// An operation of the format that this program was linked without.
  static func isMissing(_ node: NodeView) -> Bool {
    crnn_linked_family(node.operation) == nil && node.operation > 0 && node.operation < CRNN_OP_COUNT
  }

  static func isValid(_ node: NodeView) -> Bool { ask(CRNN_FAMILY_IS_VALID, node, 0) != 0 }

  /// Memory that a node needs only while it runs, in a stream of this chunk.
  static func scratchBytes(_ node: NodeView, chunk: Int) -> Int { ask(CRNN_FAMILY_SCRATCH_BYTES, node, chunk) }

  /// Memory that a node keeps from frame to frame, beside the rings.
  static func stateBytes(_ node: NodeView) -> Int { ask(CRNN_FAMILY_STATE_BYTES, node, 0) }

  static func reset(_ node: NodeView, _ state: UnsafeMutableRawPointer) {
    _ = ask(CRNN_FAMILY_RESET, node, nil, state, 0, 0)
  }

  /// Computes output frames `first`..<`first + count`; of a reduction over time, takes these input frames.
  static func run(
    _ execution: Execution, _ node: NodeView, _ state: UnsafeMutableRawPointer, first: Int64, count: Int
  ) {
    withUnsafePointer(to: execution) { _ = ask(CRNN_FAMILY_RUN, node, $0, state, first, count) }
  }

  /// The sequence has ended: a reduction over time gives its frame.
  static func end(_ execution: Execution, _ node: NodeView, _ state: UnsafeMutableRawPointer, frames: Int64) {
    withUnsafePointer(to: execution) { _ = ask(CRNN_FAMILY_END, node, $0, state, frames, 0) }
  }

  @inline(never)
  private static func ask(_ request: Int, _ node: NodeView, _ chunk: Int) -> Int {
    ask(request, node, nil, nil, 0, chunk)
  }

  /// 0 where the family is not linked, which is so of no node of a file that has been checked.
  @inline(never)
  private static func ask(
    _ request: Int, _ node: NodeView, _ execution: UnsafePointer<Execution>?, _ state: UnsafeMutableRawPointer?,
    _ first: Int64, _ count: Int
  ) -> Int {
    guard let family = crnn_linked_family(node.operation) else { return 0 }
    return withUnsafePointer(to: node) {
      family(Int32(truncatingIfNeeded: request), $0, execution, state, first, count)
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
      return outputs &* taps &* (Int(node.input(0).pointee.channels) &/ max(Int(record.groups), 1))
    case CRNN_OP_DENSE: return inputs &* outputs
    case CRNN_OP_RECURRENT:
      // A backward layer in blocks takes the frames ahead of each block too.
      let steps = Recurrent.gates(node.parameter(CRNN_RECURRENT_KIND)) &* outputs &* (inputs &+ outputs)
      return steps &* max(Int(record.kernel.0), 1) &/ max(Int(record.stride.0), 1)
    default: return 0
    }
  }

  static func name(_ operation: Int) -> Literal {
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
