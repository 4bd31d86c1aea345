import CCRNN
import Quantizer
import Testing

/// Networks with several inputs and outputs: in whatever order and pieces their ports are fed and emptied, the results are
/// those of the whole sequence.
@Suite struct SeveralPortsTests {
  @Test(arguments: 0..<60) func anyOrderGivesTheSameBits(seed: Int) throws {
    var random = RandomNumbers(seed: UInt64(seed))
    let graph = try SeveralPortsTests.network(&random)
    let frames = random.integer(1...30)
    let inputs = graph.inputs.map { port in
      let tensor = graph.tensors[port.tensor]
      return random.values((tensor.rate.isPerSequence ? 1 : frames) * tensor.frame.elements)
    }
    let (bytes, _) = try Conversion.convert(graph: graph, calibration: [CalibrationSequence(inputs: inputs)])
    var expected: [[UInt32]]?
    for isa in Runtime.instructionSets {
      let runtime = try Runtime(bytes, isa: isa)
      for _ in 0..<6 {
        let chunk = random.integer(1...9)
        let outputs = try PortFeeder(runtime, inputs, chunk: chunk).run(&random).map { $0.map(\.bitPattern) }
        if let expected {
          #expect(outputs == expected, "\(isa), chunk \(chunk), \(frames) frames")
        } else {
          expected = outputs
        }
      }
    }
    let float = try Interpreter(graph: graph).run(inputs)
    #expect(expected?.map(\.count) == float.map(\.count))
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

/// Feeds every port in random pieces, and takes outputs at random moments, until all is out.
private struct PortFeeder {
  let runtime: Runtime
  let inputs: [[Float]]
  let chunk: Int

  init(_ runtime: Runtime, _ inputs: [[Float]], chunk: Int) {
    self.runtime = runtime
    self.inputs = inputs
    self.chunk = chunk
  }

  func run(_ random: inout RandomNumbers) throws -> [[Float]] {
    let sources = try inputs.indices.map { try runtime.port(CRNN_INPUT, Int32($0)) }
    let targets = try (0..<Int(crnn_model_port_count(runtime.model, CRNN_OUTPUT))).map {
      try runtime.port(CRNN_OUTPUT, Int32($0))
    }
    let frames = zip(inputs, sources).map { $0.count / Runtime.elements($1) }
    var options = Runtime.streamOptions(chunk: chunk, maximumFrames: frames.max() ?? 1)
    var bytes = 0
    try Runtime.check { crnn_stream_size(runtime.model, &options, &bytes, $0) }
    let memory = GuardedMemory(bytes)
    var stream: OpaquePointer?
    try Runtime.check { crnn_stream_init(runtime.model, memory.start, bytes, &options, &stream, $0) }
    var done = [Int](repeating: 0, count: inputs.count)
    var isFinished = [Bool](repeating: false, count: inputs.count)
    var outputs = [[Float]](repeating: [], count: targets.count)
    func take(_ port: Int) throws -> Int {
      var result = [Float](repeating: 0, count: random.integer(1...4) * Runtime.elements(targets[port]))
      let room = result.count / Runtime.elements(targets[port])
      var written: Int64 = 0
      try result.withUnsafeMutableBytes { bytes in
        var array = Runtime.array(bytes.baseAddress, room, targets[port])
        try Runtime.check { crnn_stream_pull(runtime.model, stream, Int32(port), &array, &written, $0) }
      }
      outputs[port] += result.prefix(Int(written) * Runtime.elements(targets[port]))
      return Int(written)
    }
    while isFinished.contains(false) {
      let port = random.integer(0...(inputs.count - 1))
      if random.chance(40) { _ = try take(random.integer(0...(targets.count - 1))) }
      if done[port] == frames[port] {
        try Runtime.check { crnn_stream_finish(runtime.model, stream, Int32(port), $0) }
        isFinished[port] = true
        continue
      }
      let width = Runtime.elements(sources[port])
      let count = min(random.integer(1...chunk), frames[port] - done[port])
      var values = Array(inputs[port][(done[port] * width)..<((done[port] + count) * width)])
      do {
        try values.withUnsafeMutableBytes { bytes in
          var array = Runtime.array(bytes.baseAddress, count, sources[port])
          try Runtime.check { crnn_stream_push(runtime.model, stream, Int32(port), &array, $0) }
        }
        done[port] += count
      } catch let failure as Runtime.Failure where failure.status == CRNN_ERROR_OUTPUT_PENDING {
        // Refused whole: the other port, or an output, has to move first.
        for port in targets.indices { _ = try take(port) }
      }
    }
    for port in targets.indices { while try take(port) > 0 {} }
    memory.release()
    return outputs
  }
}
