import Quantizer

/// A network, a sequence, and ways to feed it.
struct StreamingCase {
  var graph: Graph
  /// How input ports are stored, by name.
  var kinds: [String: InputKind] = [:]
  /// Recurrent layers, by name, whose weights on the hidden state have 14 bits.
  var wideHidden: Set<String> = []
  /// One array per input port for the calibration, and for the sequence that is checked.
  var calibration: [[Float]]
  var inputs: [[Float]]
  var feedings: [Feeding]

  /// Frames of the sequence at each port.
  var lengths: [Int] { zip(inputs, graph.inputs).map { $0.count / graph.tensors[$1.tensor].frame.elements } }

  /// The case of a seed.
  init(seed: UInt64, ports: RandomNetwork.Ports = .any) throws {
    let network = try RandomNetwork(seed: seed, ports: ports)
    var random = RandomNumbers(seed: seed ^ 0xFACE)
    self.init(network.graph, ticks: random.integer(network.shortest...NetworkBuilder.longest), &random)
  }

  /// A random sequence of so many ticks, and random feedings.
  init(_ graph: Graph, ticks: Int, _ random: inout RandomNumbers) {
    self.graph = graph
    calibration = graph.randomInputs(ticks: max(NetworkBuilder.longest - 5, ticks), &random)
    inputs = graph.randomInputs(ticks: ticks, &random)
    for port in graph.inputs where !graph.tensors[port.tensor].isIndex && random.chance(40) {
      kinds[port.name] = random.chance(70) ? .image : .audio
    }
    feedings = []
    let lengths = graph.portLengths(ticks: ticks)
    for chunk in [1, random.integer(2...4), random.integer(5...12)] {
      feedings.append(.paced(lengths, chunk: chunk, &random))
    }
    for _ in 0..<4 { feedings.append(.random(lengths, outputs: graph.outputs.count, &random)) }
    wideHidden = Set(graph.nodes.filter { $0.canHaveWideHidden && random.chance(50) }.map(\.name))
  }
}

extension Graph {
  func portLengths(ticks: Int) -> [PortLength] {
    zip(portFrames(ticks: ticks), inputs).map { frames, port in
      let rate = tensors[port.tensor].rate
      return PortLength(frames: frames, rate: Double(rate.numerator) / Double(rate.denominator))
    }
  }

  func randomInputs(ticks: Int, _ random: inout RandomNumbers) -> [[Float]] {
    zip(portFrames(ticks: ticks), inputs).map { frames, port in
      let tensor = tensors[port.tensor]
      let count = frames * tensor.frame.elements
      guard tensor.isIndex else { return random.values(count) }
      return (0..<count).map { _ in Float(random.integer(0...(Embedding.rowsOfRandomNetworks - 1))) }
    }
  }
}
