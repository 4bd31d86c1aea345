import CCRNN
import CRNN
import Quantizer

/// What a packed file holds and what its streams take.
struct ModelInspection {
  struct Node {
    var name: String
    var operation: String
    var store: String
    /// height × width × channels
    var frame: String
    var rate: Rate
    var weightBytes: Int
    var ringBytes: Int
    var needsWholeSequence: Bool
  }

  struct Port {
    var direction: String
    var description: PortDescription
    var store: String
    var rate: Rate
  }

  let packed: PackedModel
  let nodes: [Node]
  let ports: [Port]
  let chunk: Int
  let length: Int?
  let isBounded: Bool
  let instructionSet: String
  /// nil where the model is bounded and no length was given.
  let streamBytes: Int?

  init(_ packed: PackedModel, _ runtime: RuntimeModel, chunk: Int, length: Int?) throws {
    self.packed = packed
    self.chunk = chunk
    self.length = length
    isBounded = runtime.isBounded
    instructionSet = runtime.instructionSet
    streamBytes =
      isBounded && length == nil ? nil : try runtime.streamBytes(chunk: chunk, maximumFrames: length ?? 0)
    var options = runtime.streamOptions(chunk: chunk, maximumFrames: length ?? 1)
    nodes = try (0..<crnn_model_node_count(runtime.pointer)).map { index in
      var info = crnn_node_info()
      info.struct_size = MemoryLayout<crnn_node_info>.size
      try RuntimeModel.check { crnn_model_node(runtime.pointer, &options, index, &info, $0) }
      return Node(info)
    }
    let described = [("input", packed.inputs, runtime.inputs), ("output", packed.outputs, runtime.outputs)]
    ports = described.flatMap { direction, packedPorts, ports in
      zip(packedPorts, ports).map { packedPort, port in
        let tensor = packed.tensors[packedPort.tensor]
        return Port(
          direction: direction, description: port, store: tensor.store?.name ?? "",
          rate: Rate(Int(tensor.record.rate_numerator), Int(tensor.record.rate_denominator)))
      }
    }
  }

  /// Names of the tensors stored in 16 bits: inputs and results of nodes.
  var wideTensors: [String] {
    ports.filter { $0.direction == "input" && $0.store == "s16" }.map(\.description.name)
      + nodes.filter { $0.store == "s16" }.map(\.name)
  }

  var weightBytes: Int { nodes.reduce(0) { $0 &+ $1.weightBytes } }
}

extension ModelInspection.Node {
  fileprivate init(_ info: crnn_node_info) {
    func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
    self.init(
      name: text(info.name), operation: text(info.operation), store: text(info.output_store),
      frame: "\(info.height)×\(info.width)×\(info.channels)",
      rate: Rate(Int(info.rate_numerator), Int(info.rate_denominator)), weightBytes: Int(clamping: info.weight_bytes),
      ringBytes: Int(clamping: info.ring_bytes), needsWholeSequence: info.whole_sequence != 0)
  }
}
