import Quantizer
import Testing

/// The runtime computes what the quantiser's simulation in float says: the same rounding of weights and values, so that only
/// values on the edge between two codes may differ.
@Suite struct SimulationTests {
  static let networks = 300

  @Test func theRuntimeComputesWhatWasPacked() throws {
    var worst: (ratio: Double, seed: UInt64) = (0, 0)
    for seed in 0..<UInt64(SimulationTests.networks) {
      let graph = try RandomNetwork(seed: seed).graph.simplified()
      var random = RandomNumbers(seed: seed ^ 0x51)
      let width = graph.tensors[graph.inputs[0].tensor].frame.elements
      let input = random.values(40 * width)
      let calibration = try Calibration(
        interpreter: Interpreter(graph: graph), sequences: [CalibrationSequence(inputs: [input])])
      let network = try QuantizedNetwork(graph: graph, calibration: calibration)
      let (simulation, visit) = try network.simulation()
      let expected = try simulation.run([input], visit: visit)[0]
      let actual = try Runtime(network.packed(), isa: "reference").run(input, chunk: 8, pieces: [40])
      #expect(actual.count == expected.count, "seed \(seed)")
      let signal = expected.reduce(0) { $0 + Double($1) * Double($1) }
      let noise = zip(actual, expected).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
      let ratio = signal == 0 ? noise : (noise / signal).squareRoot()
      if !(ratio <= worst.ratio) { worst = (ratio, seed) }
      #expect(ratio < 0.01, "seed \(seed): \(graph.nodes.map(\.name))")
    }
    print("largest relative difference \(worst.ratio), seed \(worst.seed)")
  }
}
