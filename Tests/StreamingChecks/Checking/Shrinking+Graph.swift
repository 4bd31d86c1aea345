import Quantizer

/// Smaller graphs for a failing case. A candidate need not be valid: it is then no case that fails like the first.
extension StreamingCase {
  func withOneOutput() -> [StreamingCase] {
    guard graph.outputs.count > 1 else { return [] }
    return graph.outputs.map { port in
      var smaller = graph
      smaller.outputs = [port]
      return replacing(smaller)
    }
  }

  /// What goes into the node of an output becomes the output.
  func withEarlierOutputs() -> [StreamingCase] {
    graph.outputs.indices.flatMap { index -> [StreamingCase] in
      guard let node = graph.nodes.first(where: { $0.output == graph.outputs[index].tensor }) else { return [] }
      return node.inputs.filter { !graph.tensors[$0].isIndex }.map { input in
        var smaller = graph
        smaller.outputs.remove(at: index)
        smaller.addOutput(graph.outputs[index].name, input)
        return replacing(smaller)
      }
    }
  }

  /// What a node gives comes from a port of its own instead.
  func withCuts() -> [StreamingCase] {
    let sequences = [calibration, inputs].map { try? values($0) }
    guard let calibrated = sequences[0], let given = sequences[1] else { return [] }
    return graph.nodes.indices.reversed().map { index in
      var smaller = graph
      let tensor = graph.nodes[index].output
      smaller.nodes.remove(at: index)
      var port = graph.inputs[0]
      port.tensor = tensor
      port.shape = Graph.visibleShape(graph.tensors[tensor].frame)
      smaller.inputs.append(port)
      for port in smaller.inputs.indices { smaller.inputs[port].name = "in\(port)" }
      var check = self
      check.calibration.append(calibrated[tensor] ?? [])
      check.inputs.append(given[tensor] ?? [])
      check.kinds = [:]
      return check.replacing(smaller, portCount: smaller.inputs.count)
    }
  }

  /// All values of a sequence, by tensor.
  private func values(_ sequence: [[Float]]) throws -> [TensorID: [Float]] {
    var values: [TensorID: [Float]] = [:]
    _ = try Interpreter(graph: graph).run(sequence) { site, frames in
      if case .tensor(let tensor) = site { values[tensor] = Array(frames) }
    }
    return values
  }

  /// A node is left out where its input can stand for its output.
  func withBypasses() -> [StreamingCase] {
    graph.nodes.indices.flatMap { index -> [StreamingCase] in
      let node = graph.nodes[index]
      return node.inputs.map { input in
        var smaller = graph
        smaller.nodes.remove(at: index)
        for other in smaller.nodes.indices {
          smaller.nodes[other].inputs = smaller.nodes[other].inputs.map { $0 == node.output ? input : $0 }
        }
        for port in smaller.outputs.indices where smaller.outputs[port].tensor == node.output {
          smaller.outputs[port].tensor = input
        }
        return smaller
      }.compactMap { rebuilt($0) }
    }
  }

  func withSimplerNodes() -> [StreamingCase] {
    graph.nodes.indices.flatMap { index in
      graph.nodes[index].operation.simpler.compactMap { operation in
        var smaller = graph
        smaller.nodes[index].operation = operation
        return rebuilt(smaller)
      }
    }
  }

  /// Frames of an input port with an extent of 1.
  func withSmallerFrames() -> [StreamingCase] {
    graph.inputs.indices.flatMap { index in
      [\FrameShape.height, \.width, \.channels].compactMap { axis in
        var smaller = graph
        let tensor = graph.inputs[index].tensor
        guard smaller.tensors[tensor].frame[keyPath: axis] > 1 else { return nil }
        smaller.tensors[tensor].frame[keyPath: axis] = 1
        return rebuilt(smaller)
      }
    }
  }

  /// The case with another graph, whose ports are the first so many of what the inputs are for.
  private func replacing(_ smaller: Graph, portCount: Int? = nil) -> StreamingCase {
    let pruned = smaller.pruned()
    let names = smaller.inputs.map(\.name)
    let kept = pruned.inputs.map { port in names.firstIndex(of: port.name) ?? 0 }
    return changed { check in
      check.graph = pruned
      check.calibration = kept.map { check.calibration[$0] }
      check.inputs = kept.map { check.inputs[$0] }
      check.kinds = check.kinds.filter { kind in pruned.inputs.contains { $0.name == kind.key } }
      for index in check.feedings.indices {
        check.feedings[index].steps = check.feedings[index].steps.compactMap { step in
          switch step {
          case .push(let port, let frames): kept.firstIndex(of: port).map { .push(port: $0, frames: frames) }
          case .finish(let port): kept.firstIndex(of: port).map { .finish(port: $0) }
          default: step
          }
        }
      }
      check.keepPace()
    }
  }

  /// The case with a graph whose frames and weights are worked out anew, in the order of its nodes; nil where they do not fit.
  private func rebuilt(_ smaller: Graph) -> StreamingCase? {
    var graph = Graph()
    var place: [TensorID: TensorID] = [:]
    for port in smaller.inputs {
      let tensor = smaller.tensors[port.tensor]
      place[port.tensor] = graph.addInput(
        port.name, frame: tensor.frame, rate: tensor.rate, frames: tensor.frames, isIndex: tensor.isIndex)
    }
    for node in smaller.nodes {
      let inputs = node.inputs.compactMap { place[$0] }
      guard inputs.count == node.inputs.count, let first = inputs.first else { return nil }
      let operation = node.operation.fitted(to: graph.tensors[first].frame)
      guard let output = try? graph.add(operation, inputs, name: node.name) else { return nil }
      place[node.output] = output
    }
    for port in smaller.outputs {
      guard let tensor = place[port.tensor] else { return nil }
      graph.addOutput(port.name, tensor)
    }
    var check = self
    for index in graph.inputs.indices {
      let (old, new) = (self.graph.inputs[index].tensor, graph.inputs[index].tensor)
      let (from, to) = (self.graph.tensors[old].frame.elements, graph.tensors[new].frame.elements)
      guard from != to else { continue }
      check.calibration[index] = check.calibration[index].resized(check.calibration[index].count / from * to)
      check.inputs[index] = check.inputs[index].resized(check.inputs[index].count / from * to)
    }
    return check.replacing(graph)
  }
}
