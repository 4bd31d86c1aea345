import Quantizer

/// Turns the nodes of an ONNX graph, one after another, into nodes of a graph of streams.
///
/// One extension per family of operators holds its handlers; `handlers` is the table of all of them.
final class Lowering {
  typealias Handler = @Sendable (Lowering) -> (SourceNode) throws -> [Value]

  let source: SourceGraph
  let options: ImportOptions
  let knowledge: Knowledge

  var graph = Graph()
  var values: [String: Value] = [:]
  var trace: StateTrace
  var symbols: SymbolTable
  /// Inputs as the file and the options describe them.
  var inputs: [String: InputPlan] = [:]
  /// For tensors that are an input after pointwise nodes only: that input. Its layout is still free.
  var pointwiseRoot: [TensorID: String] = [:]
  /// Tensors whose ONNX value has an open length, for sequences that are made to match.
  var lengthReference: [Dimension: TensorID] = [:]
  /// For tensors that are sequences: the input whose frames theirs follow at some ratio.
  var rateInput: [TensorID: String] = [:]
  /// Which inputs have rates that are fixed to each other.
  var rates = RateGroups()
  var warnings: [String] = []
  var givenScales: [GivenScale] = []
  /// While a node reads what lies backwards: its last frame is the first.
  var readsBackwards = false
  private var usedNames: Set<String> = []

  init(_ source: SourceGraph, options: ImportOptions, knowledge: Knowledge) {
    self.source = source
    self.options = options
    self.knowledge = knowledge
    symbols = SymbolTable(known: knowledge.lengths)
    trace = StateTrace(source, except: knowledge.initialStates)
  }

  /// Each makes lowering begin anew.
  private static let largestReplacements = 256

  /// Lowers the whole graph, again and again until nothing new is found out.
  static func run(_ source: SourceGraph, options: ImportOptions) throws -> ImportedModel {
    var (source, knowledge, replacements) = (source, Knowledge(), 0)
    // Every discovery is about one input, one length or one of a few facts, so this ends; the bound is for safety.
    for _ in 0..<(4 * source.inputs.count + source.nodes.count + 8 + largestReplacements) {
      let lowering = Lowering(source, options: options, knowledge: knowledge)
      do {
        return try lowering.lower()
      } catch Discovery.replacement(let replacement) {
        replacements += 1
        guard replacements <= largestReplacements else {
          throw ImportError(
            "more than \(largestReplacements) conditions and loops depend on sizes that only the network's inputs tell: "
              + "simplify the file with onnxsim")
        }
        try source.apply(replacement)
      } catch let discovery as Discovery {
        try knowledge.learn(discovery, options: options)
      }
    }
    throw ImportError("the time axes of the inputs cannot be told: name them (--time-axis)")
  }

  private func lower() throws -> ImportedModel {
    for (name, constant) in source.initializers { values[name] = .constant(constant) }
    try lowerInputs()
    for node in source.nodes {
      do {
        let results = try lower(node)
        for (name, value) in zip(node.outputs, results) where !name.isEmpty { values[name] = value }
        for name in node.outputs.dropFirst(results.count) where !name.isEmpty {
          values[name] = Value(obstacle: "output '\(name)' of node '\(node.name)' (\(node.op)) is not supported")
        }
      } catch let error as GraphError {
        throw node.error(error.message)
      }
    }
    return try finish()
  }

  private func lower(_ node: SourceNode) throws -> [Value] {
    let arguments = node.inputs.map { $0.isEmpty ? nil : values[$0] }
    let given = arguments.compactMap { $0 }
    if given.allSatisfy({ $0.constant != nil }),
      let constants = try Folder(node: node, inputs: arguments.map { $0?.constant }, opset: source.opset).fold()
    {
      let dependsOnLength = given.contains(where: \.dependsOnLength)
      return constants.map { Value(constant: $0, dependsOnLength: dependsOnLength) }
    }
    if given.contains(where: { $0.states != nil }), Folder.movements.contains(node.op) {
      return try moveStates(node, arguments)
    }
    if let results = try lowerBackwards(node) { return results }
    guard let handler = Lowering.handlers[node.op] else { throw unsupported(node) }
    return try handler(self)(node)
  }

  static let handlers: [String: Handler] = [
    shapeHandlers, movementHandlers, selectionHandlers, unaryHandlers, binaryHandlers, matrixHandlers,
    convolutionHandlers,
    poolHandlers, recurrentHandlers, normalizationHandlers, reductionHandlers, softmaxHandlers, concatenationHandlers,
    paddingHandlers, expansionHandlers, controlHandlers, quantizationHandlers,
    statisticsHandlers, gatedHandlers, einsumHandlers, reversalHandlers,
  ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }

  // MARK: Arguments

  /// The value of input `index` as a stream.
  func stream(_ node: SourceNode, _ index: Int = 0) throws -> StreamView {
    guard let name = node.input(index), let value = values[name] else {
      throw node.error("its input \(index) is missing")
    }
    if let view = value.stream { return view }
    if let obstacle = value.obstacle { throw node.error(obstacle) }
    if value.constant != nil {
      throw node.error("its input '\(name)' is a constant where a value computed from the inputs is expected")
    }
    throw node.error(
      "its input '\(name)' is an initial state, which only recurrent nodes can read; keep such a state "
        + "inside one LSTM, GRU or RNN"
    )
  }

  /// The constant at input `index`; nil where it is left out.
  func constant(_ node: SourceNode, _ index: Int, _ what: String) throws -> Constant? {
    guard let name = node.input(index) else { return nil }
    guard let constant = values[name]?.constant else {
      throw node.error("its \(what) must be a constant, but is computed: export the network with fixed \(what)")
    }
    return constant
  }

