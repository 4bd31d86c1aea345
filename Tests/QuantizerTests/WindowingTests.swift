import Testing

@testable import Quantizer

@Suite struct WindowingTests {
  /// A network that sums frames of four values.
  private func sums(_ frame: FrameShape) throws -> Graph {
    var graph = Graph()
    let x = graph.addInput("x", frame: frame)
    let dense = Dense(frame: FrameShape(channels: 1), weights: [Float](repeating: 1, count: 4), bias: [0])
    graph.addOutput("sum", try graph.add(.dense(dense), [x], name: "sum"))
    return graph
  }

  /// Whatever the frame's own shape, the stream is cut the same way.
  @Test(arguments: [
    FrameShape(height: 4, channels: 1), FrameShape(channels: 4), FrameShape(height: 2, width: 2, channels: 1),
  ])
  func samplesAreCutIntoOverlappingWindows(frame: FrameShape) throws {
    let graph = try sums(frame).windowed("x", Window(length: 4, hop: 2, padBefore: 2))
    #expect(graph.inputs.map(\.name) == ["x"] && graph.inputs[0].shape == [])
    let interpreter = try Interpreter(graph: graph)
    // Windows 0 0 1 2, 1 2 3 4, 3 4 5 6; the last sample fills none.
    #expect(try interpreter.run([[1, 2, 3, 4, 5, 6, 7]]) == [[3, 10, 18]])
  }

  @Test func framesOfSeveralValuesStayTogether() throws {
    let graph = try sums(FrameShape(channels: 4)).windowed("x", Window(length: 2, hop: 1))
    #expect(graph.inputs[0].shape == [2])
    #expect(try Interpreter(graph: graph).run([[1, 2, 3, 4, 5, 6]]) == [[10, 18]])
  }

  @Test func theRestOfTheNetworkKeepsItsRates() throws {
    let plain = try sums(FrameShape(channels: 4))
    let graph = try plain.windowed("x", Window(length: 4, hop: 2))
    #expect(graph.tensors[graph.inputs[0].tensor].rate == Rate(2))
    #expect(graph.tensors[graph.outputs[0].tensor].rate == plain.tensors[plain.outputs[0].tensor].rate)
  }

  @Test func whatCannotBeIsRefused() throws {
    let graph = try sums(FrameShape(channels: 4))
    #expect(throws: GraphError.self) { try graph.windowed("none", Window(length: 4, hop: 2)) }
    #expect(throws: GraphError.self) { try graph.windowed("x", Window(length: 3, hop: 2)) }
    #expect(throws: GraphError.self) { try graph.windowed("x", Window(length: 4, hop: 0)) }
    var constant = Graph()
    constant.addOutput("y", constant.addInput("x", frame: FrameShape(channels: 4), rate: .perSequence))
    #expect(throws: GraphError.self) { try constant.windowed("x", Window(length: 4, hop: 2)) }
  }
}
