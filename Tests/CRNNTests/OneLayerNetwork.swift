import CRNN
import Testing

@testable import CRNN
@testable import Quantizer
@testable import StreamingChecks

/// A network of little more than one layer, calibrated on the values that it is then run on.
struct OneLayerNetwork {
  let bytes: [UInt8]
  let input: [Float]

  /// `graph` has one input, "x", whose values are stored as `store`.
  init(_ graph: Graph, store: Quantizer.Store, input: [Float]) throws {
    self.input = input
    var options = QuantizationOptions()
    options.stores["x"] = store
    let calibration = try Calibration(
      interpreter: Interpreter(graph: graph), sequences: [CalibrationSequence(inputs: [input])])
    bytes = try QuantizedNetwork(graph: graph, calibration: calibration, options: options).packed()
  }

  /// Every instruction set gives the bits of the scalar reference, in any chunks of streams and pieces of the sequence.
  func expectBitsOfReference(frames: Int, _ ways: [(chunk: Int, pieces: [Int])]) throws {
    try PackedModel(bytes: bytes).verify()
    let expected = try Runtime(bytes, isa: "reference").run(input, chunk: frames, pieces: [frames])
    for isa in Runtime.instructionSets {
      let runtime = try Runtime(bytes, isa: isa)
      for (chunk, pieces) in ways {
        #expect(try runtime.run(input, chunk: chunk, pieces: pieces) == expected, "\(isa), chunk \(chunk)")
      }
    }
  }
}
