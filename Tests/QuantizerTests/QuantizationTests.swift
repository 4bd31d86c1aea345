import Testing

@testable import Quantizer

@Suite struct QuantizationTests {
  @Test func codesFollowTheStatedRule() {
    let u8 = TensorQuantization.u8(ValueRange(minimum: -1, maximum: 3))
    #expect(u8.value(u8.zeroPoint) == 0)
    #expect(u8.code(-5) == 0 && u8.code(5) == 255)
    #expect(u8.code(.nan) == u8.zeroPoint && u8.code(.infinity) == 255 && u8.code(-.infinity) == 0)
    for code in Int32(0)...255 { #expect(u8.code(u8.value(code)) == code) }
    let s16 = TensorQuantization.s16(ValueRange(minimum: -2, maximum: 0.5))
    #expect(s16.code(-2) == -32767 && s16.zeroPoint == 0)
    for code in stride(from: Int32(-32767), through: 32767, by: 101) { #expect(s16.code(s16.value(code)) == code) }
    // Ties go to even.
    let unit = TensorQuantization(store: .u8, scale: 1, zeroPoint: 0, minimum: 0, maximum: 255)
    #expect([0.5, 1.5, 2.5].map { unit.code($0) } == [0, 2, 2])
  }

  @Test func pixelsAndSamplesAreTheirOwnCodes() {
    for pixel in Int32(0)...255 { #expect(TensorQuantization.image.code(Float(pixel) * (1 / 255)) == pixel) }
    for sample in Int32(-32767)...32767 {
      #expect(TensorQuantization.audio.code(Float(sample) * (1 / 32768)) == sample)
    }
  }

  @Test(arguments: [(0, 0), (0, 1e-30), (-1e30, 1e38), (0, .greatestFiniteMagnitude)] as [(Float, Float)])
  func scalesStayWithinBounds(minimum: Float, maximum: Float) {
    for quantization in [
      TensorQuantization.u8(ValueRange(minimum: minimum, maximum: maximum)),
      .s16(ValueRange(minimum: minimum, maximum: maximum)),
    ] {
      #expect(quantization.scale >= 0x1p-60 && quantization.scale <= 0x1p60)
      #expect(quantization.inverseScale.isNormal)
    }
  }

  @Test func weightsHaveOneScalePerRow() {
    let matrix = QuantizedMatrix(
      FloatMatrix(weights: [1, -0.5, 0.25, 0, 0, 0, 100, -200, 50][...], bias: [1, 2, 3][...]))
    #expect(matrix.weights == [127, -64, 32, 0, 0, 0, 64, -127, 32])
    #expect(matrix.scales == [1 / 127, 1, 200 / 127])
    expectClose(matrix.values, [1, -64 / 127, 32 / 127, 0, 0, 0, 12800 / 127, -200, 6400 / 127], tolerance: 1e-4)
  }

  @Test func sumsThatCouldOverflowAreSplit() {
    // 1000 weights of 127 with 16-bit codes: 127 · 32,767 · 1000 is beyond 2³¹, 512 of them are not.
    let matrix = QuantizedMatrix(FloatMatrix(weights: [Float](repeating: 1, count: 1000)[...], bias: [0][...]))
    let s16 = TensorQuantization.s16(ValueRange(maximum: 1))
    let segments = OverflowProof.segments([matrix], s16)
    #expect(segments == 2)
    #expect(OverflowProof.segments([matrix], .image) == 1)
    let ranges = (0..<segments).map { OverflowProof.range(depth: 1000, segments: segments, segment: $0) }
    #expect(ranges == [0..<500, 500..<1000])
    #expect(OverflowProof.bound(matrix.weights[0..<500], s16) == 500 * 127 * 32767)
  }

  /// image → convolution → pool → recurrent → dense → softmax, as in reading lines of text.
  private func network(
    _ layer: Recurrent.Kind = .lstm, cell: Activation = .tanh, output: Activation = .tanh
  ) throws -> (graph: Graph, sequences: [CalibrationSequence]) {
    var numbers = RandomNumbers(seed: 11)
    var graph = Graph()
    let x = graph.addInput("x", frame: FrameShape(height: 8, channels: 1))
    let geometry = WindowGeometry(
      kernel: Extent(time: 3, height: 3), padBefore: Extent(time: 1, height: 1, width: 0),
      padAfter: Extent(time: 1, height: 1, width: 0))
    let convolution = Convolution(
      geometry: geometry, outputChannels: 4, weights: numbers.floats(36), bias: numbers.floats(4))
    let c = try graph.add(.convolution(convolution), [x], name: "convolution", activation: .relu)
    let pool = Pool(kind: .maximum, geometry: WindowGeometry(kernel: Extent(height: 2), stride: Extent(height: 2)))
    let p = try graph.add(.pool(pool), [c], name: "pool")
    var recurrent = Recurrent.random(layer, inputs: 16, units: 6, &numbers)
    recurrent.cellActivation = cell
    recurrent.outputActivation = output
    let h = try graph.add(.recurrent(recurrent), [p], name: "recurrent")
    let dense = Dense(frame: FrameShape(channels: 3), weights: numbers.floats(18), bias: numbers.floats(3))
    let d = try graph.add(.dense(dense), [h], name: "dense")
    graph.addOutput("y", try graph.add(.softmax(logarithm: false), [d], name: "softmax"))
    return (graph, (0..<3).map { _ in CalibrationSequence(inputs: [numbers.floats(8 * 12).map { abs($0) }]) })
  }

  private func quantized(
    _ network: (graph: Graph, sequences: [CalibrationSequence]), _ options: QuantizationOptions = .init()
  ) throws -> QuantizedNetwork {
    let calibration = try Calibration(interpreter: Interpreter(graph: network.graph), sequences: network.sequences)
    return try QuantizedNetwork(graph: network.graph, calibration: calibration, options: options)
  }

  /// x, convolution, pool, recurrent, dense, softmax.
  private func stores(_ network: QuantizedNetwork) -> [Store] { network.tensors.map(\.store) }

  @Test func featuresAndTheirConvolutionsHaveSixteenBits() throws {
    let network = try quantized(self.network())
    #expect(stores(network) == [.s16, .s16, .s16, .u8, .f32, .f32])
    #expect(network.tensors[3] == .bounded)
    #expect(network.nodes[2].hidden == .boundedOperand)
  }

  @Test func imagesHaveEightBits() throws {
    var options = QuantizationOptions()
    options.inputs["x"] = .image
    let network = try quantized(self.network(), options)
    #expect(stores(network) == [.u8, .u8, .u8, .u8, .f32, .f32])
    #expect(network.tensors[0] == .image)
    #expect(network.tensors[1].zeroPoint == 0)
  }

  @Test func dataMovingNodesKeepScaleAndStore() throws {
    let network = try quantized(self.network())
    #expect(network.tensors[1] == network.tensors[2])
  }

  @Test func unboundedStatesAreCalibrated() throws {
    let network = try quantized(self.network(output: .relu))
    let hidden = try #require(network.nodes[2].hidden)
    #expect(hidden.store == .u8 && hidden.zeroPoint == 0 && hidden.maximum == 255)
    let linear = try quantized(self.network(.simple, cell: .identity)).nodes[2].hidden
    #expect(try #require(linear).zeroPoint > 0)
    var options = QuantizationOptions()
    options.hiddenStores["recurrent"] = .s16
    #expect(try quantized(self.network(output: .relu), options).nodes[2].hidden?.store == .s16)
  }

  @Test func overridesWin() throws {
    var options = QuantizationOptions()
    options.stores = ["pool": .u8, "recurrent": .s16, "dense": .u8]
    #expect(stores(try quantized(network(), options)) == [.s16, .u8, .u8, .s16, .u8, .f32])
  }

  @Test func impossibleOptionsAreRefusedByName() throws {
    func message(_ change: (inout QuantizationOptions) -> Void) throws -> String {
      var options = QuantizationOptions()
      change(&options)
      let network = try network()
      let error = #expect(throws: GraphError.self) { try quantized(network, options) }
      return error?.message ?? ""
    }
    #expect(try message { $0.stores["convolution"] = .f32 }.contains("must be stored as u8 or s16"))
    #expect(try message { $0.stores["nothing"] = .u8 }.contains("no tensor called nothing"))
    #expect(try message { $0.inputs["image"] = .image }.contains("no input called image"))
    #expect(try message { $0.hiddenStores["dense"] = .s16 }.contains("no recurrent layer called dense"))
    #expect(try message { $0.stores = ["pool": .u8, "convolution": .s16] }.contains("only pass data on"))
  }

  @Test func theSimulationIsCloseToFloat() throws {
    let network = try self.network(.gru)
    let quantized = try quantized(network)
    let (simulation, visit) = try quantized.simulation()
    let float = try Interpreter(graph: network.graph)
    for sequence in network.sequences {
      expectClose(
        try simulation.run(sequence.inputs, visit: visit)[0], try float.run(sequence.inputs)[0], tolerance: 0.05)
    }
  }

  @Test func percentilesLeaveOutliersOutside() throws {
    var graph = Graph()
    let x = graph.addInput("x", frame: FrameShape(channels: 1))
    graph.addOutput("y", try graph.add(.activation(.tanh), [x], name: "tanh"))
    let values = (0..<1000).map { Float($0) / 1000 } + [50, -7]
    let interpreter = try Interpreter(graph: graph)
    let sequences = [CalibrationSequence(inputs: [values])]
    let everything = try Calibration(interpreter: interpreter, sequences: sequences).range(.tensor(0))
    #expect(everything == ValueRange(minimum: -7, maximum: 50))
    let most = try Calibration(interpreter: interpreter, sequences: sequences, rule: .percentile(99))
      .range(.tensor(0))
    #expect(most.minimum == 0)
    #expect(most.maximum > 0.98 && most.maximum < 1.02)
    #expect(throws: InterpreterError.self) { try Calibration(interpreter: interpreter, sequences: []) }
  }
}