  func floats(_ node: SourceNode, _ index: Int, _ what: String) throws -> Constant? {
    guard let constant = try constant(node, index, what) else { return nil }
    guard let floats = constant.floats else { throw node.error("its \(what) must be numbers") }
    return Constant(shape: constant.shape, floats: try finite(node, floats, what))
  }

  func finite(_ node: SourceNode, _ values: [Float], _ what: String) throws -> [Float] {
    guard values.allSatisfy(\.isFinite) else {
      throw node.error("its \(what) hold values that are not finite: the network is broken, train or export it again")
    }
    return values
  }

  func dimensions(_ node: SourceNode, _ index: Int, _ what: String) throws -> [Dimension]? {
    guard let constant = try constant(node, index, what) else { return nil }
    guard let dimensions = constant.dimensions else { throw node.error("its \(what) must be integers") }
    return dimensions
  }

  func integers(_ node: SourceNode, _ index: Int, _ what: String) throws -> [Int]? {
    guard let dimensions = try dimensions(node, index, what) else { return nil }
    let known = dimensions.compactMap(\.value)
    guard known.count == dimensions.count else {
      throw node.error("its \(what) depend on an open size; fix it by giving the input's shape (--input-shape)")
    }
    return known
  }

  // MARK: Emission

  func frame(_ view: StreamView) -> FrameShape { graph.tensors[view.tensor].frame }

  func emit(_ operation: Operation, _ inputs: [TensorID], _ node: SourceNode, _ suffix: String = "") throws -> TensorID
  {
    var name = node.name + suffix
    var number = 1
    while !usedNames.insert(name).inserted {
      number += 1
      name = "\(node.name)\(suffix)#\(number)"
    }
    try checkStride(operation, inputs, node)
    do {
      let tensor = try graph.add(operation, inputs, name: name)
      rateInput[tensor] = followedInput(operation, inputs)
      let shape = graph.tensors[tensor].frame
      guard RowMajor.count([shape.height, shape.width, shape.channels]) != nil else {
        throw node.error("a frame of \(shape) values is too large")
      }
      return tensor
    } catch let error as GraphError {
      throw node.error(error.message)
    }
  }

  /// Strides along time multiply; a product that no sequence reaches is refused before it overflows.
  private func checkStride(_ operation: Operation, _ inputs: [TensorID], _ node: SourceNode) throws {
    let stride: Int
    switch operation {
    case .convolution(let convolution): stride = convolution.geometry.stride.time
    case .pool(let pool): stride = pool.geometry.stride.time
    case .window(let window): stride = window.hop
    default: return
    }
    let denominator = inputs.map { graph.tensors[$0].rate.denominator }.max() ?? 1
    guard let product = denominator.product(stride), product <= 1 << 32 else {
      throw node.error("the strides along time come to more than any sequence has frames")
    }
  }

  /// Emits a node that changes values but not their places.
  func emitPointwise(
    _ operation: Operation, _ view: StreamView, _ node: SourceNode, _ suffix: String = ""
  ) throws -> StreamView {
    let tensor = try emit(operation, [view.tensor], node, suffix)
    pointwiseRoot[tensor] = pointwiseRoot[view.tensor]
    return StreamView(tensor: tensor, axes: view.axes)
  }

  private func unsupported(_ node: SourceNode) -> ImportError {
    let advice =
      Lowering.advice[node.op]
      ?? "express the layer by supported operators, or leave it out of the exported network (docs list what "
      + "is supported)"
    return node.error("the operator \(node.op) is not supported: \(advice)")
  }

  /// Of comparisons and logic on values that are computed.
  private static let mask =
    "what is done to a frame cannot depend on its values: feed sequences without padding steps, one at a time, and export the "
    + "network without its mask"

  private static let advice: [String: String] = [
    "Equal": mask, "Less": mask, "LessOrEqual": mask, "Greater": mask, "GreaterOrEqual": mask, "Not": mask, "And": mask,
    "Or": mask, "Where": mask,
    "ArgMax": "end the exported network before it; the results are decoded after the network",
    "TopK": "end the exported network before it; the results are decoded after the network",
    "CTCGreedyDecoder": "end the exported network before it; the runtime decodes CTC itself",
    "Resize": "resize before the network, or replace it by a strided convolution or a pool",
    "Upsample": "resize before the network, or replace it by a strided convolution or a pool",
    "ConvTranspose": "networks that enlarge their input are not supported; end the exported network before it",
    "DynamicQuantizeLinear": "export the network with float weights; the converter quantises it itself",
    "QLinearConv": "export the network with float weights; the converter quantises it itself",
    "QLinearMatMul": "export the network with float weights; the converter quantises it itself",
    "MatMulInteger": "export the network with float weights; the converter quantises it itself",
    "ConvInteger": "export the network with float weights; the converter quantises it itself",
    "Erf": "it makes a GELU: train and export that with its tanh formula (approximate=\"tanh\")",
    "NonZero": "which values it picks depends on the data: leave masks out, or apply them after the network",
    "GridSample": "resample before the network",
    "DeformConv": "train the layer as an ordinary convolution",
    "RandomNormalLike": "export the network for inference: noise belongs to training",
    "STFT": "compute the spectrum before the network, or express it as a Conv with the Fourier basis as weights",
    "DFT": "compute the spectrum before the network, or express it as a Conv with the Fourier basis as weights",
  ]
}
