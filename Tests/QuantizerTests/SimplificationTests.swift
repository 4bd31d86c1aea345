import Testing

@testable import Quantizer

@Suite struct SimplificationTests {
  @Test(arguments: 1...300)
  func computesTheSameFunction(seed: Int) throws {
    let (graph, input) = try RandomGraph.make(seed: UInt32(seed))
    let simplified = try graph.simplified()
    // An output that shares its tensor with another gets a node of its own.
    #expect(simplified.nodes.count <= graph.nodes.count + graph.outputs.count - 1)
    #expect(simplified.inputs.map(\.name) == graph.inputs.map(\.name))
    #expect(simplified.outputs.map(\.name) == graph.outputs.map(\.name))
    let before = try Interpreter(graph: graph).run([input])
    let after = try Interpreter(graph: simplified).run([input])
    for (a, b) in zip(before, after) {
      let size = a.map(abs).max() ?? 0
      expectClose(a, b, tolerance: 2e-4 * max(size, 1))
    }
  }

  /// The operations that are left of a chain.
  private func simplified(
    frame: FrameShape = FrameShape(channels: 2), _ operations: [Quantizer.Operation]
  ) throws -> [Node] {
    var graph = Graph()
    var tensor = graph.addInput("x", frame: frame)
    for (index, operation) in operations.enumerated() {
      tensor = try graph.add(operation, [tensor], name: "node\(index)")
    }
    graph.addOutput("y", tensor)
    return try graph.simplified().nodes
  }

  private func convolution(pad: Int) -> Quantizer.Operation {
    let geometry = WindowGeometry(
      kernel: Extent(time: 3), padBefore: Extent(time: pad, height: 0, width: 0),
      padAfter: Extent(time: pad, height: 0, width: 0))
    return .convolution(.counting(geometry, channels: 2, outputChannels: 2))
  }
  private let normalisation = Quantizer.Operation.affine(Affine(.perChannel, scale: [1, 2], shift: [0.5, 0]))

  @Test func normalisationAndActivationJoinTheConvolutionBefore() throws {
    let nodes = try simplified([convolution(pad: 1), normalisation, .activation(.relu)])
    #expect(nodes.count == 1)
    #expect(nodes[0].name == "node0")
    #expect(nodes[0].activation == .relu)
  }

  @Test func normalisationBeforeAPaddedConvolutionStays() throws {
    #expect(try simplified([normalisation, convolution(pad: 1)]).count == 2)
    #expect(try simplified([normalisation, convolution(pad: 0)]).count == 1)
    // A scale alone leaves the padding 0.
    let scale = Quantizer.Operation.affine(Affine(.perChannel, scale: [1, 2], shift: [0, 0]))
    #expect(try simplified([scale, convolution(pad: 1)]).count == 1)
  }

  /// Weights have one scale per row: constants that differ much from channel to channel would cost accuracy there.
  @Test func normalisationThatWouldUnbalanceTheWeightsStays() throws {
    let wide = Quantizer.Operation.affine(Affine(.perChannel, scale: [0.01, 2], shift: [0, 0]))
    #expect(try simplified([wide, convolution(pad: 0)]).count == 2)
    let far = Quantizer.Operation.affine(Affine(.perChannel, scale: [1, 1], shift: [100, 0]))
    #expect(try simplified([far, convolution(pad: 0)]).count == 2)
  }

  @Test func tensorsThatOthersReadAreNotFused() throws {
    var graph = Graph()
    let x = graph.addInput("x", frame: FrameShape(channels: 2))
    let c = try graph.add(convolution(pad: 1), [x], name: "c")
    let r = try graph.add(.activation(.relu), [c], name: "r")
    graph.addOutput("y", try graph.add(.binary(.add), [c, r], name: "sum"))
    #expect(try graph.simplified().nodes.map(\.name) == ["c", "r", "sum"])
    var second = Graph()
    let z = second.addInput("x", frame: FrameShape(channels: 2))
    let d = try second.add(convolution(pad: 1), [z], name: "c")
    second.addOutput("before", d)
    second.addOutput("after", try second.add(.activation(.relu), [d], name: "r"))
    #expect(try second.simplified().nodes.count == 2)
  }

  @Test func permutationsMoveIntoTheWeightsBehindThem() throws {
    let dense = Quantizer.Operation.dense(Dense(frame: FrameShape(channels: 1), weights: [1, 10, 100], bias: [0]))
    let gather = Quantizer.Operation.gather(table: [2, -1, 0], frame: FrameShape(height: 3, channels: 1))
    var graph = Graph()
    let x = graph.addInput("x", frame: FrameShape(channels: 3))
    graph.addOutput("y", try graph.add(dense, [try graph.add(gather, [x], name: "g")], name: "d"))
    let result = try graph.simplified()
    #expect(result.nodes.count == 1)
    #expect(try Interpreter(graph: result).run([[1, 2, 3]]) == [[103]])
    // A small selection out of a large frame stays, or the matrix would grow.
    let selection = Quantizer.Operation.gather(table: [5, 6, 7], frame: FrameShape(channels: 3))
    #expect(try simplified(frame: FrameShape(channels: 64), [selection, dense]).count == 2)
  }

  @Test func identitiesAndDeadNodesGo() throws {
    var graph = Graph()
    let x = graph.addInput("x", frame: FrameShape(channels: 2))
    _ = try graph.add(.activation(.tanh), [x], name: "dead")
    let a = try graph.add(.activation(.identity), [x], name: "identity")
    let b = try graph.add(.activation(Activation(.affine, alpha: 1, beta: 0)), [a], name: "one")
    graph.addOutput("y", try graph.add(.softmax(logarithm: false), [b], name: "softmax"))
    let result = try graph.simplified()
    #expect(result.nodes.map(\.name) == ["softmax"])
    #expect(result.tensors.count == 2)
    // An output port keeps, or gets, a tensor of its own.
    var shared = Graph()
    let z = shared.addInput("x", frame: FrameShape(channels: 2))
    let t = try shared.add(.activation(.tanh), [z], name: "tanh")
    for (name, tensor) in [("a", t), ("b", t), ("c", z)] { shared.addOutput(name, tensor) }
    let separate = try shared.simplified()
    #expect(Set(separate.outputs.map(\.tensor)).count == 3)
    #expect(try Interpreter(graph: separate).run([[1, 2]]) == Interpreter(graph: shared).run([[1, 2]]))
    #expect(try simplified([.activation(.identity)]).count == 1)
  }

  @Test func activationsAreOnlyFusedIntoNodesThatComputeInFloat() throws {
    let pool = Quantizer.Operation.pool(
      Pool(kind: .maximum, geometry: WindowGeometry(kernel: .one, stride: Extent(time: 2))))
    #expect(try simplified([pool, .activation(.relu)]).count == 2)
    #expect(try simplified([.softmax(logarithm: false), .activation(.relu)]).count == 2)
    #expect(try simplified([convolution(pad: 0), .activation(.relu), .activation(.tanh)]).count == 2)
  }
}
