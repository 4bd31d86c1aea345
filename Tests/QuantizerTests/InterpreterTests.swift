import Testing

@testable import Quantizer

/// A graph of one operation on one input of the given frame.
func single(
  _ operation: Quantizer.Operation, frame: FrameShape, rate: Rate = Rate(1), isIndex: Bool = false
) throws -> Interpreter {
  var graph = Graph()
  let x = graph.addInput("x", frame: frame, rate: rate, isIndex: isIndex)
  let y = try graph.add(operation, [x], name: "y")
  graph.addOutput("y", y)
  return try Interpreter(graph: graph)
}

func expectClose(_ a: [Float], _ b: [Float], tolerance: Float = 1e-6, sourceLocation: SourceLocation = #_sourceLocation)
{
  #expect(a.count == b.count, sourceLocation: sourceLocation)
  for (i, (x, y)) in zip(a, b).enumerated() {
    #expect(abs(x - y) <= tolerance, "element \(i)", sourceLocation: sourceLocation)
  }
}

@Suite struct InterpreterTests {
  @Test func convolutionOverTimePadsWithZero() throws {
    let geometry = WindowGeometry(
      kernel: Extent(time: 3), padBefore: Extent(time: 1, height: 0, width: 0),
      padAfter: Extent(time: 1, height: 0, width: 0))
    let convolution = Convolution(geometry: geometry, outputChannels: 1, weights: [1, 10, 100], bias: [0.5])
    let y = try single(.convolution(convolution), frame: FrameShape(channels: 1)).run([[1, 2, 3]])
    #expect(y == [[210.5, 321.5, 32.5]])
  }
}
