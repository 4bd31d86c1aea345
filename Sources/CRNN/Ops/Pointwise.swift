import CCRNN
import CKernels
import CLinked

/// Nodes that compute each output value from one value, or one pair, in float.
enum Pointwise: OperationFamily {
  private struct Scratch {
    let values: UnsafeMutablePointer<Float>
    let other: UnsafeMutablePointer<Float>
    let row: UnsafeMutablePointer<Float>

    init(_ node: NodeView, _ cursor: inout Cursor) {
      let elements = node.output.pointee.elements
      let isBinary = node.operation == CRNN_OP_BINARY
      values = cursor.take(elements, of: Float.self)
      other = cursor.take(isBinary ? node.input(1).pointee.elements : 0, of: Float.self)
      row = cursor.take(isBinary ? Int(node.output.pointee.channels) : 0, of: Float.self)
    }
  }

  static func isValid(_ node: NodeView) -> Bool {
    let input = node.input(0)
    let output = node.output
    guard input.pointee.isNumeric, output.pointee.isNumeric, input.pointee.height == output.pointee.height,
      input.pointee.width == output.pointee.width,
      input.pointee.channels == output.pointee.channels
    else { return false }
    switch node.operation {
    case CRNN_OP_ACTIVATION: return node.inputCount == 1 && node.hasValidActivation(blobs: 0)
    case CRNN_OP_SOFTMAX:
      return node.inputCount == 1 && node.blobCount == 0
        && Int(node.record.pointee.activation) == CRNN_ACTIVATION_IDENTITY
    case CRNN_OP_BINARY:
      guard node.inputCount == 2, node.hasValidActivation(blobs: 0), node.parameter(0) >= CRNN_BINARY_ADD,
        node.parameter(0) <= CRNN_BINARY_MAXIMUM
      else { return false }
      let other = node.input(1)
      return other.pointee.isNumeric && (other.pointee.height == output.pointee.height || other.pointee.height == 1)
        && (other.pointee.width == output.pointee.width || other.pointee.width == 1)
        && (other.pointee.channels == output.pointee.channels || other.pointee.channels == 1)
    default:
      guard node.inputCount == 1, node.hasValidActivation(blobs: 2) else { return false }
      let frames = node.parameter(1)
      let count: Int
      switch node.parameter(0) {
      case CRNN_AFFINE_PER_CHANNEL: count = Int(output.pointee.channels)
      case CRNN_AFFINE_PER_ELEMENT: count = output.pointee.elements
      case CRNN_AFFINE_PER_TIME: count = frames
      case CRNN_AFFINE_PER_TIME_AND_ELEMENT:
        guard frames <= 1 << 24 else { return false }
        let (all, overflow) = frames.multipliedReportingOverflow(by: output.pointee.elements)
        count = overflow ? 0 : all
      default: return false
      }
      return count > 0 && count <= 1 << 28 && node.blobLength(0) == 4 &* count && node.blobLength(1) == 4 &* count
    }
  }

  static func scratchBytes(_ node: NodeView, chunk: Int) -> Int {
    var cursor = Cursor()
    _ = Scratch(node, &cursor)
    return cursor.offset
  }

  static func run(
    _ execution: Execution, _ node: NodeView, _ state: UnsafeMutableRawPointer, first: Int64, count: Int
  ) {
    var cursor = Cursor(execution.scratch)
    let scratch = Scratch(node, &cursor)
    let input = node.input(0)
    let output = node.output
    var f = 0
    while f < count {
      let time = first &+ Int64(f)
      execution.load(
        execution.frame(node.inputIndex(0), input.pointee.frameBytes, time), input, scratch.values,
        input.pointee.elements)
      switch node.operation {
      case CRNN_OP_SOFTMAX: softmax(execution, node, scratch.values)
      case CRNN_OP_BINARY: binary(execution, node, time, scratch)
      case CRNN_OP_AFFINE: affine(execution, node, time, scratch.values)
      default: break
      }
      execution.activatePerChannel(node, scratch.values)
      execution.store(
        scratch.values, output, execution.frame(node.outputIndex, output.pointee.frameBytes, time),
        output.pointee.elements)
      f &+= 1
    }
  }

