import Testing

@testable import Quantizer

/// The search for bits and corrections, and each of its parts.
@Suite struct SearchTests {
  /// Features of very different sizes through a convolution, a GRU and a dense layer with softmax.
  private static func network() throws -> (graph: Graph, sequences: [CalibrationSequence]) {
    var numbers = RandomNumbers(seed: 11)
    var graph = Graph()
    let x = graph.addInput("x", frame: FrameShape(channels: 8))
    let geometry = WindowGeometry(
      kernel: Extent(time: 3), padBefore: Extent(time: 1, height: 0, width: 0),
      padAfter: Extent(time: 1, height: 0, width: 0))
    let convolution = Convolution(
      geometry: geometry, outputChannels: 12, weights: numbers.floats(12 * 24), bias: numbers.floats(12))
    let c = try graph.add(.convolution(convolution), [x], name: "conv", activation: .relu)
    let h = try graph.add(.recurrent(Recurrent.random(.gru, inputs: 12, units: 8, &numbers)), [c], name: "gru")
    let dense = Dense(frame: FrameShape(channels: 5), weights: numbers.floats(40), bias: numbers.floats(5))
    let d = try graph.add(.dense(dense), [h], name: "dense")
    graph.addOutput("y", try graph.add(.softmax(logarithm: false), [d], name: "softmax"))
    let sizes: [Float] = [20, 5, 1, 1, 0.5, 0.2, 0.1, 0.02]
    let sequences = (0..<9).map { _ in
      CalibrationSequence(inputs: [numbers.floats(8 * 30).enumerated().map { $1 * sizes[$0 % 8] }])
    }
    return (graph, sequences)
  }

  private static func convert(_ limit: PrecisionLimit) throws -> (bytes: [UInt8], report: ConversionReport) {
    let (graph, sequences) = try network()
    var options = ConversionOptions()
    options.search?.limit = limit
    return try Conversion.convert(graph: graph, calibration: sequences, options: options)
  }

  @Test func theSameDataGiveTheSameBytes() throws {
    let first = try SearchTests.convert(.automatic)
    #expect(try SearchTests.convert(.automatic).bytes == first.bytes)
    let search = try #require(first.report.search)
    #expect(search.result.signalToNoise > search.plainResult.signalToNoise - 1)
    let model = try PackedModel(bytes: first.bytes)
    try model.verify()
    #expect(model.text("quantisation") == first.report.summary)
  }

  @Test func aHarderLimitTakesMoreBits() throws {
    let easy = try SearchTests.convert(.signalToNoise(20)).report
    let found = try #require(easy.search)
    let hard = try SearchTests.convert(.signalToNoise(50))
    let search = try #require(hard.report.search)
    try PackedModel(bytes: hard.bytes).verify()
    #expect(easy.shares.multiplications < hard.report.shares.multiplications)
    #expect(found.result.worstStretch >= 20 && search.result.worstStretch >= 50)
    #expect(found.wideWeights.isEmpty)
  }

  /// Of what a search leaves in 16 bits nothing could have 8: each alone breaks the limit, on the held-out data or in what is written.
  @Test(arguments: [20, 35, 45, 50, 55] as [Double])
  func nothingHas16BitsThatCouldHave8(limit: Double) throws {
    let (graph, sequences) = try SearchTests.network()
    let simplified = try graph.simplified()
    let (tapped, taps) = simplified.tapped { _ in false }
    let heldOut = HeldOut(sequences: sequences.count)
    var statistics = LayerStatistics(simplified, taps: taps, heldOut: heldOut, sequences: sequences.count)
    let calibration = try Calibration(
      interpreter: Interpreter(graph: tapped), sequences: sequences, rule: .minimumMaximum, progress: nil,
      see: { statistics.see($0, $1) }, end: { statistics.end($0) })
    var options = SearchOptions()
    options.limit = .signalToNoise(limit)
    let builder = RecipeBuilder(simplified, calibration, statistics, QuantizationOptions())
    let search = try PrecisionSearch(
      builder, Trial(statistics, heldOut, sequences, judge: nil), options, progress: nil)
    _ = try search.run()
    let found = search.recipe
    func keeps(_ recipe: Recipe) throws -> Bool {
      try search.holds(search.measure(recipe)) && search.holds(search.measure(written: builder.network(recipe)))
    }
    #expect(try keeps(found))
    var narrower: [Recipe] = []
    func without(_ change: (inout Recipe) -> Void) {
      var recipe = found
      change(&recipe)
      narrower.append(recipe)
    }
    for (operand, store) in found.stores where store == .s16 { without { $0.stores[operand] = .u8 } }
    for output in found.wideWeights { without { $0.wideWeights.remove(output) } }
    for output in found.wideHidden { without { $0.wideHidden.remove(output) } }
    for output in found.hiddenStores.keys { without { $0.hiddenStores[output] = nil } }
    #expect(limit < 45 || !narrower.isEmpty)
    for recipe in narrower { #expect(try !keeps(recipe)) }
  }

  @Test func aLimitThatNothingReachesIsRefusedWithTheBest() throws {
    let error = try #require(throws: PrecisionUnreached.self) { try SearchTests.convert(.signalToNoise(150)) }
    #expect(error.best.worstStretch > 30 && "\(error)".contains("150"))
  }

  @Test func aLimitOnAccuracyAsksTheJudge() throws {
    let (graph, sequences) = try SearchTests.network()
    var options = ConversionOptions()
    options.search?.limit = .accuracyDrop(0)
    var asked = 0
    options.search?.judge = { outputs in
      asked += 1
      #expect(outputs.count == sequences.count && outputs.allSatisfy { $0[0].count == 5 * 30 })
      // The first call is of the float network.
      return asked == 1 ? 90 : 89
    }
    let error = try #require(throws: PrecisionUnreached.self) {
      try Conversion.convert(graph: graph, calibration: sequences, options: options)
    }
    #expect(error.best.accuracyDrop == 1)
  }

