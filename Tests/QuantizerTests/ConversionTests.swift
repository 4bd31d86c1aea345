import Testing

@testable import Quantizer

@Suite struct ConversionTests {
  @Test func theReportTellsWhatWasDone() throws {
    var numbers = RandomNumbers(seed: 4)
    var graph = Graph()
    let x = graph.addInput("features", frame: FrameShape(channels: 10))
    let normalised = try graph.add(
      .affine(Affine(.perChannel, scale: numbers.floats(10, scale: 5), shift: numbers.floats(10))), [x],
      name: "normalise")
    let h = try graph.add(
      .recurrent(Recurrent.random(.gru, inputs: 10, units: 8, &numbers)), [normalised], name: "gru")
    let last = try graph.add(.timeReduction(.last), [h], name: "last")
    let dense = Dense(frame: FrameShape(channels: 4), weights: numbers.floats(32), bias: numbers.floats(4))
    let d = try graph.add(.dense(dense), [last], name: "dense")
    let y = try graph.add(.softmax(logarithm: false), [d], name: "softmax")
    graph.addOutput("y", y)
    let calibration = (0..<4).map { _ in CalibrationSequence(inputs: [numbers.floats(300)]) }
    var options = ConversionOptions()
    options.metadata = [MetadataEntry("labels", "a\nb\nc\nd")]
    options.comparedFrames = 50
    options.search = nil
    let (bytes, report) = try Conversion.convert(graph: graph, calibration: calibration, options: options)

    #expect(report.wideTensors == ["normalise"])
    #expect(report.tensors.map(\.store) == ["f32", "s16", "u8", "u8", "f32", "f32"])
    #expect(report.recurrent.map(\.name) == ["gru"])
    #expect(report.recurrent[0].isBounded && report.recurrent[0].hiddenScale == 1 / 63)
    #expect(report.calibrationSequences == 4 && report.calibrationFrames == 120 && report.comparedFrames == 50)
    #expect(report.fileBytes == bytes.count)
    let loss = try #require(report.tensors[5].signalToNoise)
    #expect(loss > 25)
    let model = try PackedModel(bytes: bytes)
    try model.verify()
    #expect(model.text("labels") == "a\nb\nc\nd")
    #expect(model.text("calibration") == "4 sequences, 120 frames, minimum and maximum")
  }

  @Test(arguments: 1...60)
  func randomNetworksConvertAndVerify(seed: Int) throws {
    let (graph, input) = try RandomGraph.make(seed: UInt32(seed))
    let (bytes, _) = try Conversion.convert(graph: graph, calibration: [CalibrationSequence(inputs: [input])])
    try PackedModel(bytes: bytes).verify()
  }
}
