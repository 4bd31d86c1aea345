import CCRNN

/// One node of a checked file, with typed access to what belongs to it.
struct NodeView {
  let file: UnsafePointer<PackedFile>
  let record: UnsafePointer<crnn_node_record>

  var operation: Int { Int(record.pointee.op) }
  var name: UnsafePointer<CChar> { file.pointee.string(record.pointee.name) }
  var inputCount: Int { Int(record.pointee.input_count) }
  var outputIndex: Int { Int(record.pointee.output) }
  var output: UnsafePointer<crnn_tensor_record> { file.pointee.tensors + outputIndex }

  func inputIndex(_ i: Int) -> Int { Int(file.pointee.indices[Int(record.pointee.input_first) &+ i]) }
  func input(_ i: Int) -> UnsafePointer<crnn_tensor_record> { file.pointee.tensors + inputIndex(i) }

  /// `parameter[i]` and `real[i]` of the record; `i` is a constant of the format.
  func parameter(_ i: Int) -> Int {
    let bytes = UnsafeRawPointer(record) + Int(CRNN_NODE_PARAMETER_OFFSET)
    return Int(bytes.load(fromByteOffset: 4 &* i, as: Int32.self))
  }
  func real(_ i: Int) -> Float {
    let bytes = UnsafeRawPointer(record) + Int(CRNN_NODE_REAL_OFFSET)
    return bytes.load(fromByteOffset: 4 &* i, as: Float.self)
  }

  var blobCount: Int { Int(record.pointee.blob_count) }
  /// Bytes of blob `i`, 0 where the node has none.
  func blobLength(_ i: Int) -> Int {
    i < blobCount ? Int(truncatingIfNeeded: file.pointee.blobs[Int(record.pointee.blob_first) &+ i].length) : 0
  }
  func blob<T>(_ i: Int, as type: T.Type) -> UnsafePointer<T> {
    let offset = Int(truncatingIfNeeded: file.pointee.blobs[Int(record.pointee.blob_first) &+ i].offset)
    return (file.pointee.weights + offset).assumingMemoryBound(to: T.self)
  }

  func hasFlag(_ flag: Int) -> Bool { Int(record.pointee.flags) & flag != 0 }
}

extension UnsafePointer where Pointee == PackedFile {
  func node(_ index: Int) -> NodeView { NodeView(file: self, record: pointee.nodes + index) }
}

extension crnn_tensor_record {
  var elements: Int { Int(height) &* Int(width) &* Int(channels) }
  var elementSize: Int {
    switch Int(store) {
    case CRNN_STORE_U8: 1
    case CRNN_STORE_S16: 2
    default: 4
    }
  }
  var frameBytes: Int { Int(frame_stride) }
  var isPerSequence: Bool { rate_numerator == 0 }
}

extension UnsafePointer<crnn_tensor_record> {
  /// The same store, scale, zero point and code range: codes may be moved as they are.
  @inline(never)
  func hasSameCodes(as other: UnsafePointer<crnn_tensor_record>) -> Bool {
    guard pointee.store == other.pointee.store else { return false }
    if Int(pointee.store) == CRNN_STORE_F32 || Int(pointee.store) == CRNN_STORE_S32 { return true }
    return pointee.scale.bitPattern == other.pointee.scale.bitPattern && pointee.zero_point == other.pointee.zero_point
      && pointee.code_minimum == other.pointee.code_minimum && pointee.code_maximum == other.pointee.code_maximum
  }
}
