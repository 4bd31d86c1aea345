import CCRNN
import CRNN
import Converter
import Quantizer

/// What a packed file holds and what its streams take.
struct ModelInspection {
  struct Node {
    var name: String
    var operation: String
    /// Which of its kind: "lstm", "maximum", "last"; empty where there is one kind.
    var kind: String
    var geometry: Geometry
    var store: String
    /// height × width × channels
    var frame: String
    var rate: Rate
    /// So many frames in all, where they do not follow the input's; nil: as `rate` says.
    var frames: Int?
    var weightBytes: Int
    /// Multiplications by weights for one output frame.
    var macs: Int
    var ringBytes: Int
    var stateBytes: Int
    var scratchBytes: Int
    /// Input frames that must come after the one in step with an output frame; nil: the sequence must have ended.
    var lookahead: Int?
    /// nil: the whole sequence.
    var receptiveField: Int?
    var needsWholeSequence: Bool
    var inputs: [Int]
    var output: Int
  }

  /// Time, height, width.
  struct Geometry {
    var kernel = [1, 1, 1]
    var stride = [1, 1, 1]
    var dilation = [1, 1, 1]
  }

  struct Port {
    var direction: String
    var description: PortDescription
    var store: String
    var rate: Rate
    var tensor: Int
  }

  /// How an output follows an input.
  struct Timing {
    var output: String
    var input: String
    var inputFrames: Int
    var outputFrames: Int
    var lookahead: Int?
    var receptiveField: Int?
    var seesWholePast: Bool
    var needsWholeSequence: Bool
  }

  let packed: PackedModel
  let nodes: [Node]
  let ports: [Port]
  /// Of the pairs of ports that depend on each other.
  let timings: [Timing]
  let chunk: Int
  let length: Int?
  let isBounded: Bool
  let instructionSet: String
  /// What crnn_model_init takes, beside the file.
  let modelBytes: Int
  /// nil where the model is bounded and no length was given.
  let streamBytes: Int?

  init(_ packed: PackedModel, _ runtime: RuntimeModel, chunk: Int, length: Int?) throws {
    self.packed = packed
    self.chunk = chunk
    self.length = length
    isBounded = runtime.isBounded
    instructionSet = runtime.instructionSet
    let knowsStream = !runtime.isBounded || length != nil
    let streamBytes = knowsStream ? try runtime.streamBytes(chunk: chunk, maximumFrames: length ?? 0) : nil
    self.streamBytes = streamBytes
    modelBytes = try ModelInspection.modelBytes(packed)
    var options = runtime.streamOptions(chunk: chunk, maximumFrames: length ?? 0)
    let frames = ModelInspection.fixedFrames(packed)
    nodes = try packed.nodes.enumerated().map { index, node in
      var info = crnn_node_info()
      info.struct_size = MemoryLayout<crnn_node_info>.size
      try RuntimeModel.check { crnn_model_node(runtime.pointer, &options, Int32(index), &info, $0) }
      return Node(info, node, frames[node.output])
    }
    let described = [("input", packed.inputs, runtime.inputs), ("output", packed.outputs, runtime.outputs)]
    ports = described.flatMap { direction, packedPorts, ports in
      zip(packedPorts, ports).map { packedPort, port in
        let tensor = packed.tensors[packedPort.tensor]
        return Port(
          direction: direction, description: port, store: tensor.store?.name ?? "",
          rate: Rate(Int(tensor.record.rate_numerator), Int(tensor.record.rate_denominator)), tensor: packedPort.tensor)
      }
    }
    timings = try runtime.outputs.enumerated().flatMap { output, target in
      try runtime.inputs.enumerated().compactMap { input, source in
        var timing = crnn_timing()
        timing.struct_size = MemoryLayout<crnn_timing>.size
        try RuntimeModel.check { crnn_model_timing(runtime.pointer, Int32(output), Int32(input), &timing, $0) }
        return timing.depends == 0 ? nil : Timing(timing, output: target.name, input: source.name)
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
