import Quantizer

/// A network that grows node by node. It knows how many frames each tensor has for every length of the sequence, and so which
/// tensors can be joined.
struct NetworkBuilder {
  /// Sequences have at most so many ticks.
  static let longest = 40

  private(set) var graph = Graph()
  var random: RandomNumbers
  /// With fewer ticks, the inputs of a join would have different numbers of frames.
  private(set) var shortest = 0
  /// Frames of each tensor for 0, 1, … ticks.
  private var counts: [[Int]] = []
  private var named = 0

  init(seed: UInt64) { random = RandomNumbers(seed: seed) }

  func frame(_ tensor: TensorID) -> FrameShape { graph.tensors[tensor].frame }
  func rate(_ tensor: TensorID) -> Rate { graph.tensors[tensor].rate }

  mutating func input(
    frame: FrameShape, rate: Rate = Rate(1), frames: Int? = nil, isIndex: Bool = false
  ) -> TensorID {
    let tensor = graph.addInput("in\(graph.inputs.count)", frame: frame, rate: rate, frames: frames, isIndex: isIndex)
    count()
    return tensor
  }

  mutating func add(_ operation: Operation, _ inputs: [TensorID]) throws -> TensorID {
    named += 1
    let tensor = try graph.add(operation, inputs, name: "n\(named)")
    count()
    return tensor
  }

  mutating func output(_ tensor: TensorID) {
    graph.addOutput("out\(graph.outputs.count)", tensor)
  }

  /// The finished network, without what leads to no output.
  func finished() -> Graph { graph.pruned() }

  private mutating func count() {
    let all = (0...NetworkBuilder.longest).map { ticks in
      graph.frameCounts(inputs: graph.portFrames(ticks: ticks))
    }
    counts = graph.tensors.indices.map { tensor in all.map { $0[tensor] } }
  }

  /// Whether two tensors have the same rate and, for every sequence that is not too short, the same number of frames.
  func canJoin(_ a: TensorID, _ b: TensorID) -> Bool { rate(a) == rate(b) && ticksToJoin(a, b) <= 12 }

  /// To be called before a join.
  mutating func willJoin(_ a: TensorID, _ b: TensorID) { shortest = max(shortest, ticksToJoin(a, b)) }

  private func ticksToJoin(_ a: TensorID, _ b: TensorID) -> Int {
    (0...NetworkBuilder.longest).last { counts[a][$0] != counts[b][$0] }.map { $0 + 1 } ?? 0
  }
}

extension Graph {
  /// Frames at each input port for a sequence of so many ticks of the time base.
  func portFrames(ticks: Int) -> [Int] {
    inputs.map { port in
      let tensor = tensors[port.tensor]
      if tensor.rate.isPerSequence { return 1 }
      return tensor.frames ?? (ticks * tensor.rate.numerator + tensor.rate.denominator - 1) / tensor.rate.denominator
    }
  }

  /// The same network without the nodes, tensors and input ports that lead to no output.
  func pruned() -> Graph {
    var isNeeded = [Bool](repeating: false, count: tensors.count)
    for port in outputs { isNeeded[port.tensor] = true }
    for node in nodes.reversed() where isNeeded[node.output] {
      for input in node.inputs { isNeeded[input] = true }
    }
    var graph = Graph()
    var place = [TensorID](repeating: -1, count: tensors.count)
    for (index, tensor) in tensors.enumerated() where isNeeded[index] {
      place[index] = graph.tensors.count
      graph.tensors.append(tensor)
    }
    for port in inputs where isNeeded[port.tensor] {
      graph.inputs.append(port.moved(to: place[port.tensor]))
    }
    for node in nodes where isNeeded[node.output] {
      var node = node
      node.inputs = node.inputs.map { place[$0] }
      node.output = place[node.output]
      graph.nodes.append(node)
    }
    graph.outputs = outputs.map { $0.moved(to: place[$0.tensor]) }
    return graph
  }
}

extension Port {
  fileprivate func moved(to tensor: TensorID) -> Port {
    var port = self
    port.tensor = tensor
    return port
  }
}
