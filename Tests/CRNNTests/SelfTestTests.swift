import CCRNN
import Quantizer
import Testing

@testable import StreamingChecks

/// The checksum of a self-test, computed a second time from its description in docs/model-format.md.
@Suite struct SelfTestTests {
  @Test(arguments: [0, 1, 2, 5, 8] as [UInt64])
  func theChecksumIsTheOneThatTheFormatDescribes(seed: UInt64) throws {
    let graph = try RandomNetwork(seed: seed, ports: .stream).graph
    var random = RandomNumbers(seed: seed)
    let width = graph.tensors[graph.inputs[0].tensor].frame.elements
    let calibration = [CalibrationSequence(inputs: [random.values(30 * width)])]
    let (bytes, _) = try Conversion.convert(graph: graph, calibration: calibration)
    let runtime = try Runtime(bytes, isa: "reference")
    let packed = try PackedModel(bytes: bytes)
    let tensor = packed.tensors[packed.inputs[0].tensor]
    let frames = 20

    var state: UInt32 = 77
    let input = (0..<frames * width).map { _ -> Float in
      state ^= state << 13
      state ^= state >> 17
      state ^= state << 5
      guard tensor.quantization.store.isCode else { return Float(Int32(state >> 8) - 8_388_608) * 0x1p-23 }
      let codes = UInt32(tensor.quantization.maximum - tensor.quantization.minimum + 1)
      return tensor.quantization.value(tensor.quantization.minimum + Int32(state % codes))
    }
    let output = try runtime.run(input, chunk: 1, pieces: [frames])
    let expected = output.withUnsafeBytes { CRC32C.checksum($0) }
    #expect(try runtime.selfTestChecksum(seed: 77, frames: UInt32(frames)) == expected)
  }
}

extension Runtime {
  fileprivate func selfTestChecksum(seed: UInt32, frames: UInt32) throws -> UInt32 {
    var options = crnn_stream_options()
    options.struct_size = MemoryLayout<crnn_stream_options>.size
    options.chunk = 1
    options.maximum_frames = crnn_model_is_bounded(model) == 1 ? 64 : 0
    var size = 0
    try Runtime.check { crnn_stream_size(model, &options, &size, $0) }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    defer { memory.deallocate() }
    var checksum: UInt32 = 0
    try Runtime.check { crnn_model_self_test_checksum(model, memory, size, seed, frames, &checksum, $0) }
    return checksum
  }
}
