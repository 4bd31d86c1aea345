import CCRNN
import Quantizer
import Testing

@testable import StreamingChecks

/// Networks with several inputs and outputs: in whatever order and pieces their ports are fed and emptied, the results are
/// those of the whole sequence.
@Suite struct SeveralPortsTests {
  @Test(arguments: 0..<60) func anyOrderGivesTheSameBits(seed: Int) throws {
    var random = RandomNumbers(seed: UInt64(seed))
    let graph = try SeveralPortsTests.network(&random)
    let check = StreamingCase(graph, ticks: random.integer(1...30), &random)
    let failure = StreamingCheck.failure(check)
    #expect(failure == nil, "\(failure?.description ?? "")\n\(check)")
  }

  /// Where a join's inputs have different lengths, the shorter decides, and what comes after it at the other is in nobody's way.
  @Test(arguments: 0..<8) func theShorterInputEndsAJoin(seed: Int) throws {
    var random = RandomNumbers(seed: UInt64(seed))
    var builder = NetworkBuilder(seed: UInt64(seed))
    let ports = [builder.input(frame: FrameShape(channels: 2)), builder.input(frame: FrameShape(channels: 3))]
    let joined = try builder.joined(ports[0], ports[1])
    builder.output(joined)
    builder.output(try builder.add(.timeReduction(.sum), [joined]))
    let graph = builder.finished()
    let long = StreamingCase(graph, ticks: 200, &random)
    let runtime = try Runtime(try StreamingCheck.convert(long), isa: "baseline")
    let short = zip(long.inputs, graph.inputs).map {
      Array($0.prefix(7 * graph.tensors[$1.tensor].frame.elements))
    }
    let expected = try StreamingCheck.whole(runtime, short)
    for port in 0..<2 {
      var inputs = short
      inputs[port] = long.inputs[port]
      #expect(try runtime.runWhole(inputs, counts: [7, 1]) == expected)
      for _ in 0..<4 {
        let lengths = (0..<2).map { PortLength(frames: $0 == port ? 200 : 7, rate: 1) }
        #expect(try PortFeeder.run(runtime, inputs, .random(lengths, outputs: 2, &random)) == expected)
      }
    }
  }

  /// A convolution that looks ahead on one input, a recurrent layer on the other, joined; the second output is one value at the
  /// end. Often the recurrent layer's initial state is an input, or what the convolution's whole sequence came to.
  static func network(_ random: inout RandomNumbers) throws -> Graph {
    var graph = Graph()
    let columns = graph.addInput("columns", frame: FrameShape(height: 5, channels: 1))
    let features = graph.addInput("features", frame: FrameShape(channels: 3))
    let kernel = random.integer(1...5)
    let after = random.integer(0...(kernel - 1))
    let convolution = Convolution(
      geometry: WindowGeometry(
        kernel: Extent(time: kernel, height: 3), padBefore: Extent(time: kernel - 1 - after, height: 0, width: 0),
        padAfter: Extent(time: after, height: 0, width: 0)), outputChannels: 4,
      weights: random.values(kernel * 3 * 4, scale: 0.5), bias: random.values(4))
    let seen = try graph.add(.convolution(convolution), [columns], name: "seen")
    let flat = try graph.add(
      .dense(Dense(frame: FrameShape(channels: 4), weights: random.values(48, scale: 0.4), bias: random.values(4))),
      [seen],
      name: "flat")
    let kind: Recurrent.Kind = random.chance(50) ? .lstm : .gru
    let rows = kind == .lstm ? 24 : 18
    var layer = Recurrent(
      kind: kind, units: 6, inputWeights: random.values(3 * rows, scale: 0.5),
      hiddenWeights: random.values(6 * rows, scale: 0.5), inputBias: random.values(rows),
      hiddenBias: random.values(rows))
    layer.resetAfter = random.chance(50)
    layer.reverse = random.chance(30)
    var states: [TensorID] = []
    if random.chance(60) {
      // Computed from a port of its own, or known only at the end of the other sequence.
      let isLate = random.chance(40)
      let start =
        isLate
        ? try graph.add(.timeReduction(random.pick([.last, .mean, .first])), [flat], name: "late")
        : graph.addInput("start", frame: FrameShape(channels: 4), rate: .perSequence)
      states.append(
        try graph.add(
          .dense(Dense(frame: FrameShape(channels: 6), weights: random.values(24), bias: random.values(6))), [start],
          name: "begun"))
      if kind == .lstm, random.chance(60) {
        states.append(graph.addInput("cell", frame: FrameShape(height: 2, channels: 3), rate: .perSequence))
      }
    }
    let heard = try graph.add(.recurrent(layer), [features] + states, name: "heard")
    let joined = try graph.add(.concatenate(axis: 2), [flat, heard], name: "joined")
    graph.addOutput("each", joined)
    graph.addOutput("mean", try graph.add(.timeReduction(.mean), [joined], name: "mean"))
    return graph
  }
}
