import CCRNN
import CLinked

/// The operations that share a piece of code. A program links the families that its table names (`include/crnn_link.h`): nothing but
/// `Operations` calls them, and it through that table.
protocol OperationFamily {
  static func isValid(_ node: NodeView) -> Bool
  /// Memory that a node needs only while it runs, in a stream of this chunk.
  static func scratchBytes(_ node: NodeView, chunk: Int) -> Int
  /// Memory that a node keeps from frame to frame, beside the rings.
  static func stateBytes(_ node: NodeView) -> Int
  static func reset(_ node: NodeView, _ state: UnsafeMutableRawPointer)
  /// Computes output frames `first`..<`first + count`; their inputs stand in the rings and there is room for them. A reduction over time takes
  /// these input frames instead.
  static func run(
    _ execution: Execution, _ node: NodeView, _ state: UnsafeMutableRawPointer, first: Int64, count: Int)
  /// Of a reduction over time: the sequence has had `frames` frames.
  static func end(_ execution: Execution, _ node: NodeView, _ state: UnsafeMutableRawPointer, frames: Int64)
}

extension OperationFamily {
  static func stateBytes(_ node: NodeView) -> Int { 0 }
  static func reset(_ node: NodeView, _ state: UnsafeMutableRawPointer) {}
  static func end(_ execution: Execution, _ node: NodeView, _ state: UnsafeMutableRawPointer, frames: Int64) {}

  /// What stands behind the family's symbol. `Operations` gives each request the pointers that it needs.
  @inline(__always)
  static func answer(
    _ request: Int32, _ node: UnsafeRawPointer?, _ executionPointer: UnsafeRawPointer?,
    _ state: UnsafeMutableRawPointer?,
    _ first: Int64, _ count: Int
  ) -> Int {
    let view = node.unsafelyUnwrapped.assumingMemoryBound(to: NodeView.self).pointee
    var execution: Execution { executionPointer.unsafelyUnwrapped.assumingMemoryBound(to: Execution.self).pointee }
    switch Int(request) {
    case CRNN_FAMILY_RUN: run(execution, view, state.unsafelyUnwrapped, first: first, count: count)
    case CRNN_FAMILY_END: end(execution, view, state.unsafelyUnwrapped, frames: first)
    case CRNN_FAMILY_RESET: reset(view, state.unsafelyUnwrapped)
    case CRNN_FAMILY_STATE_BYTES: return stateBytes(view)
    case CRNN_FAMILY_SCRATCH_BYTES: return scratchBytes(view, chunk: count)
    default: return isValid(view) ? 1 : 0
    }
    return 0
  }
}
