import CCRNN
import Quantizer
import Testing

@testable import StreamingChecks

/// A recurrent layer whose initial states are input ports of one frame per sequence.
@Suite struct InitialStateTests {
  /// The sequence waits for its initial state, and a stream that is reset takes another one.
  @Test(arguments: [Recurrent.Kind.lstm, .gru, .simple], [Store.f32, .s16, .u8])
  func theSequenceWaitsForItsState(kind: Recurrent.Kind, store: Store) throws {
    var random = RandomNumbers(seed: 11)
    let units = 5
    let rows = (kind == .lstm ? 4 : kind == .gru ? 3 : 1) * units
    let layer = Recurrent(
      kind: kind, units: units, inputWeights: random.values(3 * rows, scale: 0.5),
      hiddenWeights: random.values(units * rows, scale: 0.5), inputBias: random.values(rows),
      hiddenBias: random.values(rows))
    var graph = Graph()
    let frame = FrameShape(channels: units)
    var inputs = [graph.addInput("x", frame: FrameShape(channels: 3))]
    for name in kind == .lstm ? ["h", "c"] : ["h"] {
      inputs.append(graph.addInput(name, frame: frame, rate: .perSequence))
    }
    graph.addOutput("y", try graph.add(.recurrent(layer), inputs, name: "layer"))

    let x = random.values(6 * 3)
    let states = (0..<2).map { _ in inputs.dropFirst().map { _ in random.values(units) } }
    var options = QuantizationOptions()
    for name in ["h", "c"].prefix(inputs.count - 1) { options.stores[name] = store }
    let calibration = try Calibration(
      interpreter: Interpreter(graph: graph), sequences: states.map { CalibrationSequence(inputs: [x] + $0) })
    let network = try QuantizedNetwork(graph: graph, calibration: calibration, options: options)
    let (simulation, visit) = try network.simulation()
    let bytes = try network.packed()
    for isa in Runtime.instructionSets {
      let runtime = try Runtime(bytes, isa: isa)
      let stream = try StateStream(runtime, chunk: 6)
      for state in [states[0], states[1], states[0]] {
        try stream.push(x, port: 0)
        #expect(try stream.pull(6).isEmpty)
        for (index, values) in state.enumerated() { try stream.push(values, port: Int32(index + 1)) }
        let y = try stream.pull(6)
        let expected = try simulation.run([x] + state, visit: visit)[0]
        #expect(y.count == expected.count)
        let worst = zip(y, expected).map { abs($0 - $1) }.max() ?? 1
        #expect(worst < 0.01, "\(isa): \(worst)")
        try stream.reset()
      }
      stream.release()
    }
  }
}

/// One stream, fed port by port.
struct StateStream {
  let runtime: Runtime
  private let memory: GuardedMemory
  private let stream: OpaquePointer?

  init(_ runtime: Runtime, chunk: Int) throws {
    self.runtime = runtime
    var options = Runtime.streamOptions(chunk: chunk, maximumFrames: 100)
    var bytes = 0
    try Runtime.check { crnn_stream_size(runtime.model, &options, &bytes, $0) }
    memory = GuardedMemory(bytes)
    var stream: OpaquePointer?
    try Runtime.check { [memory] in crnn_stream_init(runtime.model, memory.start, bytes, &options, &stream, $0) }
    self.stream = stream
  }

  func push(_ values: [Float], port: Int32) throws {
    let info = try runtime.port(CRNN_INPUT, port)
    var values = values
    let frames = values.count / Runtime.elements(info)
    try values.withUnsafeMutableBytes { bytes in
      var array = Runtime.array(bytes.baseAddress, frames, info)
      try Runtime.check { crnn_stream_push(runtime.model, stream, port, &array, $0) }
    }
  }

  func finish(port: Int32) throws { try Runtime.check { crnn_stream_finish(runtime.model, stream, port, $0) } }

  func pull(_ room: Int, port: Int32 = 0) throws -> [Float] {
    let info = try runtime.port(CRNN_OUTPUT, port)
    var result = [Float](repeating: 0, count: room * Runtime.elements(info))
    var written: Int64 = 0
    try result.withUnsafeMutableBytes { bytes in
      var array = Runtime.array(bytes.baseAddress, room, info)
      try Runtime.check { crnn_stream_pull(runtime.model, stream, port, &array, &written, $0) }
    }
    return Array(result.prefix(Int(written) * Runtime.elements(info)))
  }

  func reset() throws { try Runtime.check { crnn_stream_reset(runtime.model, stream, $0) } }

  func release() { memory.release() }
}
