import CCRNN
import CKernels
import CLinked

/// Looks up one row of a float table for each frame's index.
enum Embedding: OperationFamily {
  static func isValid(_ node: NodeView) -> Bool {
    let rows = node.parameter(0)
    let width = Int(node.output.pointee.channels)
    guard node.inputCount == 1, Int(node.input(0).pointee.store) == CRNN_STORE_S32, node.input(0).pointee.elements == 1,
      node.output.pointee.isNumeric, node.output.pointee.elements == width, rows > 0, rows <= 1 << 24,
      node.hasValidActivation(blobs: 1)
    else { return false }
    let (count, overflow) = rows.multipliedReportingOverflow(by: width)
    return !overflow && count <= 1 << 28 && node.blobLength(0) == 4 &* count
  }

  static func scratchBytes(_ node: NodeView, chunk: Int) -> Int {
    var cursor = Cursor()
    _ = cursor.take(node.output.pointee.elements, of: Float.self)
    return cursor.offset
  }

  static func run(
    _ execution: Execution, _ node: NodeView, _ state: UnsafeMutableRawPointer, first: Int64, count: Int
  ) {
    let input = node.input(0)
    let output = node.output
    let table = node.blob(0, as: Float.self)
    let rows = node.parameter(0)
    var cursor = Cursor(execution.scratch)
    let values = cursor.take(output.pointee.elements, of: Float.self)
    var f = 0
    while f < count {
      let time = first &+ Int64(f)
      let index = Int(execution.frame(node.inputIndex(0), input.pointee.frameBytes, time).load(as: Int32.self))
      // A push refuses indices outside the port's range; this keeps a contradictory file from reading elsewhere.
      let row = min(max(index, 0), rows &- 1)
      values.copy(from: table + row &* output.pointee.elements, count: output.pointee.elements)
      execution.activatePerChannel(node, values)
      execution.store(
        values, output, execution.frame(node.outputIndex, output.pointee.frameBytes, time), output.pointee.elements)
      f &+= 1
    }
  }
}

@c @implementation
func crnn_family_embedding(
  _ request: Int32, _ node: UnsafeRawPointer?, _ execution: UnsafeRawPointer?, _ state: UnsafeMutableRawPointer?,
  _ first: Int64, _ count: Int
) -> Int { Embedding.answer(request, node, execution, state, first, count) }
