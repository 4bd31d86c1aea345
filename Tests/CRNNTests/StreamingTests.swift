import CCRNN
import Quantizer
import Testing

/// Streaming is batch: random networks give the same bits in any pieces, with any chunk, on every instruction set.
@Suite struct StreamingTests {
  static let networks = 1000

  @Test func anyPiecesGiveTheSameBits() throws {
    var covered: [String: Int] = [:]
    for seed in 0..<UInt64(StreamingTests.networks) {
      let network = try RandomNetwork(seed: seed)
      for feature in network.features { covered[feature, default: 0] += 1 }
      try StreamingTests.check(network.graph, seed: seed)
    }
    for (feature, count) in covered.sorted(by: { $0.key < $1.key }) { print("covered \(count)×  \(feature)") }
  }

  static func check(_ graph: Graph, seed: UInt64) throws {
    var random = RandomNumbers(seed: seed ^ 0xFACE)
    let width = graph.tensors[graph.inputs[0].tensor].frame.elements
    let frames = random.integer(0...40)
    let calibration = CalibrationSequence(inputs: [random.values(30 * width)])
    var options = ConversionOptions()
    if random.chance(50) { options.quantization.inputs["input"] = .image }
    let (bytes, _) = try Conversion.convert(graph: graph, calibration: [calibration], options: options)
    let input = random.values(frames * width)
    var expected: [UInt32]?
    for isa in Runtime.instructionSets {
      let runtime = try Runtime(bytes, isa: isa)
      let chunkings: [(Int, [Int])] =
        isa == "reference"
        ? [(max(frames, 1), [max(frames, 1)])]
        : [
          (1, [1]), (1, [max(frames, 1)]), (2, [2]), (3, [1, 5, 2]), (7, [7]), (64, [64]),
          (random.integer(1...20), (0..<5).map { _ in random.integer(0...9) } + [3]),
        ]
      for (chunk, pieces) in chunkings {
        let output = try runtime.run(input, chunk: chunk, pieces: pieces).map(\.bitPattern)
        if let expected {
          #expect(output == expected, "seed \(seed), \(isa), chunk \(chunk), pieces \(pieces), \(frames) frames")
        } else {
          expected = output
        }
      }
    }
    // As many frames as the float network gives.
    if frames > 0 {
      let float = try Interpreter(graph: graph).run([input])
      #expect(
        expected?.count == float[0].count,
        "seed \(seed): \(frames) frames through \(graph.nodes.map { "\($0.name) \($0.operation)".prefix(300) })")
    }
  }
}
