import CCRNN
import Quantizer
import Testing

@testable import StreamingChecks

/// What crnn_model_timing and crnn_model_span say is what happens: an input frame changes output frames of its span alone, and
/// an output frame comes out when its lookahead has come.
@Suite struct TimingTests {
  /// Batches of seeds, so that they run side by side.
  @Test(arguments: 0..<4) func randomNetworks(batch: Int) throws {
    var counts = TimingCounts()
    for seed in UInt64(60 * batch)..<UInt64(60 * batch + 60) {
      let network = try RandomNetwork(seed: seed, ports: .stream)
      var random = RandomNumbers(seed: seed ^ 0x71E)
      try TimingCheck(
        network.graph, frames: random.integer(1...24), &random,
        "seed \(seed) \(network.graph.nodes.map { "\($0.operation)".prefix(180) })"
      ).run(&counts)
    }
    // What is said holds often enough to say something: windows that end where something changes, frames that come exactly then.
    #expect(counts.spans > 150 && counts.tight * 10 > counts.spans * 9 && counts.exact > 150, "\(counts)")
  }

  @Test func severalPorts() throws {
    var counts = TimingCounts()
    for seed in 0..<UInt64(40) {
      var random = RandomNumbers(seed: seed)
      let graph = try SeveralPortsTests.network(&random)
      try TimingCheck(graph, frames: random.integer(1...16), &random, "seed \(seed)").run(&counts)
    }
    #expect(counts.exact > 100, "\(counts)")
  }

  /// Two inputs, one with twice the frames of the other, joined.
  @Test func inputsOfDifferentRates() throws {
    var random = RandomNumbers(seed: 5)
    var graph = Graph()
    let sound = graph.addInput("sound", frame: FrameShape(channels: 2), rate: Rate(2))
    let image = graph.addInput("image", frame: FrameShape(channels: 2))
    let heard = try graph.add(
      .convolution(
        Convolution(
          geometry: WindowGeometry(
            kernel: Extent(time: 4), stride: Extent(time: 2), padBefore: Extent(time: 2, height: 0, width: 0)),
          outputChannels: 3, weights: random.values(4 * 2 * 3), bias: random.values(3))), [sound], name: "heard")
    let seen = try graph.add(
      .convolution(
        Convolution(
          geometry: WindowGeometry(
            kernel: Extent(time: 5), dilation: Extent(time: 2), padBefore: Extent(time: 6, height: 0, width: 0),
            padAfter: Extent(time: 2, height: 0, width: 0)),
          outputChannels: 3, weights: random.values(5 * 2 * 3), bias: random.values(3))), [image], name: "seen")
    graph.addOutput("both", try graph.add(.binary(.add), [heard, seen], name: "both"))
    let inputs = [random.values(2 * 24), random.values(2 * 12)]
    let (bytes, _) = try Conversion.convert(graph: graph, calibration: [CalibrationSequence(inputs: inputs)])
    let runtime = try Runtime(bytes)

    let fast = try runtime.timing(output: 0, input: 0)
    #expect(fast.input_frames == 2 && fast.output_frames == 1 && fast.lookahead == 1 && fast.receptive_field == 4)
    let slow = try runtime.timing(output: 0, input: 1)
    #expect(slow.input_frames == 1 && slow.output_frames == 1 && slow.lookahead == 2 && slow.receptive_field == 9)
    #expect(slow.depends == 1 && slow.whole_past == 0 && slow.whole_sequence == 0)
    #expect(try runtime.span(output: 0, input: 0, frame: 5, of: 24) == 8...11)
    #expect(try runtime.span(output: 0, input: 1, frame: 5, of: 12) == 0...7)
    #expect(try runtime.span(output: 0, input: 1, frame: 11, of: 12) == 5...11)
    #expect(try runtime.span(output: 0, input: 1, frame: 11, of: nil) == 5...13)
  }

  /// A recurrent layer whose state is the mean of the other sequence, which itself has no part in a third output.
  @Test func wholeSequences() throws {
    var random = RandomNumbers(seed: 6)
    var graph = Graph()
    let first = graph.addInput("first", frame: FrameShape(channels: 3))
    let second = graph.addInput("second", frame: FrameShape(channels: 3))
    let mean = try graph.add(.timeReduction(.mean), [first], name: "mean")
    let layer = Recurrent(
      kind: .gru, units: 3, inputWeights: random.values(27), hiddenWeights: random.values(27),
      inputBias: random.values(9), hiddenBias: random.values(9))
    graph.addOutput("y", try graph.add(.recurrent(layer), [second, mean], name: "layer"))
    graph.addOutput("mean", mean)
    let inputs = [random.values(30), random.values(30)]
    let (bytes, _) = try Conversion.convert(graph: graph, calibration: [CalibrationSequence(inputs: inputs)])
    let runtime = try Runtime(bytes)

    let ofFirst = try runtime.timing(output: 0, input: 0)
    #expect(ofFirst.whole_sequence == 1 && ofFirst.input_frames == 0 && ofFirst.output_frames == 0)
    #expect(ofFirst.lookahead == Int64.max && ofFirst.receptive_field == Int64.max)
    #expect(try runtime.span(output: 0, input: 0, frame: 3, of: 10) == 0...9)
    #expect(try runtime.span(output: 0, input: 0, frame: 3, of: nil) == 0...(Int64.max - 1))
    let ofSecond = try runtime.timing(output: 0, input: 1)
    #expect(ofSecond.whole_past == 1 && ofSecond.whole_sequence == 0 && ofSecond.lookahead == 0)
    #expect(try runtime.span(output: 0, input: 1, frame: 3, of: 10) == 3...3)
    let none = try runtime.timing(output: 1, input: 1)
    #expect(none.depends == 0 && none.lookahead == 0 && none.receptive_field == 0 && none.input_frames == 0)
    #expect(try runtime.span(output: 1, input: 1, frame: 0, of: 10) == nil)
  }
}

extension Runtime {
  func timing(output: Int32, input: Int32) throws -> crnn_timing {
    var timing = crnn_timing()
    timing.struct_size = MemoryLayout<crnn_timing>.size
    try Runtime.check { crnn_model_timing(model, output, input, &timing, $0) }
    return timing
  }

  /// nil where it is empty.
  func span(output: Int32, input: Int32, frame: Int, of frames: Int?) throws -> ClosedRange<Int64>? {
    var (first, last): (Int64, Int64) = (-7, -7)
    try Runtime.check {
      crnn_model_span(model, output, input, Int64(frame), Int64(frames ?? -1), &first, &last, $0)
    }
    return first <= last ? first...last : nil
  }
}
