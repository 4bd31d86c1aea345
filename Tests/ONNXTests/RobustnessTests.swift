import Foundation
import ONNX
import Testing

/// A damaged file is refused or read as what it now says; it never brings the process down.
@Suite struct RobustnessTests {
  /// Small networks that between them use most of the reader. `CRNN_FUZZ_ALL=1` takes every fixture.
  static let names: [String] = {
    if ProcessInfo.processInfo.environment["CRNN_FUZZ_ALL"] != nil { return FixtureCase.all.map(\.name) }
    return [
      "conv2d_height_is_time", "averagepool_ceil_counts", "stack_pairs", "state_two_layers", "repeat_vector",
      "slice_by_shape", "pad_value", "embedding_calls", "if_squeeze", "unrolled_rnn_two_steps",
      "qdq_dense",
    ]
  }()

  private func bytes(_ name: String) throws -> Data {
    try Data(contentsOf: FixtureCase.folder.appendingPathComponent(name + ".onnx"))
  }

  @Test(arguments: names)
  func survivesFlippedBytes(_ name: String) throws {
    let original = try bytes(name)
    for index in original.indices {
      for mask: UInt8 in [0x01, 0x80] {
        var damaged = original
        damaged[index] ^= mask
        do { _ = try ONNXImporter.read(bytes: damaged) } catch is ImportError {}
      }
    }
  }

  @Test(arguments: names)
  func survivesTruncation(_ name: String) throws {
    let original = try bytes(name)
    for length in 0..<original.count {
      do { _ = try ONNXImporter.read(bytes: original.prefix(length)) } catch is ImportError {}
    }
  }

  @Test func refusesAnAbsentFile() {
    #expect(throws: ImportError.self) { try ONNXImporter.read(path: "/nowhere/model.onnx") }
  }

  /// A link in the model's folder must not lead out of it.
  @Test func refusesLinksOutOfTheFolder() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("onnx-\(UUID().uuidString)")
    let inner = folder.appendingPathComponent("model")
    try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = inner.appendingPathComponent("model.onnx")
    try bytes("refuse_external_absent").write(to: model)
    let secret = folder.appendingPathComponent("secret.bin")
    try Data(count: 96).write(to: secret)
    let weights = inner.appendingPathComponent("weights.bin")
    try FileManager.default.createSymbolicLink(at: weights, withDestinationURL: secret)
    let error = #expect(throws: ImportError.self) { try ONNXImporter.read(path: model.path) }
    #expect(error?.description.contains("outside") ?? false)
    // One that stays inside is a file like any other.
    try FileManager.default.removeItem(at: weights)
    try FileManager.default.moveItem(at: secret, to: inner.appendingPathComponent("data.bin"))
    try FileManager.default.createSymbolicLink(
      at: weights, withDestinationURL: inner.appendingPathComponent("data.bin"))
    #expect(try ONNXImporter.read(path: model.path).graph.nodes.count == 1)
  }

  /// Constants beside the model are read from its folder.
  @Test func readsExternalData() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("onnx-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let model = folder.appendingPathComponent("model.onnx")
    try bytes("refuse_external_absent").write(to: model)
    let weights = (0..<24).map { Float($0) }
    let data = weights.withUnsafeBytes { Data($0) }
    try data.write(to: folder.appendingPathComponent("weights.bin"))
    let graph = try ONNXImporter.read(path: model.path).graph
    #expect(graph.nodes.count == 1)
    // One byte too few is noticed.
    try data.dropLast().write(to: folder.appendingPathComponent("weights.bin"))
    #expect(throws: ImportError.self) { try ONNXImporter.read(path: model.path) }
  }
}
