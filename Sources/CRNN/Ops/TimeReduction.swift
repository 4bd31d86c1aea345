import CCRNN
import CKernels
import CLinked

/// One frame at the end of the sequence: its first or last frame, its maximum, minimum, sum or mean. What has come so far is kept
/// in the slot of the output frame (codes), or as a running sum in the node's state.
enum TimeReduction: OperationFamily {
  static func isSum(_ node: NodeView) -> Bool {
    node.parameter(0) == CRNN_REDUCE_MEAN || node.parameter(0) == CRNN_REDUCE_SUM
  }

  static func isValid(_ node: NodeView) -> Bool {
    let input = node.input(0)
    let output = node.output
    guard node.inputCount == 1, input.pointee.isNumeric, input.pointee.height == output.pointee.height,
      input.pointee.width == output.pointee.width,
      input.pointee.channels == output.pointee.channels, node.hasValidActivation(blobs: 0)
    else { return false }
    switch node.parameter(0) {
    case CRNN_REDUCE_MEAN, CRNN_REDUCE_SUM: return output.pointee.isNumeric
    case CRNN_REDUCE_LAST, CRNN_REDUCE_FIRST, CRNN_REDUCE_MAXIMUM, CRNN_REDUCE_MINIMUM:
      return input.hasSameCodes(as: output) && Int(node.record.pointee.activation) == CRNN_ACTIVATION_IDENTITY
    default: return false
    }
  }

  static func stateBytes(_ node: NodeView) -> Int {
    var cursor = Cursor()
    if isSum(node) { _ = cursor.take(node.output.pointee.elements, of: Float.self) }
    return cursor.offset
  }

  static func scratchBytes(_ node: NodeView, chunk: Int) -> Int {
    var cursor = Cursor()
    _ = cursor.take(2 &* node.output.pointee.elements, of: Float.self)
    return cursor.offset
  }

  /// Takes input frames `first`..<`first + count` into account.
  static func run(
    _ execution: Execution, _ node: NodeView, _ memory: UnsafeMutableRawPointer, first: Int64, count: Int
  ) {
    let input = node.input(0)
    let bytes = input.pointee.elements &* input.pointee.elementSize
    let target = execution.frame(node.outputIndex, node.output.pointee.frameBytes, 0)
    let kind = node.parameter(0)
    // Of the frames that have come, only the last matters.
    var f = kind == CRNN_REDUCE_LAST ? max(count &- 1, 0) : 0
    while f < count {
      let time = first &+ Int64(f)
      let source = execution.frame(node.inputIndex(0), input.pointee.frameBytes, time)
      if isSum(node) {
        add(execution, node, memory, source, isFirst: time == 0)
      } else if kind == CRNN_REDUCE_LAST || time == 0 {
        target.copy(from: source, bytes: bytes)
      } else if kind == CRNN_REDUCE_MAXIMUM {
        execution.maximum(source, 0, target, 0, target, 0, input, rows: 1, input.pointee.elements)
      } else if kind == CRNN_REDUCE_MINIMUM {
        minimum(execution, source, input, target)
      }
      f &+= 1
    }
  }

  /// Writes the result once all `frames` frames have been consumed.
  static func end(_ execution: Execution, _ node: NodeView, _ memory: UnsafeMutableRawPointer, frames: Int64) {
    guard isSum(node) else { return }
    let output = node.output
    var state = Cursor(memory)
    let sum = state.take(output.pointee.elements, of: Float.self)
    var cursor = Cursor(execution.scratch)
    let values = cursor.take(output.pointee.elements, of: Float.self)
    values.copy(from: sum, count: output.pointee.elements)
    if node.parameter(0) == CRNN_REDUCE_MEAN {
      execution.multiply(values, by: 1 / Float(Int(truncatingIfNeeded: max(frames, 1))), output.pointee.elements)
    }
    execution.activatePerChannel(node, values)
    execution.store(
      values, output, execution.frame(node.outputIndex, output.pointee.frameBytes, 0), output.pointee.elements)
  }

  private static func add(
    _ execution: Execution, _ node: NodeView, _ memory: UnsafeMutableRawPointer, _ source: UnsafeRawPointer,
    isFirst: Bool
  ) {
    let input = node.input(0)
    var state = Cursor(memory)
    let sum = state.take(input.pointee.elements, of: Float.self)
    if isFirst {
      execution.load(source, input, sum, input.pointee.elements)
      return
    }
    var cursor = Cursor(execution.scratch)
    let values = cursor.take(input.pointee.elements, of: Float.self)
    execution.load(source, input, values, input.pointee.elements)
    crnn_use_combine(execution.kernels)(
      Int32(truncatingIfNeeded: CRNN_BINARY_ADD), sum, values, sum, input.pointee.elements)
  }

  /// Rare enough to go without a kernel of its own.
  private static func minimum(
    _ execution: Execution, _ source: UnsafeRawPointer, _ tensor: UnsafePointer<crnn_tensor_record>,
    _ target: UnsafeMutableRawPointer
  ) {
    var i = 0
    while i < tensor.pointee.elements {
      switch Int(tensor.pointee.store) {
      case CRNN_STORE_U8:
        let (x, y) = (source.assumingMemoryBound(to: UInt8.self), target.assumingMemoryBound(to: UInt8.self))
        if x[i] < y[i] { y[i] = x[i] }
      case CRNN_STORE_S16:
        let (x, y) = (source.assumingMemoryBound(to: Int16.self), target.assumingMemoryBound(to: Int16.self))
        if x[i] < y[i] { y[i] = x[i] }
      default:
        let (x, y) = (source.assumingMemoryBound(to: Float.self), target.assumingMemoryBound(to: Float.self))
        if x[i] < y[i] { y[i] = x[i] }
      }
      i &+= 1
    }
  }
}

@c @implementation
func crnn_family_time_reduction(
  _ request: Int32, _ node: UnsafeRawPointer?, _ execution: UnsafeRawPointer?, _ state: UnsafeMutableRawPointer?,
  _ first: Int64, _ count: Int
) -> Int { TimeReduction.answer(request, node, execution, state, first, count) }
