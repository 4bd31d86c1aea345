import CCRNN
import Testing

@testable import CRNN
@testable import Quantizer
@testable import StreamingChecks

/// Convolutions that take Winograd's way where the instruction set has it: the same bits as the scalar reference, which does not.
@Suite struct WinogradTests {
  struct Shape: CustomTestStringConvertible {
    var channels: Int
    var outputs: Int
    var height: Int
    var padding = 1
    /// All weights at their largest, and all inputs.
    var extreme = false
    var testDescription: String {
      "\(channels) to \(outputs) channels, height \(height), padding \(padding), extreme \(extreme)"
    }
  }

  static let shapes = [
    Shape(channels: 32, outputs: 8, height: 16), Shape(channels: 32, outputs: 13, height: 7),
    Shape(channels: 48, outputs: 24, height: 25), Shape(channels: 64, outputs: 40, height: 5, padding: 0),
    Shape(channels: 160, outputs: 17, height: 4), Shape(channels: 144, outputs: 8, height: 4, extreme: true),
    Shape(channels: 256, outputs: 9, height: 8, padding: 2, extreme: true),
  ]

  private func network(_ shape: Shape, _ random: inout RandomNumbers) throws -> OneLayerNetwork {
    let frames = 45
    var graph = Graph()
    let x = graph.addInput("x", frame: FrameShape(height: shape.height, channels: shape.channels))
    let pad = Extent(time: shape.padding, height: shape.padding, width: 0)
    let depth = 9 * shape.channels
    // Rows of one sign and of the other, whose sums come closest to the ends.
    let weights =
      shape.extreme
      ? (0..<depth * shape.outputs).map { $0 / depth % 2 == 0 ? Float(1) : -1 }
      : random.values(depth * shape.outputs, scale: 0.5)
    let convolution = Quantizer.Convolution(
      geometry: WindowGeometry(
        kernel: Extent(time: 3, height: 3, width: 1), padBefore: pad, padAfter: pad),
      outputChannels: shape.outputs, weights: weights, bias: random.values(shape.outputs, scale: 0.2))
    graph.addOutput("y", try graph.add(.convolution(convolution), [x], name: "layer"))
    let values = (0..<frames * shape.height * shape.channels).map { _ in
      shape.extreme && random.chance(90) ? Float(1) : abs(random.values(1)[0])
    }
    return try OneLayerNetwork(graph, store: .u8, input: values)
  }

  @Test(arguments: shapes)
  func givesTheBitsOfTheReference(shape: Shape) throws {
    var random = RandomNumbers(seed: 5)
    try network(shape, &random).expectBitsOfReference(
      frames: 45, [(45, [45]), (8, [8]), (16, [5, 16, 1]), (33, [33, 12]), (7, [7]), (1, [1])])
  }

  /// What it does not do is not tested above.
  @Test func isTakenWhereItPays() throws {
    guard Runtime.instructionSets.contains("avx2") else { return }
    var random = RandomNumbers(seed: 6)
    let bytes = try network(Self.shapes[0], &random).bytes
    let runtime = try Runtime(bytes, isa: "avx2")
    let products = { Measurement.winogradProducts(of: runtime.model, node: 0, chunk: $0, frames: $1) }
    #expect(products(7, 7) == 0)
    #expect(products(45, 1) == 0)
    // Twelve columns of four tiles.
    #expect(products(45, 45) == 36 * 12 * 4 * 32 * 8)
    let reference = try Runtime(bytes, isa: "reference")
    #expect(Measurement.winogradProducts(of: reference.model, node: 0, chunk: 45, frames: 45) == 0)
  }

  /// Prepared weights change nothing, can be shared, and given back.
  @Test(arguments: shapes)
  func preparedWeightsGiveTheSameBits(shape: Shape) throws {
    var random = RandomNumbers(seed: 7)
    let network = try network(shape, &random)
    let (bytes, input) = (network.bytes, network.input)
    for isa in Runtime.instructionSets {
      let runtime = try Runtime(bytes, isa: isa)
      var size = 0
      try Runtime.check { crnn_model_prepare_size(runtime.model, &size, $0) }
      #expect((size > 0) == (isa == "avx2"), "\(isa): \(size)")
      let expected = try runtime.run(input, chunk: 45, pieces: [45])
      let memory = UnsafeMutableRawPointer.allocate(byteCount: max(size, 64), alignment: 64)
      defer { memory.deallocate() }
      memory.initializeMemory(as: UInt8.self, repeating: 0xA5, count: max(size, 64))
      try Runtime.check { crnn_model_prepare(runtime.model, memory, size, $0) }
      #expect(try runtime.run(input, chunk: 45, pieces: [45]) == expected, "\(isa)")
      guard size > 0 else { continue }
      #expect(throws: Runtime.Failure.self) {
        try Runtime.check { crnn_model_prepare(runtime.model, memory, size - 1, $0) }
      }
      #expect(throws: Runtime.Failure.self) {
        try Runtime.check { crnn_model_prepare(runtime.model, memory + 16, size, $0) }
      }
      // Another model of the same content takes the memory as it is: were it written again, the mark would be gone.
      let mark = memory + size - 1
      let kept = mark.load(as: UInt8.self)
      mark.storeBytes(of: ~kept, as: UInt8.self)
      let other = try Runtime(bytes, isa: isa)
      try Runtime.check { crnn_model_prepare(other.model, memory, size, $0) }
      #expect(mark.load(as: UInt8.self) == ~kept)
      mark.storeBytes(of: kept, as: UInt8.self)
      #expect(try other.run(input, chunk: 45, pieces: [45]) == expected, "\(isa), shared")
      try Runtime.check { crnn_model_prepare(other.model, nil, 0, $0) }
      #expect(try other.run(input, chunk: 45, pieces: [45]) == expected, "\(isa), given back")
    }
  }

  /// What the packer states, and verify proves again.
  @Test func sumsThatLeaveTheRangeAreCutIntoParts() throws {
    var random = RandomNumbers(seed: 8)
    let bytes = try network(Shape(channels: 256, outputs: 8, height: 4, extreme: true), &random).bytes
    let packed = try PackedModel(bytes: bytes)
    let parts = packed.nodes.map { $0.record.winograd_parts }.max()
    // 9 · 256 · 127 · 255 is between two and three times 2²⁵.
    #expect(parts == 3)
    #expect(WinogradProof.holds([Int8](repeating: 127, count: 9 * 256)[...], parts: 3, packed.tensors[0].quantization))
    #expect(!WinogradProof.holds([Int8](repeating: 127, count: 9 * 256)[...], parts: 2, packed.tensors[0].quantization))
  }
}
