import CCRNN
import CRNN

/// A packed file in memory, run by the runtime itself: what a search measures is what a device will compute.
final class PackedRun {
  private let graph: Graph
  private let image: UnsafeMutableRawPointer
  private let memory: UnsafeMutableRawPointer
  private let model: OpaquePointer

  /// Throws `GraphError` where the runtime refuses the file.
  init(_ network: QuantizedNetwork) throws {
    graph = network.graph
    let file = try network.packed()
    let alignment = Int(CRNN_SECTION_ALIGNMENT)
    let image = UnsafeMutableRawPointer.allocate(byteCount: max(file.count, 1), alignment: alignment)
    image.copyMemory(from: file, byteCount: file.count)
    var memory: UnsafeMutableRawPointer?
    do {
      var requirements = crnn_requirements()
      requirements.struct_size = MemoryLayout<crnn_requirements>.size
      try PackedRun.check { crnn_file_requirements(image, file.count, nil, &requirements, $0) }
      let bytes = Int(requirements.model_bytes)
      let room = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 1), alignment: alignment)
      memory = room
      var options = crnn_model_options(
        struct_size: MemoryLayout<crnn_model_options>.size, isa: nil, defer_checksum: 1, copy_file: 0)
      var model: OpaquePointer?
      try PackedRun.check { crnn_model_init(room, bytes, image, file.count, &options, &model, $0) }
      guard let model else { throw GraphError("the runtime gave no model") }
      self.image = image
      self.memory = room
      self.model = model
    } catch {
      image.deallocate()
      memory?.deallocate()
      throw error
    }
  }

  deinit {
    memory.deallocate()
    image.deallocate()
  }

  /// The outputs for one sequence; `counts` says how many values each gives.
  func run(_ inputs: [[Float]], counts: [Int]) throws -> [[Float]] {
    var words = inputs.map { $0.map(\.bitPattern) }
    for (index, port) in graph.inputs.enumerated() where graph.tensors[port.tensor].isIndex {
      words[index] = inputs[index].map { UInt32(bitPattern: Int32(exactly: $0) ?? 0) }
    }
    words += counts.map { [UInt32](repeating: 0, count: $0) }
    let buffers = words.map { values in
      let buffer = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: max(values.count, 1))
      _ = buffer.initialize(from: values)
      return buffer
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    let arrays = zip(graph.inputs + graph.outputs, zip(words, buffers)).map { port, memory in
      let tensor = graph.tensors[port.tensor]
      let frames = memory.0.count / max(1, tensor.frame.elements)
      return PackedRun.array(memory.1.baseAddress, tensor.isIndex ? CRNN_S32 : CRNN_F32, [frames] + port.shape)
    }
    try arrays.withUnsafeBufferPointer { arrays in
      guard let base = arrays.baseAddress else { return }
      try PackedRun.check {
        crnn_run(
          model, base, Int32(graph.inputs.count), base + graph.inputs.count, Int32(graph.outputs.count), $0)
      }
    }
    return zip(buffers[inputs.count...], counts).map { buffer, count in
      buffer.prefix(count).map { Float(bitPattern: $0) }
    }
  }

  private static func array(_ data: UnsafeMutableRawPointer?, _ type: crnn_dtype, _ shape: [Int]) -> crnn_array {
    var array = crnn_array()
    array.struct_size = MemoryLayout<crnn_array>.size
    array.data = data
    array.dtype = type
    array.rank = Int32(shape.count)
    withUnsafeMutableBytes(of: &array.shape) { bytes in
      let sizes = bytes.bindMemory(to: Int64.self)
      for (axis, size) in shape.enumerated() where axis < sizes.count { sizes[axis] = Int64(size) }
    }
    return array
  }

  private static func check(_ call: (UnsafeMutablePointer<crnn_error>) -> crnn_status) throws {
    var error = crnn_error()
    error.struct_size = MemoryLayout<crnn_error>.size
    let status = call(&error)
    guard status != CRNN_OK else { return }
    let message = withUnsafeBytes(of: error.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    throw GraphError(message.isEmpty ? String(cString: crnn_status_text(status)) : message)
  }
}
