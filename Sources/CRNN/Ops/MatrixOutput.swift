import CCRNN
import CKernels

/// From the sums of a matrix to codes of the node's output: scale and bias, the activation, rounding. Where the activation is
/// none or relu, one kernel does it all: relu of a value is what its code does not go below the code of 0. Of floats, one does where it
/// is none or a leaky relu.
struct MatrixOutput {
  private let execution: Execution
  private let node: NodeView
  private let matrix: Matrix
  private let tensor: UnsafePointer<crnn_tensor_record>
  /// Output channels, of all the node's from `first` on.
  private let outputs: Int
  private let first: Int
  private let isFused: Bool
  /// Of values below 0, where the output is floats that one kernel makes; nil where several do.
  private let slope: Float?
  private var quantization: crnn_quantization

  init(_ execution: Execution, _ node: NodeView, _ matrix: Matrix, first: Int = 0, outputs: Int) {
    self.first = first
    self.execution = execution
    self.node = node
    self.matrix = matrix
    self.outputs = outputs
    tensor = node.output
    quantization = tensor.pointee.quantization
    let isRelu = Int(node.record.pointee.activation) == CRNN_ACTIVATION_RELU
    let isIdentity = Int(node.record.pointee.activation) == CRNN_ACTIVATION_IDENTITY
    isFused = matrix.segments == 1 && tensor.pointee.isOperand && (isRelu || isIdentity)
    let isLeaky = Int(node.record.pointee.activation) == CRNN_ACTIVATION_LEAKY_RELU
    let isFloat = matrix.segments == 1 && Int(tensor.pointee.store) == CRNN_STORE_F32
    slope = isFloat && (isLeaky || isIdentity) ? isLeaky ? node.record.pointee.alpha : 1 : nil
    if isRelu { quantization.minimum = max(quantization.minimum, quantization.zero_point) }
  }

  /// Writes `count` rows of the sums, from row `start` on, to the node's channels at `target` and on, `stride` elements apart.
  @inline(never)
  func write(
    _ sums: MatrixSums, row start: Int, count: Int, _ target: UnsafeMutableRawPointer, stride: Int
  ) {
    let target = target + first &* tensor.pointee.elementSize
    if isFused { return requantize(sums, start, count, target, stride) }
    if !Microcontroller.isTarget, let slope {
      return crnn_use_rescale_leaky(execution.kernels)(
        sums.accumulators + start &* matrix.rowsPerGroup, matrix.scales, matrix.bias, slope,
        target.assumingMemoryBound(to: Float.self), count, matrix.rowsPerGroup, outputs, stride)
    }
    matrix.rescale(execution.kernels, sums, first: start, count: count)
    // Rows that lie one behind the other, here and there, are one.
    let isWhole = outputs == matrix.rowsPerGroup && outputs == stride
    let (rows, columns) = isWhole ? (1, count &* outputs) : (count, outputs)
    // PRelu has a slope for each channel, whatever positions a dense layer's result is cut into.
    let part = node.slopes == nil ? columns : min(outputs, Int(tensor.pointee.channels))
    var row = 0
    while row < rows {
      let values = sums.values + (start &+ row) &* matrix.rowsPerGroup
      var done = 0
      while done < columns {
        execution.activate(node, values + done, part, slopes: node.slopes.map { $0 + first })
        done &+= part
      }
      execution.store(values, tensor, target + row &* stride &* tensor.pointee.elementSize, columns)
      row &+= 1
    }
  }

  private func requantize(
    _ sums: MatrixSums, _ start: Int, _ count: Int, _ target: UnsafeMutableRawPointer, _ stride: Int
  ) {
    var q = quantization
    let accumulators = sums.accumulators + start &* matrix.rowsPerGroup
    if Int(tensor.pointee.store) == CRNN_STORE_U8 {
      crnn_use_requantize_u8(execution.kernels)(
        accumulators, matrix.scales, matrix.bias, &q, target.assumingMemoryBound(to: UInt8.self), count,
        matrix.rowsPerGroup, outputs, stride)
    } else {
      crnn_use_requantize_s16(execution.kernels)(
        accumulators, matrix.scales, matrix.bias, &q, target.assumingMemoryBound(to: Int16.self), count,
        matrix.rowsPerGroup, outputs, stride)
    }
  }
}
