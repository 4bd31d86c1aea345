import CCRNN
import CKernels
import CLinked

/// Mean, sum, maximum or minimum over some axes of each frame, in the order (height, width, channel).
enum FrameReduction: OperationFamily {
  private struct Scratch {
    let values: UnsafeMutablePointer<Float>
    let result: UnsafeMutablePointer<Float>

    init(_ node: NodeView, _ cursor: inout Cursor) {
      values = cursor.take(node.input(0).pointee.elements, of: Float.self)
      result = cursor.take(node.output.pointee.elements, of: Float.self)
    }
  }

  static func isValid(_ node: NodeView) -> Bool {
    let input = node.input(0)
    let output = node.output
    let axes = node.parameter(1)
    guard node.inputCount == 1, input.pointee.isNumeric, output.pointee.isNumeric, node.hasValidActivation(blobs: 0),
      node.parameter(0) >= CRNN_REDUCE_MEAN, node.parameter(0) <= CRNN_REDUCE_SUM
    else { return false }
    return output.pointee.height == (axes & 1 != 0 ? 1 : input.pointee.height)
      && output.pointee.width == (axes & 2 != 0 ? 1 : input.pointee.width)
      && output.pointee.channels == (axes & 4 != 0 ? 1 : input.pointee.channels)
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
      reduce(execution, node, scratch)
      execution.activatePerChannel(node, scratch.result)
      execution.store(
        scratch.result, output, execution.frame(node.outputIndex, output.pointee.frameBytes, time),
        output.pointee.elements)
      f &+= 1
    }
  }

  private static func reduce(_ execution: Execution, _ node: NodeView, _ scratch: Scratch) {
    let input = node.input(0)
    let output = node.output
    let axes = node.parameter(1)
    let kind = node.parameter(0)
    let (width, channels) = (Int(input.pointee.width), Int(input.pointee.channels))
    let (outputWidth, outputChannels) = (Int(output.pointee.width), Int(output.pointee.channels))
    var i = 0
    while i < input.pointee.elements {
      let c = i &% channels
      let x = i &/ channels &% width
      let y = i &/ (channels &* width)
      let target =
        ((axes & 1 != 0 ? 0 : y) &* outputWidth &+ (axes & 2 != 0 ? 0 : x)) &* outputChannels &+ (axes & 4 != 0 ? 0 : c)
      let isFirst = (axes & 1 == 0 || y == 0) && (axes & 2 == 0 || x == 0) && (axes & 4 == 0 || c == 0)
      let value = scratch.values[i]
      let old = scratch.result[target]
      if isFirst {
        scratch.result[target] = value
      } else if kind == CRNN_REDUCE_MAXIMUM {
        scratch.result[target] = value > old ? value : old
      } else if kind == CRNN_REDUCE_MINIMUM {
        scratch.result[target] = value < old ? value : old
      } else {
        scratch.result[target] = old + value
      }
      i &+= 1
    }
    if kind == CRNN_REDUCE_MEAN {
      execution.multiply(
        scratch.result, by: 1 / Float(input.pointee.elements &/ output.pointee.elements), output.pointee.elements)
    }
  }
}

@c @implementation
func crnn_family_frame_reduction(
  _ request: Int32, _ node: UnsafeRawPointer?, _ execution: UnsafeRawPointer?, _ state: UnsafeMutableRawPointer?,
  _ first: Int64, _ count: Int
) -> Int { FrameReduction.answer(request, node, execution, state, first, count) }