  private static func softmax(_ execution: Execution, _ node: NodeView, _ values: UnsafeMutablePointer<Float>) {
    let output = node.output
    var i = 0
    while i < output.pointee.elements {
      crnn_use_softmax(execution.kernels)(
        values + i, Int(output.pointee.channels), Int32(truncatingIfNeeded: node.parameter(0)))
      i &+= Int(output.pointee.channels)
    }
  }

  private static func affine(
    _ execution: Execution, _ node: NodeView, _ time: Int64, _ values: UnsafeMutablePointer<Float>
  ) {
    let output = node.output
    let elements = output.pointee.elements
    var scale = node.blob(0, as: Float.self)
    var shift = node.blob(1, as: Float.self)
    // A network with constants for each frame has a fixed length; a frame past it keeps the last ones.
    let frame = Int(truncatingIfNeeded: min(time, Int64(max(node.parameter(1), 1) &- 1)))
    switch node.parameter(0) {
    case CRNN_AFFINE_PER_ELEMENT: crnn_use_multiply_add(execution.kernels)(values, scale, shift, values, elements)
    case CRNN_AFFINE_PER_TIME_AND_ELEMENT:
      scale += frame &* elements
      shift += frame &* elements
      crnn_use_multiply_add(execution.kernels)(values, scale, shift, values, elements)
    case CRNN_AFFINE_PER_TIME: multiplyAdd(values, scale[frame], shift[frame], elements)
    default:
      let channels = Int(output.pointee.channels)
      if channels == 1 {
        multiplyAdd(values, scale[0], shift[0], elements)
        return
      }
      var i = 0
      while i < elements {
        crnn_use_multiply_add(execution.kernels)(values + i, scale, shift, values + i, channels)
        i &+= channels
      }
    }
  }

  private static func multiplyAdd(_ values: UnsafeMutablePointer<Float>, _ scale: Float, _ shift: Float, _ count: Int) {
    var i = 0
    while i < count {
      values[i] = values[i] * scale + shift
      i &+= 1
    }
  }

  private static func binary(_ execution: Execution, _ node: NodeView, _ time: Int64, _ scratch: Scratch) {
    let output = node.output
    let other = node.input(1)
    let operation = Int32(truncatingIfNeeded: node.parameter(0))
    execution.load(
      execution.frame(node.inputIndex(1), other.pointee.frameBytes, time), other, scratch.other, other.pointee.elements)
    if other.pointee.elements == output.pointee.elements {
      crnn_use_combine(execution.kernels)(
        operation, scratch.values, scratch.other, scratch.values, output.pointee.elements)
      return
    }
    let channels = Int(output.pointee.channels)
    let width = Int(output.pointee.width)
    var position = 0
    while position < Int(output.pointee.height) &* width {
      let y = other.pointee.height == 1 ? 0 : position &/ width
      let x = other.pointee.width == 1 ? 0 : position &% width
      let source = scratch.other + (y &* Int(other.pointee.width) &+ x) &* Int(other.pointee.channels)
      let values = scratch.values + position &* channels
      if other.pointee.channels == output.pointee.channels {
        crnn_use_combine(execution.kernels)(operation, values, source, values, channels)
      } else {
        scratch.row.update(repeating: source[0], count: channels)
        crnn_use_combine(execution.kernels)(operation, values, scratch.row, values, channels)
      }
      position &+= 1
    }
  }
}

@c @implementation
func crnn_family_pointwise(
  _ request: Int32, _ node: UnsafeRawPointer?, _ execution: UnsafeRawPointer?, _ state: UnsafeMutableRawPointer?,
  _ first: Int64, _ count: Int
) -> Int { Pointwise.answer(request, node, execution, state, first, count) }
