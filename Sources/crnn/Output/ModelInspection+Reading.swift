import CCRNN
import Converter
import Quantizer

extension ModelInspection {
  /// Bytes of a model in the caller's memory, as the start of the file says.
  static func modelBytes(_ packed: PackedModel) throws -> Int {
    let prefix = min(Int(packed.header.prefix_size), packed.bytes.count)
    let memory = UnsafeMutableRawPointer.allocate(byteCount: max(prefix, 1), alignment: Int(CRNN_MEMORY_ALIGNMENT))
    defer { memory.deallocate() }
    packed.bytes.withUnsafeBytes {
      memory.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(memory), byteCount: prefix)
    }
    var requirements = crnn_requirements()
    requirements.struct_size = MemoryLayout<crnn_requirements>.size
    try RuntimeModel.check { crnn_file_requirements(memory, prefix, nil, &requirements, $0) }
    return Int(clamping: requirements.model_bytes)
  }

  /// Of each tensor: how many frames a sequence has where they do not follow the input's.
  static func fixedFrames(_ packed: PackedModel) -> [Int?] {
    var frames = [Int?](repeating: nil, count: packed.tensors.count)
    for port in packed.inputs where packed.tensors[port.tensor].record.rate_numerator == 0 { frames[port.tensor] = 1 }
    for node in packed.nodes {
      switch Int(node.record.op) {
      case CRNN_OP_TIME_REDUCTION: frames[node.output] = 1
      case CRNN_OP_UNSTACK: frames[node.output] = node.parameter(0)
      case CRNN_OP_REPEAT where node.inputs.count == 1: frames[node.output] = node.parameter(0)
      case CRNN_OP_REPEAT: frames[node.output] = frames[node.inputs[1]]
      default:
        let input = node.inputs.first.flatMap { frames[$0] }
        let fixed = Int(packed.tensors[node.output].record.fixed_frames)
        frames[node.output] = input == nil ? nil : fixed > 0 ? fixed : input
      }
    }
    return frames
  }
}

extension ModelInspection.Node {
  init(_ info: crnn_node_info, _ node: PackedNode, _ frames: Int?) {
    func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
    func extents(_ tuple: (Int32, Int32, Int32)) -> [Int] { [Int(tuple.0), Int(tuple.1), Int(tuple.2)] }
    self.init(
      name: text(info.name), operation: text(info.operation), kind: node.kind,
      geometry: Int(node.record.op) == CRNN_OP_RECURRENT
        ? .init()
        : .init(kernel: extents(info.kernel), stride: extents(info.stride), dilation: extents(info.dilation)),
      store: text(info.output_store), frame: "\(info.height)×\(info.width)×\(info.channels)",
      rate: Rate(Int(info.rate_numerator), Int(info.rate_denominator)), frames: frames,
      weightBytes: Int(clamping: info.weight_bytes), macs: Int(clamping: info.macs),
      ringBytes: Int(clamping: info.ring_bytes), stateBytes: Int(clamping: info.state_bytes),
      scratchBytes: Int(clamping: info.scratch_bytes), lookahead: Int(finite: info.lookahead),
      receptiveField: Int(finite: info.receptive_field), needsWholeSequence: info.whole_sequence != 0,
      inputs: node.inputs, output: node.output)
  }
}

extension ModelInspection.Timing {
  init(_ timing: crnn_timing, output: String, input: String) {
    self.init(
      output: output, input: input, inputFrames: Int(timing.input_frames), outputFrames: Int(timing.output_frames),
      lookahead: Int(finite: timing.lookahead), receptiveField: Int(finite: timing.receptive_field),
      seesWholePast: timing.whole_past != 0, needsWholeSequence: timing.whole_sequence != 0)
  }
}

extension PackedNode {
  /// Which of its operation's kinds it is; empty where there is one.
  fileprivate var kind: String {
    func name(_ names: [Int: String]) -> String { names[parameter(0)] ?? "" }
    let reductions = [
      CRNN_REDUCE_LAST: "last", CRNN_REDUCE_FIRST: "first", CRNN_REDUCE_MEAN: "mean", CRNN_REDUCE_MAXIMUM: "maximum",
      CRNN_REDUCE_MINIMUM: "minimum", CRNN_REDUCE_SUM: "sum",
    ]
    switch Int(record.op) {
    case CRNN_OP_RECURRENT:
      let kind = name([CRNN_RECURRENT_LSTM: "lstm", CRNN_RECURRENT_GRU: "gru", CRNN_RECURRENT_SIMPLE: "simple"])
      guard parameter(CRNN_RECURRENT_REVERSE) == 1 else { return kind }
      // A limited view, in frames: those of a block, and those ahead of it.
      let (seen, block) = (record.kernel.0, record.stride.0)
      return seen > 1 ? "\(kind) backward \(block) + \(seen - block) ahead" : "\(kind) backward"
    case CRNN_OP_POOL: return name([CRNN_POOL_MAXIMUM: "maximum", CRNN_POOL_AVERAGE: "average", CRNN_POOL_LP: "lp"])
    case CRNN_OP_TIME_REDUCTION, CRNN_OP_FRAME_REDUCTION: return name(reductions)
    case CRNN_OP_BINARY:
      return name([
        CRNN_BINARY_ADD: "add", CRNN_BINARY_SUBTRACT: "subtract", CRNN_BINARY_MULTIPLY: "multiply",
        CRNN_BINARY_DIVIDE: "divide", CRNN_BINARY_MINIMUM: "minimum", CRNN_BINARY_MAXIMUM: "maximum",
      ])
    case CRNN_OP_SOFTMAX: return parameter(0) == 1 ? "logarithm" : ""
    case CRNN_OP_ACTIVATION: return activation
    default: return ""
    }
  }

  private var activation: String {
    let names = [
      "identity", "relu", "leaky relu", "prelu", "elu", "clip", "sigmoid", "tanh", "hard sigmoid", "hard swish",
      "softplus", "softsign", "absolute", "exponential", "logarithm", "square root", "sign", "power", "affine",
      "scaled tanh", "thresholded relu", "reciprocal",
    ]
    let index = Int(record.activation)
    return index < names.count ? names[index] : ""
  }
}
