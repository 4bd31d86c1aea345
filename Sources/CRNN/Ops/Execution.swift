import CCRNN
import CKernels

/// What an operation works with while it runs: the kernels, the rings of its tensors, its own state and scratch memory.
struct Execution {
  let kernels: UnsafePointer<crnn_kernels>
  let stream: UnsafeMutableRawPointer
  let tensors: UnsafeMutablePointer<TensorState>
  let scratch: UnsafeMutableRawPointer
  /// Of the stream.
  let chunk: Int
  /// The model's, where crnn_model_prepare made one.
  let expansion: UnsafeRawPointer?

  /// Frames that a matrix is applied to at once.
  var tile: Int { Execution.tile(chunk: chunk) }

  /// A panel of weights is read once for up to four frames, but a stream that takes one frame at a time has no memory for more.
  static func tile(chunk: Int) -> Int { min(chunk, 4) }

  /// Frame `index` of a tensor, counted from the start of the sequence. It must be in the ring, or about to be written.
  @inline(__always)
  func frame(_ tensor: Int, _ bytes: Int, _ index: Int64) -> UnsafeMutableRawPointer {
    let state = tensors + tensor
    // Most rings of a stream that takes frame by frame hold one frame, and a division takes longer than the question.
    let slot = state.pointee.capacity == 1 ? 0 : Int(truncatingIfNeeded: index &% state.pointee.capacity)
    return stream + Int(truncatingIfNeeded: state.pointee.offset) + slot &* bytes
  }

  /// `count` stored values as floats.
  @inline(never)
  func load(
    _ source: UnsafeRawPointer, _ tensor: UnsafePointer<crnn_tensor_record>, _ values: UnsafeMutablePointer<Float>,
    _ count: Int
  ) {
    var q = tensor.pointee.quantization
    switch Int(tensor.pointee.store) {
    case CRNN_STORE_U8: crnn_use_dequantize_u8(kernels)(source.assumingMemoryBound(to: UInt8.self), &q, values, count)
    case CRNN_STORE_S16: crnn_use_dequantize_s16(kernels)(source.assumingMemoryBound(to: Int16.self), &q, values, count)
    default: values.copy(from: source.assumingMemoryBound(to: Float.self), count: count)
    }
  }

  /// Stores `count` floats as the tensor's codes.
  @inline(never)
  func store(
    _ values: UnsafePointer<Float>, _ tensor: UnsafePointer<crnn_tensor_record>, _ target: UnsafeMutableRawPointer,
    _ count: Int
  ) {
    var q = tensor.pointee.quantization
    switch Int(tensor.pointee.store) {
    case CRNN_STORE_U8: crnn_use_quantize_u8(kernels)(values, &q, target.assumingMemoryBound(to: UInt8.self), count)
    case CRNN_STORE_S16: crnn_use_quantize_s16(kernels)(values, &q, target.assumingMemoryBound(to: Int16.self), count)
    default: crnn_use_copy_normal(kernels)(values, target.assumingMemoryBound(to: Float.self), count)
    }
  }

  /// Writes the code of the value 0 `count` times.
  func fillZero(_ tensor: UnsafePointer<crnn_tensor_record>, _ target: UnsafeMutableRawPointer, _ count: Int) {
    if Int(tensor.pointee.store) == CRNN_STORE_U8 {
      crnn_fill(target, UInt8(truncatingIfNeeded: tensor.pointee.zero_point), count)
    } else {
      crnn_fill(target, 0, count &* tensor.pointee.elementSize)
    }
  }

  /// The node's activation over `count` values; `slopes` are PRelu's for those values.
  func activate(
    _ node: NodeView, _ values: UnsafeMutablePointer<Float>, _ count: Int, slopes: UnsafePointer<Float>? = nil
  ) {
    let kind = Int(node.record.pointee.activation)
    if kind == CRNN_ACTIVATION_IDENTITY { return }
    var activation = crnn_activation(
      kind: Int32(truncatingIfNeeded: kind), alpha: node.record.pointee.alpha, beta: node.record.pointee.beta,
      slopes: slopes)
    crnn_use_activate(kernels)(&activation, values, count)
  }
}

extension crnn_tensor_record {
  var quantization: crnn_quantization {
    crnn_quantization(
      scale: scale, inverse_scale: inverse_scale, zero_point: zero_point, minimum: code_minimum, maximum: code_maximum)
  }
}

extension NodeView {
  /// PRelu's slopes: the node's last blob, one for each channel of the output.
  var slopes: UnsafePointer<Float>? {
    guard Int(record.pointee.activation) == CRNN_ACTIVATION_PRELU else { return nil }
    return blob(blobCount &- 1, as: Float.self)
  }

  /// The activation exists and has its slopes where it needs them; `blobs` are those of the operation itself.
  func hasValidActivation(blobs: Int) -> Bool {
    let kind = Int(record.pointee.activation)
    guard kind < CRNN_ACTIVATION_COUNT else { return false }
    guard kind == CRNN_ACTIVATION_PRELU else { return blobCount == blobs }
    return blobCount == blobs &+ 1 && blobLength(blobs) == 4 &* Int(output.pointee.channels)
  }
}
