import Arrays
import Foundation
import ONNX
import Quantizer
import Testing

/// Real trained networks beside the repository (`CRNN_ZOO` names another folder), imported and run by the float
/// interpreter on their test data. They are no part of the repository: where they are absent, these tests say so and
/// pass.
enum Zoo {
  static let folder: String? = {
    let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path =
      ProcessInfo.processInfo.environment["CRNN_ZOO"]
      ?? repository.deletingLastPathComponent().appendingPathComponent("shared/zoo").path
    guard FileManager.default.fileExists(atPath: path + "/mnist_lstm/model.onnx") else {
      print("the zoo is not at \(path): its networks are left out (CRNN_ZOO names another folder)")
      return nil
    }
    return path
  }()

  static func model(_ name: String, _ file: String = "model.onnx") throws -> ImportedModel {
    try ONNXImporter.read(path: "\(folder ?? "")/\(name)/\(file)")
  }

  static func data(_ name: String) throws -> NPZFile { try NPZFile("\(folder ?? "")/\(name)/test.npz") }
}

@Suite(.enabled(if: Zoo.folder != nil, "../shared/zoo is not there; CRNN_ZOO names another folder")) struct ZooTests {
  /// The bar of the references: outputs of order 1 agree to 1e-3.
  static let bar: Float = 1e-3

  private func array(_ file: NPZFile, _ name: String) throws -> (values: [Float], shape: [Int]) {
    let array = try #require(try file[name])
    return (try array.floats(), array.shape)
  }

  /// Runs `count` samples, one sequence each, and returns the largest difference from the reference.
  private func worst(
    _ model: ImportedModel, _ x: (values: [Float], shape: [Int]), _ reference: (values: [Float], shape: [Int]),
    count: Int,
    scale: Float = 1
  ) throws -> Float {
    let interpreter = try Interpreter(graph: model.graph)
    let size = x.shape.dropFirst().reduce(1, *)
    let outputs = reference.shape.dropFirst().reduce(1, *)
    var worst: Float = 0
    for index in 0..<min(count, x.shape[0]) {
      let sample = x.values[index * size..<(index + 1) * size].map { $0 * scale }
      let result = try interpreter.run([sample])
      worst = max(worst, largestDifference(result[0], Array(reference.values[index * outputs..<(index + 1) * outputs])))
    }
    return worst
  }

  @Test(arguments: ["hello_edge_crnn_s", "hello_edge_gru_s", "hello_edge_basic_lstm_s", "kws_streaming_crnn"])
  func keywords(_ name: String) throws {
    let data = try Zoo.data(name)
    let model = try Zoo.model(name)
    #expect(model.inputLayouts == ["mfcc": name == "kws_streaming_crnn" || name == "hello_edge_crnn_s" ? "NTH" : "NTC"])
    #expect(model.graph.outputs.map(\.name) == ["prob"])
    #expect(try worst(model, array(data, "x"), array(data, "ref"), count: 100) <= ZooTests.bar)
  }

  @Test func causalKeywords() throws {
    let data = try Zoo.data("kws_streaming_crnn")
    let model = try Zoo.model("kws_streaming_crnn", "model_causal.onnx")
    let x = try array(data, "long_x")
    let result = try Interpreter(graph: model.graph).run([x.values])
    #expect(largestDifference(result[0], try array(data, "long_stream_ref").values) <= ZooTests.bar)
  }

  @Test func digits() throws {
    let data = try Zoo.data("mnist_lstm")
    let model = try Zoo.model("mnist_lstm")
    #expect(model.inputLayouts == ["rows": "NTC"])
    #expect(model.graph.tensors[model.graph.inputs[0].tensor].frames == 28)
    #expect(try worst(model, array(data, "x"), array(data, "ref"), count: 200, scale: 1 / 255) <= ZooTests.bar)
  }

  @Test func captchas() throws {
    let data = try Zoo.data("captcha_crnn")
    let model = try Zoo.model("captcha_crnn")
    #expect(model.inputLayouts == ["image": "N1TH"])
    let x = try array(data, "x")
    // Stored as rows of pixels; the network reads columns.
    let (height, width) = (x.shape[1], x.shape[2])
    let columns = x.values.indices.map { index -> Float in
      let (image, rest) = (index / (height * width), index % (height * width))
      return x.values[image * height * width + rest % height * width + rest / height]
    }
    #expect(
      try worst(model, (columns, [x.shape[0], width, height]), array(data, "ref"), count: 10, scale: 1 / 255)
        <= ZooTests.bar)
  }

  @Test func musicTags() throws {
    let data = try Zoo.data("music_tagger_crnn")
    let model = try Zoo.model("music_tagger_crnn")
    #expect(model.inputLayouts == ["melgram": "N1HT"])
    let x = try array(data, "x")
    let reference = try array(data, "ref")
    let size = 96 * 1366
    let results = try model.run(["melgram": (Array(x.values[0..<size]), [1, 1, 96, 1366])])
    #expect(largestDifference(results[0], Array(reference.values[0..<50])) <= ZooTests.bar)
  }

  @Test func voiceActivity() throws {
    let data = try Zoo.data("gpvad_sre")
    let model = try Zoo.model("gpvad_sre")
    // Its pools are written as powers, averages and roots.
    let pools = model.graph.nodes.compactMap { node -> Pool.Kind? in
      if case .pool(let pool) = node.operation { pool.kind } else { nil }
    }
    #expect(pools == [.lp(4), .lp(4), .lp(4)])
    for name in ["phrase0", "phrase3", "example"] {
      let x = try array(data, "x_\(name)")
      let result = try Interpreter(graph: model.graph).run([x.values])
      #expect(largestDifference(result[0], try array(data, "ref_\(name)").values) <= ZooTests.bar)
    }
  }

  @Test func voiceActivityOfOneFrame() throws {
    let data = try Zoo.data("silero_vad")
    let model = try Zoo.model("silero_vad")
    #expect(model.graph.inputs.map(\.name) == ["input"])
    #expect(model.graph.outputs.map(\.name) == ["output"])
    let samples = try array(data, "wav_example").values.map { $0 / 32768 }
    // Frames of 512 samples behind 64 of the frame before.
    var frames: [Float] = []
    for start in stride(from: 0, through: samples.count - 512, by: 512) {
      frames += start == 0 ? [Float](repeating: 0, count: 64) : Array(samples[start - 64..<start])
      frames += samples[start..<start + 512]
    }
    let result = try Interpreter(graph: model.graph).run([frames])
    #expect(largestDifference(result[0], try array(data, "ref_example").values) <= ZooTests.bar)
  }

  @Test func noiseMask() throws {
    let data = try Zoo.data("dtln_model_1")
    let model = try Zoo.model("dtln_model_1")
    #expect(model.graph.inputs.map(\.name) == ["input_2"])
    #expect(model.graph.outputs.map(\.name) == ["activation_2"])
    let result = try Interpreter(graph: model.graph).run([try array(data, "x").values])
    #expect(largestDifference(result[0], try array(data, "ref").values) <= ZooTests.bar)
  }
}
