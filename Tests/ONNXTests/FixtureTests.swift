import Arrays
import Foundation
import ONNX
import Quantizer
import Testing

/// One network of `Fixtures`, made by `make_fixtures`.
struct FixtureCase: Decodable, CustomTestStringConvertible, Sendable {
  var name: String
  var timeAxis: [String: Int]?
  var shapes: [String: [Int]]?
  var states: [[String]]?
  /// Numerator and denominator, by the input's name.
  var rates: [String: [Int]]?
  var tolerance: Float?
  /// How many recurrent layers it has, where loops and steps become some.
  var layers: Int?
  /// Words that the refusal's text must contain; nil where the network must import.
  var refusal: [String]?

  var testDescription: String { name }

  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
  static let all: [FixtureCase] = {
    guard let data = try? Data(contentsOf: folder.appendingPathComponent("cases.json")),
      let cases = try? JSONDecoder().decode([FixtureCase].self, from: data)
    else { return [] }
    return cases
  }()

  var path: String { FixtureCase.folder.appendingPathComponent(name + ".onnx").path }

  var options: ImportOptions {
    var options = ImportOptions()
    options.timeAxis = timeAxis ?? [:]
    options.shapes = shapes ?? [:]
    options.states = (states ?? []).map { (input: $0[0], output: $0[1]) }
    options.rates = (rates ?? [:]).mapValues { Rate($0[0], $0[1]) }
    return options
  }
}

@Suite struct FixtureTests {
  static let expected = Result { try NPZFile(FixtureCase.folder.appendingPathComponent("expected.npz").path) }

  @Test func fixturesAreThere() throws {
    #expect(FixtureCase.all.count > 250)
  }

  /// The imported network, run by the float interpreter, gives what onnxruntime gives.
  @Test(arguments: FixtureCase.all.filter { $0.refusal == nil })
  func agreesWithOnnxruntime(_ fixture: FixtureCase) throws {
    let model = try ONNXImporter.read(path: fixture.path, options: fixture.options)
    if let layers = fixture.layers {
      let found = model.graph.nodes.count { if case .recurrent = $0.operation { true } else { false } }
      #expect(found == layers, "\(model.graph.nodes.map(\.name))")
    }
    let expected = try FixtureTests.expected.get()
    var inputs: [String: (values: [Float], shape: [Int])] = [:]
    for port in model.graph.inputs {
      let array = try #require(try expected["\(fixture.name)/in/\(port.name)"])
      inputs[port.name] = (try array.floats(), array.shape)
    }
    let results = try model.run(inputs)
    let names = expected.names.filter { $0.hasPrefix("\(fixture.name)/out/") }
    #expect(names.count == model.graph.outputs.count)
    for (port, result) in zip(model.graph.outputs, results) {
      let array = try #require(try expected["\(fixture.name)/out/\(port.name)"])
      let layout = try #require(model.outputLayouts[port.name])
      let reference = Frames.fromONNXOutput(try array.floats(), shape: array.shape, layout: layout)
      let scale = max(reference.map(abs).max() ?? 1, 1)
      let difference = largestDifference(result, reference)
      #expect(
        difference <= (fixture.tolerance ?? 1e-5) * scale,
        "output \(port.name): \(result.prefix(8)) and \(reference.prefix(8))")
      #expect(port.shape.reduce(1, *) == model.graph.tensors[port.tensor].frame.elements)
    }
  }

  @Test func lengthIsFixedWhereSomethingNeedsIt() throws {
    func frames(_ name: String, timeAxis: Int? = nil) throws -> Int? {
      let fixture = try #require(FixtureCase.all.first { $0.name == name })
      let graph = try ONNXImporter.read(path: fixture.path, options: fixture.options).graph
      return graph.tensors[graph.inputs[0].tensor].frames
    }
    #expect(try frames("flatten_time") == 6)
    #expect(try frames("sum_by_length") == 6)
    #expect(try frames("mul_time") == 5)
    // The file states a length, but the network runs on any.
    #expect(try frames("rnn_static_time_found") == nil)
  }

  @Test func poolsWrittenAsPowersAreRecognised() throws {
    let graph = try ONNXImporter.read(path: FixtureCase.folder.appendingPathComponent("lppool_pattern.onnx").path).graph
    let pools = graph.nodes.compactMap { node -> Pool.Kind? in
      if case .pool(let pool) = node.operation { pool.kind } else { nil }
    }
    #expect(pools == [.lp(4)])
    #expect(!graph.nodes.contains { if case .activation = $0.operation { true } else { false } })
  }

  @Test func callsAreFramesOnRequest() throws {
    var options = ImportOptions()
    options.callIsTime = true
    let path = FixtureCase.folder.appendingPathComponent("conv1d_same_stride_fixed.onnx").path
    #expect(try ONNXImporter.read(path: path, options: options).inputLayouts == ["x": "NCH"])
    let recurrent = FixtureCase.folder.appendingPathComponent("rnn_static_time_found.onnx").path
    #expect(throws: ImportError.self) { try ONNXImporter.read(path: recurrent, options: options) }
  }

  /// What cannot be imported is refused by name, with what to do.
  @Test(arguments: FixtureCase.all.filter { $0.refusal != nil })
  func isRefused(_ fixture: FixtureCase) throws {
    do {
      let model = try ONNXImporter.read(path: fixture.path, options: fixture.options)
      Issue.record("imported with \(model.graph.nodes.count) nodes")
    } catch let error as ImportError {
      for word in fixture.refusal ?? [] {
        #expect(error.description.contains(word), "'\(word)' is missing in: \(error.description)")
      }
    }
  }
}