  @Test func wideWeightsMeanTheSameAndLoseLess() throws {
    let (graph, sequences) = try SearchTests.network()
    let conv = try #require(graph.nodes.first { $0.name == "conv" })
    let wide = try graph.wideningWeights(of: conv.output)
    let exact = try Interpreter(graph: graph).run(sequences[0].inputs)
    #expect(try Interpreter(graph: wide).run(sequences[0].inputs) == exact)

    let codes: [Int32] = [8128, -8160, 31, 33, -33, 0, 8160, 64]
    let parts = WideWeights.split(codes, channels: 4)
    for (k, code) in codes.enumerated() {
      let place = k / 4 * 8 + k % 4
      #expect(Int32(parts[place]) * 64 + Int32(parts[place + 4]) == code)
      #expect(abs(Int32(parts[place + 4])) <= 32)
    }
  }

  @Test(arguments: [(Recurrent.Kind.lstm, false), (.gru, false), (.gru, true), (.simple, false)])
  func weightsOnAHiddenStateInTwoPartsLoseLess(kind: Recurrent.Kind, resetAfter: Bool) throws {
    var numbers = RandomNumbers(seed: 5)
    var graph = Graph()
    let x = graph.addInput("x", frame: FrameShape(channels: 6))
    var layer = Recurrent.random(kind, inputs: 6, units: 16, &numbers)
    layer.resetAfter = resetAfter
    // A state that forgets: else a layer of random weights makes much of any difference.
    layer.hiddenWeights = layer.hiddenWeights.map { $0 / 4 }
    let h = try graph.add(.recurrent(layer), [x], name: "layer")
    graph.addOutput("y", h)
    let sequence = CalibrationSequence(inputs: [numbers.floats(6 * 40)])
    let heldOut = HeldOut(sequences: 1)
    var statistics = LayerStatistics(graph, taps: graph.tapped { _ in false }.taps, heldOut: heldOut, sequences: 1)
    let calibration = try Calibration(
      interpreter: Interpreter(graph: graph), sequences: [sequence], rule: .minimumMaximum, progress: nil,
      see: { statistics.see($0, $1) }, end: { statistics.end($0) })
    let builder = RecipeBuilder(graph, calibration, statistics, QuantizationOptions())
    var recipe = Recipe()
    recipe.stores[x] = .s16
    recipe.hiddenStores[h] = .s16
    recipe.wideWeights = [h]
    let exact = try Interpreter(graph: graph).run(sequence.inputs)[0]
    func error() throws -> Float {
      let network = try builder.network(recipe)
      let model = try PackedModel(bytes: network.packed())
      try model.verify()
      let given = try PackedRun(network).run(sequence.inputs, counts: [exact.count])[0]
      let simulation = try network.simulation()
      let simulated = try simulation.interpreter.run(sequence.inputs, visit: simulation.visit)[0]
      #expect(zip(given, simulated).allSatisfy { abs($0 - $1) < 2e-3 })
      return zip(exact, given).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
    let narrow = try error()
    recipe.wideHidden = [h]
    #expect(try error() < narrow / 4)
  }

  @Test func stretchesAreThePiecesOfAPart() {
    let one = HeldOut(sequences: 1)
    #expect(one.judgedStretches(24, part: 1, sequence: 0).map(\.frames) == [8..<10, 10..<12, 12..<14, 14..<16])
    #expect(one.judgedStretches(2, part: 1, sequence: 0).map(\.frames) == [0..<1, 1..<2])
    // Of 24 sequences each part has eight: two in a stretch.
    let many = HeldOut(sequences: 24)
    let stretches = many.judged(part: 2).flatMap { many.judgedStretches(5, part: 2, sequence: $0) }
    #expect(stretches.map(\.stretch) == [0, 0, 1, 1, 2, 2, 3, 3] && stretches.allSatisfy { $0.frames == 0..<5 })
  }

  @Test func equalisationIsExactInFloat() throws {
    let (graph, sequences) = try SearchTests.network()
    let places = graph.equalizations(exceptInputs: [])
    #expect(places.map { graph.tensors[$0.tensor].name } == ["x", "conv"])
    let exact = try Interpreter(graph: graph).run(sequences[0].inputs)[0]
    for place in places {
      let channels = graph.tensors[place.tensor].frame.channels
      let factors = (0..<channels).map { Float(1 << ($0 % 5)) }
      let equalised = try graph.equalizing(place, factors).graph
      // Powers of two: nothing is rounded otherwise.
      #expect(try Interpreter(graph: equalised).run(sequences[0].inputs)[0] == exact)
    }
  }

  /// (w − q) H (w − q)ᵀ of second-order rounding beside that of nearest rounding, for inputs that depend on one another.
  @Test func secondOrderRoundingLowersTheErrorOfSums() throws {
    var numbers = RandomNumbers(seed: 3)
    let (depth, rows) = (24, 400)
    var x = [Float](repeating: 0, count: depth * rows)
    for row in 0..<rows {
      let shared = numbers.floats(3)
      let own = numbers.floats(depth, scale: 0.2)
      for k in 0..<depth { x[row * depth + k] = shared[k % 3] + own[k] }
    }
    var moments = SecondMoments(depth: depth)
    x.withUnsafeBufferPointer { moments.include($0.baseAddress!, rows: rows) }
    let rounding = try #require(SecondOrderRounding(moments))
    let scale: Float = 1.0 / 7
    var (lower, nearest) = (0.0, 0.0)
    for _ in 0..<20 {
      let weights = numbers.floats(depth)
      func error(_ codes: [Int32]) -> Double {
        (0..<rows).reduce(0) { sum, row in
          let lost = (0..<depth).reduce(0.0) {
            $0 + Double((weights[$1] - Float(codes[$1]) * scale) * x[row * depth + $1])
          }
          return sum + lost * lost
        }
      }
      let codes = weights.withUnsafeBufferPointer { rounding.codes($0.baseAddress!, scale: scale, limit: 7) }
      #expect(codes.allSatisfy { abs($0) <= 7 })
      lower += error(codes)
      nearest += error(weights.map { Int32(min(max(($0 / scale).rounded(.toNearestOrEven), -7), 7)) })
    }
    #expect(lower < 0.7 * nearest)
  }

  @Test func everyPartIsHeldOutOnce() {
    let many = HeldOut(sequences: 7)
    #expect((0..<3).flatMap { many.judged(part: $0) }.sorted() == Array(0..<7))
    let few = HeldOut(sequences: 1)
    #expect((0..<3).map { few.judgedFrames(10, part: $0) } == [0..<3, 3..<6, 6..<10])
    #expect((0..<10).map { few.part(sequence: 0, frame: $0, of: 10) } == [0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
  }

  @Test func rangesLeaveOutliersOut() {
    var histogram = Histogram()
    let values = (0..<10_000).map { Float($0 % 100) / 100 } + [50]
    values.withUnsafeBufferPointer { histogram.include($0) }
    let seen = ValueRange(minimum: 0, maximum: 50)
    #expect(histogram.rangeOfLeastDivergence(within: seen).maximum < 50)
    #expect(histogram.rangeOfLeastError(within: seen).maximum <= 50)
    #expect(histogram.range(percent: 99.9).maximum < 1.1)
  }

  @Test func whatLooksWrongIsSaid() throws {
    var graph = Graph()
    let x = graph.addInput("pixels", frame: FrameShape(channels: 4))
    let first = Dense(
      frame: FrameShape(channels: 3), weights: [1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0], bias: [0, -1, 0])
    let d = try graph.add(.dense(first), [x], name: "first", activation: .relu)
    let second = Dense(frame: FrameShape(channels: 1), weights: [0, 0, 0], bias: [7])
    graph.addOutput("y", try graph.add(.dense(second), [d], name: "second"))
    let sequences = (0..<6).map { i in CalibrationSequence(inputs: [(0..<40).map { Float(($0 * 7 + i) % 256) }]) }
    let warnings = try Conversion.convert(graph: graph, calibration: sequences).report.warnings
    #expect(warnings.count == 3)
    #expect(warnings[0].contains("pixels") && warnings[1].contains("channel 1") && warnings[2].contains("output y"))
  }
}
