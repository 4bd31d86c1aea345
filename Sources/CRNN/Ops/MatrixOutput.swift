import CCRNN
import CKernels

/// From the sums of a matrix to codes of the node's output: scale and bias, the activation, rounding. Where the activation is
/// none or relu, one kernel does it all: relu of a value is what its code does not go below the code of 0.
struct MatrixOutput {
  private let execution: Execution
  private let node: NodeView
  private let matrix: Matrix
  private let tensor: UnsafePointer<crnn_tensor_record>
  /// Output channels of one group.
  private let outputs: Int
  private let isFused: Bool
  private var quantization: crnn_quantization

  init(_ execution: Execution, _ node: NodeView, _ matrix: Matrix, outputs: Int) {
    self.execution = execution
    self.node = node
    self.matrix = matrix
    self.outputs = outputs
    tensor = node.output
    quantization = tensor.pointee.quantization
    let isRelu = Int(node.record.pointee.activation) == CRNN_ACTIVATION_RELU
    isFused =
      matrix.segments == 1 && tensor.pointee.isOperand
      && (isRelu || Int(node.record.pointee.activation) == CRNN_ACTIVATION_IDENTITY)
    if isRelu { quantization.minimum = max(quantization.minimum, quantization.zero_point) }
  }

  /// Writes rows `first`..<`first + count` of the sums to `target` and on, `stride` elements apart.
  func write(
    _ sums: MatrixSums, first: Int, count: Int, group: Int, _ target: UnsafeMutableRawPointer, stride: Int
  ) {
    if isFused { return requantize(sums, first, count, group, target, stride) }
    matrix.rescale(execution.kernels, sums, first: first, count: count, group: group)
    var row = 0
    while row < count {
      let values = sums.values + (first &+ row) &* matrix.rowsPerGroup
      var done = 0
      // PRelu has a slope for each channel, whatever positions a dense layer's result is cut into.
      let part = node.slopes == nil ? outputs : min(outputs, Int(tensor.pointee.channels))
      while done < outputs {
        execution.activate(node, values + done, part, slopes: node.slopes.map { $0 + group &* outputs })
        done &+= part
      }
      execution.store(values, tensor.pointee, target + row &* stride &* tensor.pointee.elementSize, outputs)
      row &+= 1
    }
  }

  private func requantize(
    _ sums: MatrixSums, _ first: Int, _ count: Int, _ group: Int, _ target: UnsafeMutableRawPointer, _ stride: Int
  ) {
    var q = quantization
    let accumulators = sums.accumulators + first &* matrix.rowsPerGroup
    let scales = matrix.scales + group &* matrix.rowsPerGroup
    let bias = matrix.bias + group &* matrix.rowsPerGroup
    if Int(tensor.pointee.store) == CRNN_STORE_U8 {
      execution.kernels.pointee.requantize_u8(
        accumulators, scales, bias, &q, target.assumingMemoryBound(to: UInt8.self), count, matrix.rowsPerGroup, outputs,
        stride)
    } else {
      execution.kernels.pointee.requantize_s16(
        accumulators, scales, bias, &q, target.assumingMemoryBound(to: Int16.self), count, matrix.rowsPerGroup, outputs,
        stride)
    }
  }
}
