import Converter
import Quantizer

/// A float graph and the interpreter that runs it.
struct FloatModel: SequenceModel {
  let interpreter: Interpreter
  let inputs: [PortDescription]
  let outputs: [PortDescription]
  /// What `text` answers.
  var texts: [String: String] = [:]

  /// - Parameters:
  ///   - inputs: the graph's input ports with everything that is known of their arrays.
  ///   - outputLayouts: how the network's own arrays lie at its output ports, by the ports' names.
  init(graph: Graph, inputs: [PortDescription], outputLayouts: [String: String] = [:]) throws {
    interpreter = try Interpreter(graph: graph)
    self.inputs = inputs
    outputs = graph.outputs.map { port in
      var description = PortDescription(graph: graph, port: port)
      description.networkLayout = outputLayouts[port.name].flatMap { try? ArrayLayout(output: $0) }
      return description
    }
  }

  func run(_ sequence: [[Float]]) throws -> [[Float]] { try interpreter.run(sequence) }

  func text(_ key: String) -> String? { texts[key] }
}
