@testable import Quantizer

/// Small networks of random shape, with everything in them that simplification looks for.
struct RandomGraph {
  private(set) var graph = Graph()
  private var numbers: RandomNumbers
  /// The tensors so far that have the base rate.
  private var streams: [TensorID] = []
  private var count = 0

  static func make(seed: UInt32) throws -> (graph: Graph, input: [Float]) {
    var builder = RandomGraph(numbers: RandomNumbers(seed: seed))
    return try builder.build()
  }

  private init(numbers: RandomNumbers) { self.numbers = numbers }

  private mutating func build() throws -> (graph: Graph, input: [Float]) {
    let frame = FrameShape(
      height: numbers.integer(1...3), width: numbers.integer(1...2), channels: numbers.integer(1...4))
    streams = [graph.addInput("x", frame: frame)]
    for _ in 0..<numbers.integer(3...10) { try grow() }
    graph.addOutput("last", streams[streams.count - 1])
    if numbers.bool() { graph.addOutput("other", streams[numbers.integer(0...streams.count - 1)]) }
    return (graph, numbers.floats(7 * frame.elements, scale: 2))
  }

  private mutating func grow() throws {
    // Mostly a chain, because that is where nodes can be folded.
    let source =
      numbers.integer(0...3) > 0 ? streams[streams.count - 1] : streams[numbers.integer(0...streams.count - 1)]
    let frame = graph.tensors[source].frame
    var inputs = [source]
    let operation: Quantizer.Operation
    switch numbers.integer(0...10) {
    case 0: operation = .convolution(convolution(frame))
    case 1:
      let outputs = FrameShape(channels: numbers.integer(1...5))
      operation = .dense(
        Dense(
          frame: outputs, weights: numbers.floats(outputs.elements * frame.elements),
          bias: numbers.floats(outputs.elements)))
    case 2: operation = .recurrent(recurrent(frame))
    case 3, 4: operation = .affine(affine(frame))
    case 5: operation = .activation(activation(frame))
    case 6:
      let table = (0..<frame.elements).map { Int32($0) }
      operation = .gather(table: numbers.bool() ? table.reversed() : table, frame: frame)
    case 7:
      let table = (0..<numbers.integer(1...6)).map { _ in Int32(numbers.integer(-1...frame.elements - 1)) }
      operation = .gather(table: table, frame: FrameShape(channels: table.count))
    case 8:
      inputs = streams.filter { graph.tensors[$0].frame == frame }
      operation = inputs.count == 2 ? .binary(.add) : .concatenate(axis: 2)
    case 9:
      let kind: Pool.Kind = [.maximum, .average(countPadding: true), .lp(2)][numbers.integer(0...2)]
      let size = numbers.integer(1...min(2, frame.height))
      operation = .pool(Pool(kind: kind, geometry: WindowGeometry(kernel: Extent(height: size))))
    default: operation = .activation(.identity)
    }
    count += 1
    streams.append(try graph.add(operation, inputs, name: "node\(count)"))
  }

  private mutating func convolution(_ frame: FrameShape) -> Convolution {
    let pad = numbers.integer(0...1)
    // The length stays, so that every stream can be joined with every other.
    let geometry = WindowGeometry(
      kernel: Extent(time: 1 + 2 * pad), padBefore: Extent(time: pad, height: 0, width: 0),
      padAfter: Extent(time: pad, height: 0, width: 0))
    let groups = frame.channels % 2 == 0 && numbers.bool() ? 2 : 1
    let outputs = groups * numbers.integer(1...3)
    return Convolution(
      geometry: geometry, groups: groups, outputChannels: outputs,
      weights: numbers.floats(outputs * geometry.kernel.time * frame.channels / groups), bias: numbers.floats(outputs))
  }

  private mutating func recurrent(_ frame: FrameShape) -> Recurrent {
    let kind = [Recurrent.Kind.lstm, .gru, .simple][numbers.integer(0...2)]
    var layer = Recurrent.random(kind, inputs: frame.elements, units: numbers.integer(1...4), &numbers)
    layer.reverse = numbers.bool()
    layer.resetAfter = kind == .gru && numbers.bool()
    return layer
  }

  private mutating func affine(_ frame: FrameShape) -> Affine {
    let perElement = numbers.bool()
    let count = perElement ? frame.elements : frame.channels
    let scale: [Float] =
      switch numbers.integer(0...3) {
      case 0: [Float](repeating: 1, count: count)
      case 1: numbers.floats(count, scale: 3)
      default: numbers.floats(count, scale: 0.4).map { $0 + 1 }
      }
    let shift = numbers.integer(0...2) == 0 ? [Float](repeating: 0, count: count) : numbers.floats(count)
    return Affine(perElement ? .perElement : .perChannel, scale: scale, shift: shift)
  }

  private mutating func activation(_ frame: FrameShape) -> Activation {
    [
      .relu, .tanh, .sigmoid, Activation(.leakyRelu, alpha: 0.1), Activation(.affine, alpha: 0.5, beta: 0.25),
      Activation(.prelu, slopes: numbers.floats(frame.channels)),
    ][numbers.integer(0...5)]
  }
}
