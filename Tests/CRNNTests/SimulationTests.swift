import Quantizer
import Testing

@testable import StreamingChecks

/// The runtime computes what the quantiser's simulation in float says: the same rounding of weights and values, so that only
/// values on the edge between two codes may differ.
@Suite struct SimulationTests {
  static let networks = 1000

  @Test func theRuntimeComputesWhatWasPacked() throws {
    var worst: (ratio: Double, seed: UInt64) = (0, 0)
    for seed in 0..<UInt64(SimulationTests.networks) {
      let random = try StreamingCase(seed: seed)
      let graph = try random.graph.simplified()
      // The sequence calibrates its own network, so that no value saturates.
      let calibration = try Calibration(
        interpreter: Interpreter(graph: graph), sequences: [CalibrationSequence(inputs: random.calibration)])
      let network = try QuantizedNetwork(graph: graph, calibration: calibration)
      let (simulation, visit) = try network.simulation()
      let expected = try simulation.run(random.calibration, visit: visit)
      let actual = try StreamingCheck.whole(Runtime(network.packed(), isa: "reference"), random.calibration)
      #expect(actual.map(\.count) == expected.map(\.count), "seed \(seed)")
      for (actual, expected) in zip(actual, expected) {
        let signal = expected.reduce(0) { $0 + Double($1) * Double($1) }
        let noise = zip(actual, expected).reduce(0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
        let ratio = signal == 0 ? noise : (noise / signal).squareRoot()
        if !(ratio <= worst.ratio) { worst = (ratio, seed) }
        #expect(ratio < 0.01, "seed \(seed): \(random)")
      }
    }
    print("largest relative difference \(worst.ratio), seed \(worst.seed)")
  }
}
