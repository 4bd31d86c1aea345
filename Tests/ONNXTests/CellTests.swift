import ONNX
import Quantizer
import Testing

/// What recurrent layers become that the file writes in other ways than as a node.
@Suite struct CellTests {
  private func graph(_ name: String) throws -> Graph {
    let fixture = try #require(FixtureCase.all.first { $0.name == name })
    return try ONNXImporter.read(path: fixture.path, options: fixture.options).graph
  }

  /// The packed file of a network whose nodes have no names of their own.
  private func packed(_ name: String) throws -> [UInt8] {
    var graph = try graph(name)
    for index in graph.nodes.indices { graph.nodes[index].name = "node\(index)" }
    for index in graph.tensors.indices { graph.tensors[index].name = "tensor\(index)" }
    let frames = (0..<60).map { Float($0 % 7 - 3) / 4 }
    let calibration = stride(from: 0, to: 60, by: 15).map { CalibrationSequence(inputs: [Array(frames[$0..<$0 + 15])]) }
    return try Conversion.convert(graph: graph, calibration: calibration).bytes
  }

  /// An LSTM node, and the same layer written out step by step in two ways, give the same file.
  @Test(arguments: ["same_lstm_split", "same_lstm_gates"])
  func writtenOutLayersPackAsTheNodeDoes(_ name: String) throws {
    #expect(try packed(name) == packed("same_lstm_node"))
  }

  @Test func stepsKeepTheirStates() throws {
    for name in ["step_lstm", "step_gru_before", "step_rnn", "step_two_layers"] {
      let graph = try graph(name)
      #expect(graph.inputs.map(\.name) == ["x"])
      #expect(graph.outputs.map(\.name) == ["y"])
    }
  }

  @Test func functionsAndPeepholesAreFound() throws {
    func layer(_ name: String) throws -> Recurrent {
      try #require(
        try graph(name).nodes.lazy.compactMap { node -> Recurrent? in
          if case .recurrent(let recurrent) = node.operation { recurrent } else { nil }
        }.first)
    }
    #expect(try layer("step_lstm_peepholes").peephole?.count == 12)
    #expect(try layer("step_lstm").peephole == nil)
    let hard = try layer("step_lstm_hard_sigmoid")
    #expect(hard.gateActivation == Activation(.hardSigmoid, alpha: 1, beta: 0))
    let mixed = try layer("step_lstm_logistic")
    #expect(mixed.gateActivation == .sigmoid && mixed.cellActivation == .tanh && mixed.outputActivation == .relu)
    #expect(try layer("step_gru_after").resetAfter)
    #expect(try !layer("step_gru_before").resetAfter)
    #expect(try layer("scan_lstm_reverse").reverse)
    #expect(try layer("unrolled_lstm_backwards").reverse)
  }

  @Test func givenScalesAreRemembered() throws {
    let fixture = try #require(FixtureCase.all.first { $0.name == "qdq_dense" })
    let given = try ONNXImporter.read(path: fixture.path, options: fixture.options).givenScales
    #expect(given.count == 3)
    #expect(given[0].quantization == .given8(scale: 0.05, zeroPoint: 128))
    #expect(given[2].quantization == .given8(scale: 0.02, zeroPoint: 3))
    let recurrent = try #require(FixtureCase.all.first { $0.name == "qdq_recurrent" })
    let wide = try ONNXImporter.read(path: recurrent.path, options: recurrent.options).givenScales
    #expect(wide.map { $0.quantization == nil } == [true, false])
    #expect(wide[0].obstacle.contains("zero point"))
  }

  /// Given scales win over what calibration finds.
  @Test func givenScalesAreKept() throws {
    let fixture = try #require(FixtureCase.all.first { $0.name == "qdq_dense" })
    let model = try ONNXImporter.read(path: fixture.path, options: fixture.options)
    var options = ConversionOptions()
    for given in model.givenScales { options.quantization.given[given.tensor] = given.quantization }
    let input = (0..<60).map { Float($0 % 7 - 3) / 4 }
    let (_, report) = try Conversion.convert(
      graph: model.graph, calibration: [CalibrationSequence(inputs: [input])], options: options)
    let first = try #require(report.tensors.first)
    #expect(first.store == "u8" && first.scale == 0.05 && first.zeroPoint == 128)
    #expect(report.outputs[0].store == "u8" && report.outputs[0].scale == 0.02 && report.outputs[0].zeroPoint == 3)
  }
}
