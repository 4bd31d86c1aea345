import Testing

@testable import Quantizer

@Suite struct InferenceTests {
  private func inferred(_ operation: Quantizer.Operation, _ inputs: Tensor...) throws -> Tensor {
    try Graph.infer(operation, inputs, name: "node")
  }
  private func tensor(
    _ height: Int, _ width: Int, _ channels: Int, rate: Rate = Rate(1), frames: Int? = nil
  ) -> Tensor {
    Tensor(
      name: "x", frame: FrameShape(height: height, width: width, channels: channels), rate: rate, frames: frames)
  }

  @Test func convolutionChangesFrameRateAndLength() throws {
    let geometry = WindowGeometry(
      kernel: Extent(time: 5, height: 3, width: 1), stride: Extent(time: 2, height: 2, width: 1),
      padBefore: Extent(time: 2, height: 1, width: 0), padAfter: Extent(time: 2, height: 1, width: 0))
    let y = try inferred(
      .convolution(.counting(geometry, channels: 4, outputChannels: 8)), tensor(9, 1, 4, frames: 10))
    #expect(y.frame == FrameShape(height: 5, width: 1, channels: 8))
    #expect(y.rate == Rate(1, 2))
    #expect(y.frames == 5)
  }

  @Test func partialWindowsCountOnlyWithCeiling() {
    let geometry = WindowGeometry(kernel: Extent(time: 3), stride: Extent(time: 2))
    #expect(Graph.outputFrames(geometry, ceiling: false, frames: 6) == 2)
    #expect(Graph.outputFrames(geometry, ceiling: true, frames: 6) == 3)
    #expect(Graph.outputFrames(geometry, ceiling: true, frames: 0) == 0)
    #expect(Graph.outputFrames(geometry, ceiling: false, frames: 2) == 0)
  }

  @Test func joinsNeedOneRateAndLength() throws {
    let (a, b) = (tensor(1, 1, 2, frames: 8), tensor(1, 1, 3))
    #expect(try inferred(.concatenate(axis: 2), a, b).frame.channels == 5)
    #expect(try inferred(.concatenate(axis: 2), b, a).frames == 8)
    #expect(throws: GraphError.self) {
      try inferred(.concatenate(axis: 2), a, tensor(1, 1, 3, rate: Rate(1, 2)))
    }
    #expect(throws: GraphError.self) { try inferred(.binary(.add), a, tensor(1, 1, 2, frames: 9)) }
    #expect(throws: GraphError.self) { try inferred(.binary(.add), a, b) }
    #expect(throws: GraphError.self) { try inferred(.concatenate(axis: 3), a, b) }
  }

  @Test func weightsThatDoNotFitAreRefused() {
    let convolution = Convolution.counting(WindowGeometry(kernel: Extent(time: 3)), channels: 2)
    #expect(throws: GraphError.self) { try inferred(.convolution(convolution), tensor(1, 1, 3)) }
    var grouped = convolution
    grouped.groups = 0
    #expect(throws: GraphError.self) { try inferred(.convolution(grouped), tensor(1, 1, 2)) }
    var numbers = RandomNumbers(seed: 1)
    var layer = Recurrent.random(.lstm, inputs: 2, units: 3, &numbers)
    layer.peephole = [1]
    #expect(throws: GraphError.self) { try inferred(.recurrent(layer), tensor(1, 1, 2)) }
  }

  @Test func absurdNumbersAreRefusedAndDoNotTrap() {
    let huge = Int.max / 2
    for extent in [
      Extent(time: huge), Extent(height: huge), Extent(width: huge, ), Extent(time: 1 << 40, height: 1 << 40),
    ] {
      for geometry in [
        WindowGeometry(kernel: extent), WindowGeometry(kernel: .one, stride: extent),
        WindowGeometry(kernel: Extent(time: 3, height: 1, width: 1), dilation: extent),
        WindowGeometry(kernel: .one, padBefore: extent, padAfter: extent),
      ] {
        let convolution = Convolution(geometry: geometry, outputChannels: 1, weights: [1], bias: [0])
        #expect(throws: GraphError.self) { try inferred(.convolution(convolution), tensor(1, 1, 1, frames: 4)) }
      }
    }
    #expect(throws: GraphError.self) {
      try inferred(.unstack(count: huge, frame: FrameShape(channels: 4)), tensor(1, 1, 4, rate: .perSequence))
    }
    #expect(throws: GraphError.self) { try inferred(.window(Window(length: huge, hop: 1)), tensor(1, 1, 4)) }
    #expect(throws: GraphError.self) {
      try inferred(.embedding(Embedding(rows: huge, width: 4, table: [])), tensor(1, 1, 1))
    }
  }

  @Test func sequencesAndStreams() throws {
    let last = try inferred(.timeReduction(.last), tensor(1, 1, 4))
    #expect(last.rate.isPerSequence && last.frames == 1)
    let copies = try inferred(.repeatFrame(count: 5), last)
    #expect(copies.rate == Rate(5) && copies.frames == 5)
    let parts = try inferred(.unstack(count: 2, frame: FrameShape(channels: 2)), last)
    #expect(parts.frame.channels == 2 && parts.frames == 2)
    let stacked = try inferred(.window(Window(length: 4, hop: 4)), tensor(2, 3, 5))
    #expect(stacked.frame == FrameShape(height: 4, width: 6, channels: 5))
    #expect(stacked.rate == Rate(1, 4))
  }
}
