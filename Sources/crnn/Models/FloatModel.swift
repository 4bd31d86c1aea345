import Quantizer

/// A float graph and the interpreter that runs it.
struct FloatModel: SequenceModel {
  let interpreter: Interpreter
  let inputs: [PortDescription]
  let outputs: [PortDescription]
  /// What `text` answers.
  var texts: [String: String] = [:]

  /// - Parameter inputs: the graph's input ports with everything that is known of their arrays.
  init(graph: Graph, inputs: [PortDescription]) throws {
    interpreter = try Interpreter(graph: graph)
    self.inputs = inputs
    outputs = graph.outputs.map { PortDescription(graph: graph, port: $0) }
  }

  func run(_ sequence: [[Float]]) throws -> [[Float]] { try interpreter.run(sequence) }

  func text(_ key: String) -> String? { texts[key] }
}

extension PortDescription {
  init(graph: Graph, port: Port) {
    let tensor = graph.tensors[port.tensor]
    self.init(
      name: port.name, shape: port.shape, isPerSequence: tensor.rate.isPerSequence, fixedFrames: tensor.frames,
      isIndex: tensor.isIndex)
  }
}
