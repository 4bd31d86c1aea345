import Quantizer

/// A random valid network of small extents, the same from the same seed.
struct RandomNetwork {
  enum Ports {
    /// One input, a stream of numbers of any length, and one output.
    case stream
    case any
  }

  let graph: Graph
  /// Sequences need so many ticks for the inputs of every join to have as many frames.
  let shortest: Int

  init(seed: UInt64, ports: Ports = .any) throws {
    // A network that gives nothing for any sequence is not worth a check.
    for attempt in 0..<100 {
      let network = try RandomNetwork(random: seed &+ UInt64(attempt) << 40, ports)
      if network.shortest <= NetworkBuilder.longest / 2 {
        self = network
        return
      }
    }
    throw GraphError("seed \(seed): no network came about")
  }

  private init(random seed: UInt64, _ ports: Ports) throws {
    var builder = NetworkBuilder(seed: seed)
    let openings = ports == .stream ? [Opening.stream] : Opening.all
    var ends = try builder.opening(openings)
    for index in ends.indices { ends[index] = try builder.grown(ends[index], layers: 0...(ports == .stream ? 5 : 3)) }
    while ends.count > 1 {
      let b = ends.removeLast()
      let a = ends.removeLast()
      if let tensor = try builder.merged(a, b) {
        ends.append(try builder.grown(tensor, layers: 0...2))
      } else {
        builder.output(try builder.looked(up: b))
        ends.append(a)
      }
    }
    builder.output(try builder.looked(up: ends[0]))
    if ports == .any, builder.random.chance(30) {
      // One of the tensors on the way.
      let numeric = builder.graph.nodes.map(\.output).filter { !builder.graph.tensors[$0].isIndex }
      if !numeric.isEmpty { builder.output(builder.random.pick(numeric)) }
    }
    graph = builder.finished()
    shortest = builder.shortest
  }
}

extension NetworkBuilder {
  fileprivate mutating func opening(_ openings: [Opening]) throws -> [TensorID] {
    var chosen = random.integer(0...(openings.reduce(0) { $0 + $1.weight } - 1))
    for opening in openings {
      chosen -= opening.weight
      if chosen < 0 { return try opening.open(&self) }
    }
    return []
  }

  fileprivate mutating func grown(_ input: TensorID, layers: ClosedRange<Int>) throws -> TensorID {
    var tensor = input
    for _ in 0..<random.integer(layers) { tensor = try layer(tensor) }
    return tensor
  }

  /// Indices, looked up: an output has numbers.
  fileprivate mutating func looked(up tensor: TensorID) throws -> TensorID {
    var tensor = tensor
    while graph.tensors[tensor].isIndex { tensor = try layer(tensor) }
    return tensor
  }

  /// Two tensors as one, where there is a way.
  fileprivate mutating func merged(_ a: TensorID, _ b: TensorID) throws -> TensorID? {
    let (a, b) = (try looked(up: a), try looked(up: b))
    if canJoin(a, b) { return try joined(a, b) }
    if rate(b).isPerSequence { return try beside(a, b) }
    if rate(a).isPerSequence { return try beside(b, a) }
    guard random.chance(40) else { return nil }
    if random.chance(50) { return try beside(a, try reduced(b)) }
    let (first, second) = (try reduced(a), try reduced(b))
    return canJoin(first, second) ? try joined(first, second) : nil
  }
}
