import CCRNN
import CRNN

/// A packed network on whole sequences, run by the runtime itself: what is measured is what a device will compute.
public struct PackedRun {
  private let inputs: [Port]
  private let outputs: [Port]
  private let tensors: [Tensor]
  private let model: LoadedModel

  /// Throws `GraphError` where the runtime refuses the file.
  init(_ network: QuantizedNetwork) throws {
    try self.init(LoadedModel(file: network.packed()), graph: network.graph)
  }

  /// - Parameter graph: any with the model's ports.
  public init(_ model: LoadedModel, graph: Graph) {
    self.model = model
    (inputs, outputs, tensors) = (graph.inputs, graph.outputs, graph.tensors)
  }

  /// The outputs for one sequence; `counts` says how many values each gives.
  public func run(_ sequence: [[Float]], counts: [Int]) throws -> [[Float]] {
    var words = sequence.map { $0.map(\.bitPattern) }
    for (index, port) in inputs.enumerated() where tensors[port.tensor].isIndex {
      words[index] = sequence[index].map { UInt32(bitPattern: Int32(exactly: $0) ?? 0) }
    }
    words += counts.map { [UInt32](repeating: 0, count: $0) }
    let buffers = words.map { values in
      let buffer = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: max(values.count, 1))
      _ = buffer.initialize(from: values)
      return buffer
    }
    defer { for buffer in buffers { buffer.deallocate() } }
    let arrays = zip(inputs + outputs, zip(words, buffers)).map { port, memory in
      let tensor = tensors[port.tensor]
      let frames = memory.0.count / max(1, tensor.frame.elements)
      return PackedRun.array(memory.1.baseAddress, tensor.isIndex ? CRNN_S32 : CRNN_F32, [frames] + port.shape)
    }
    try arrays.withUnsafeBufferPointer { arrays in
      guard let base = arrays.baseAddress else { return }
      try LoadedModel.check {
        crnn_run(model.pointer, base, Int32(inputs.count), base + inputs.count, Int32(outputs.count), $0)
      }
    }
    return zip(buffers[sequence.count...], counts).map { buffer, count in
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
}
