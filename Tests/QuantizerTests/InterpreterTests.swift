import Testing

@testable import Quantizer

/// Every operation against values computed by hand.
@Suite struct InterpreterTests {
  @Test func convolutionOverTimePadsWithZero() throws {
    let geometry = WindowGeometry(
      kernel: Extent(time: 3), padBefore: Extent(time: 1, height: 0, width: 0),
      padAfter: Extent(time: 1, height: 0, width: 0))
    let convolution = Convolution(geometry: geometry, outputChannels: 1, weights: [1, 10, 100], bias: [0.5])
    let y = try single(.convolution(convolution), frames: [FrameShape(channels: 1)]).run([[1, 2, 3]])
    #expect(y == [[210.5, 321.5, 32.5]])
  }

  @Test func convolutionWithStrideAndDilation() throws {
    let geometry = WindowGeometry(kernel: Extent(time: 2), stride: Extent(time: 2), dilation: Extent(time: 3))
    let y = try single(.convolution(.counting(geometry)), frames: [FrameShape(channels: 1)])
      .run([[1, 2, 3, 4, 5, 6]])
    #expect(y == [[9, 15]])
  }

  @Test func negativePaddingDropsFrames() throws {
    let geometry = WindowGeometry(
      kernel: .one, padBefore: Extent(time: -1, height: 0, width: 0), padAfter: Extent(time: -2, height: 0, width: 0))
    let y = try single(.convolution(.counting(geometry)), frames: [FrameShape(channels: 1)]).run([[1, 2, 3, 4, 5]])
    #expect(y == [[2, 3]])
  }

  @Test func convolutionOverHeightWidthAndChannels() throws {
    // One output position that sees the whole 2×2×2 frame: weights and values both count up.
    let geometry = WindowGeometry(kernel: Extent(height: 2, width: 2))
    let y = try single(
      .convolution(.counting(geometry, channels: 2)), frames: [FrameShape(height: 2, width: 2, channels: 2)]
    ).run([[1, 2, 3, 4, 5, 6, 7, 8]])
    #expect(y == [[204]])
  }

  @Test func groupsSeeTheirOwnChannels() throws {
    let convolution = Convolution(
      geometry: WindowGeometry(kernel: .one), groups: 2, outputChannels: 4,
      weights: [1, 2, 3, 4, 5, 6, 7, 8], bias: [0, 0, 0, 1])
    let y = try single(.convolution(convolution), frames: [FrameShape(channels: 4)]).run([[1, 10, 100, 1000]])
    #expect(y == [[21, 43, 6500, 8701]])
  }

  @Test func denseSeesTheWholeFrame() throws {
    let dense = Dense(frame: FrameShape(channels: 2), weights: [1, 2, 3, 4, 5, 6], bias: [0.5, -0.5])
    let y = try single(.dense(dense), frames: [FrameShape(height: 3, channels: 1)]).run([[1, 0, 1, 0, 1, 0]])
    #expect(y == [[4.5, 9.5, 2.5, 4.5]])
  }

  @Test func pools() throws {
    let geometry = WindowGeometry(
      kernel: Extent(time: 2), stride: Extent(time: 2), padBefore: Extent(time: 1, height: 0, width: 0))
    func pool(_ kind: Pool.Kind, ceiling: Bool = false) throws -> [Float] {
      try single(.pool(Pool(kind: kind, geometry: geometry, ceilingTime: ceiling)), frames: [FrameShape(channels: 1)])
        .run([[-3, 1, 2, -4]])[0]
    }
    #expect(try pool(.maximum) == [-3, 2])
    #expect(try pool(.maximum, ceiling: true) == [-3, 2, -4])
    #expect(try pool(.average(countPadding: false)) == [-3, 1.5])
    #expect(try pool(.average(countPadding: true)) == [-1.5, 1.5])
    #expect(try pool(.lp(2)) == [3, 5.0.squareRoot()].map { Float($0) })
    #expect(try pool(.lp(1)) == [3, 3])
  }

  @Test func affineConstantsRepeat() throws {
    func run(_ repetition: Affine.Repetition, _ scale: [Float], _ shift: [Float]) throws -> [Float] {
      try single(
        .affine(Affine(repetition, scale: scale, shift: shift)), frames: [FrameShape(height: 2, channels: 1)]
      ).run([[1, 2, 3, 4]])[0]
    }
    #expect(try run(.perChannel, [2], [1]) == [3, 5, 7, 9])
    #expect(try run(.perElement, [2, 3], [0, 1]) == [2, 7, 6, 13])
    #expect(try run(.perTime(frames: 2), [1, 10], [0, 1]) == [1, 2, 31, 41])
    #expect(try run(.perTimeAndElement(frames: 2), [1, 2, 3, 4], [0, 0, 0, 1]) == [1, 4, 9, 17])
    #expect(throws: InterpreterError.self) { try run(.perTime(frames: 1), [1], [0]) }
  }

  @Test func binaryRepeatsTheSecondFrame() throws {
    let frames = [FrameShape(height: 2, width: 1, channels: 2), FrameShape(height: 2, channels: 1)]
    func run(_ operation: BinaryOperation) throws -> [Float] {
      try single(.binary(operation), frames: frames).run([[8, 2, 3, 4], [2, 4]])[0]
    }
    #expect(try run(.add) == [10, 4, 7, 8])
    #expect(try run(.subtract) == [6, 0, -1, 0])
    #expect(try run(.multiply) == [16, 4, 12, 16])
    #expect(try run(.divide) == [4, 1, 0.75, 1])
    #expect(try run(.minimum) == [2, 2, 3, 4])
    #expect(try run(.maximum) == [8, 2, 4, 4])
  }

  @Test(
    arguments: [(0, [1, 2, 3, 4, 5, 6, 7, 8]), (1, [1, 2, 5, 6, 3, 4, 7, 8]), (2, [1, 5, 2, 6, 3, 7, 4, 8])]
      as [(Int, [Float])])
  func concatenation(axis: Int, expected: [Float]) throws {
    let frame = FrameShape(height: 2, width: 2, channels: 1)
    #expect(
      try single(.concatenate(axis: axis), frames: [frame, frame]).run([[1, 2, 3, 4], [5, 6, 7, 8]]) == [expected])
  }

  @Test func gatherPermutesSelectsAndPads() throws {
    let y = try single(
      .gather(table: [2, -1, 0, 0], frame: FrameShape(channels: 4)), frames: [FrameShape(channels: 3)]
    ).run([[1, 2, 3, 4, 5, 6]])
    #expect(y == [[3, 0, 1, 1, 6, 0, 4, 4]])
  }

  @Test func windows() throws {
    func run(_ window: Window, _ x: [Float] = [1, 2, 3, 4, 5]) throws -> [Float] {
      try single(.window(window), frames: [FrameShape(channels: 1)]).run([x])[0]
    }
    #expect(try run(Window(length: 3, hop: 2)) == [1, 2, 3, 3, 4, 5])
    #expect(try run(Window(length: 2, hop: 2, padBefore: 1)) == [0, 1, 2, 3, 4, 5])
    #expect(
      try run(Window(length: 1, hop: 1, padBefore: 1, padAfter: 2, padsWithEdge: true)) == [1, 1, 2, 3, 4, 5, 5, 5])
    #expect(try run(Window(length: 1, hop: 1, padBefore: -2, padAfter: -1)) == [3, 4])
    #expect(try run(Window(length: 3, hop: 1), [1, 2]) == [])
    // More than there is memory for, as a damaged file may ask.
    #expect(throws: InterpreterError.self) { try run(Window(length: 1, hop: 1, padAfter: 1 << 30)) }
  }

  @Test(
    arguments: [
      (.last, [5, 6]), (.first, [1, 2]), (.mean, [3, 3]), (.maximum, [5, 6]), (.minimum, [1, 1]), (.sum, [9, 9]),
    ] as [(Reduction, [Float])])
  func timeReduction(reduction: Reduction, expected: [Float]) throws {
    let interpreter = try single(.timeReduction(reduction), frames: [FrameShape(channels: 2)])
    #expect(try interpreter.run([[1, 2, 3, 1, 5, 6]]) == [expected])
    #expect(try interpreter.run([[]]) == [[]], "a sequence without frames has no result")
  }

  @Test func frameReduction() throws {
    let frame = FrameShape(height: 2, width: 2, channels: 2)
    let x: [Float] = [1, 2, 3, 4, 5, 6, 7, 8]
    func run(_ reduction: Reduction, _ height: Bool, _ width: Bool, _ channels: Bool) throws -> [Float] {
      try single(.frameReduction(reduction, height: height, width: width, channels: channels), frames: [frame])
        .run([x])[0]
    }
    #expect(try run(.sum, true, false, false) == [6, 8, 10, 12])
    #expect(try run(.mean, false, true, false) == [2, 3, 6, 7])
    #expect(try run(.maximum, false, false, true) == [2, 4, 6, 8])
    #expect(try run(.mean, true, true, true) == [4.5])
    #expect(try run(.first, true, true, false) == [1, 2])
  }

  @Test func softmax() throws {
    let x: [Float] = [0, 0, 1, 2, 3, 1]
    let e: Float = 2.7182818
    let sum = 1 + e + e * e
    let y = try single(.softmax(logarithm: false), frames: [FrameShape(height: 2, channels: 3)]).run([x])
    expectClose(y[0], [1 / (2 + e), 1 / (2 + e), e / (2 + e), e / sum, e * e / sum, 1 / sum])
    let z = try single(.softmax(logarithm: true), frames: [FrameShape(channels: 2)]).run([[1000, 1000]])
    expectClose(z[0], [-0.6931472, -0.6931472])
  }

  @Test func repetitionAndUnstacking() throws {
    let perSequence = try single(.repeatFrame(count: 3), frames: [FrameShape(channels: 2)], rate: .perSequence)
    #expect(try perSequence.run([[1, 2]]) == [[1, 2, 1, 2, 1, 2]])
    #expect(throws: InterpreterError.self) { try perSequence.run([[1, 2, 3, 4]]) }
    let unstack = try single(
      .unstack(count: 2, frame: FrameShape(channels: 2)), frames: [FrameShape(channels: 4)], rate: .perSequence)
    #expect(try unstack.run([[1, 2, 3, 4]]) == [[1, 2, 3, 4]])

    var graph = Graph()
    let text = graph.addInput("text", frame: FrameShape(channels: 1), rate: .perSequence)
    let sound = graph.addInput("sound", frame: FrameShape(channels: 1))
    graph.addOutput("y", try graph.add(.repeatFrame(count: nil), [text, sound], name: "repeat"))
    #expect(try Interpreter(graph: graph).run([[7], [1, 2, 3]]) == [[7, 7, 7]])
  }

  @Test func embeddingLooksRowsUp() throws {
    let embedding = Embedding(rows: 3, width: 2, table: [1, 2, 3, 4, 5, 6])
    let interpreter = try single(.embedding(embedding), frames: [FrameShape(channels: 1)], isIndex: true)
    #expect(try interpreter.run([[2, 0]]) == [[5, 6, 1, 2]])
    #expect(throws: InterpreterError.self) { try interpreter.run([[3]]) }
    #expect(throws: InterpreterError.self) { try interpreter.run([[0.5]]) }
    #expect(throws: InterpreterError.self) { try interpreter.run([[.nan]]) }
  }

  @Test(
    arguments: [
      (Activation(.relu), [0, 0, 0.5, 2]), (Activation(.leakyRelu, alpha: 0.1), [-0.2, -0.05, 0.5, 2]),
      (Activation(.elu, alpha: 2, beta: 3), [-1.7293294, -0.7869387, 1.5, 6]),
      (Activation(.clip, alpha: -1, beta: 1), [-1, -0.5, 0.5, 1]),
      (.sigmoid, [0.1192029, 0.3775407, 0.6224593, 0.8807970]),
      (.tanh, [-0.9640276, -0.4621172, 0.4621172, 0.9640276]),
      (Activation(.hardSigmoid, alpha: 0.5, beta: 0.5), [0, 0.25, 0.75, 1]),
      (Activation(.hardSwish, alpha: 0.5, beta: 0.5), [0, -0.125, 0.375, 2]),
      (Activation(.softplus), [0.1269280, 0.4740770, 0.9740770, 2.1269280]),
      (Activation(.softsign), [-0.6666667, -0.3333333, 0.3333333, 0.6666667]),
      (Activation(.absolute), [2, 0.5, 0.5, 2]),
      (Activation(.exponential), [0.1353353, 0.6065307, 1.6487213, 7.3890561]),
      (Activation(.sign), [-1, -1, 1, 1]), (Activation(.power, alpha: 3), [-8, -0.125, 0.125, 8]),
      (Activation(.power, alpha: 1.5), [0, 0, 0.3535534, 2.8284271]),
      (Activation(.affine, alpha: 2, beta: 1), [-3, 0, 2, 5]),
      (Activation(.scaledTanh, alpha: 2, beta: 0.5), [-1.5231883, -0.4898373, 0.4898373, 1.5231883]),
      (Activation(.thresholdedRelu, alpha: 0.5), [0, 0, 0, 2]), (Activation(.reciprocal), [-0.5, -2, 2, 0.5]),
      (Activation(.prelu, slopes: [0.5]), [-1, -0.25, 0.5, 2]),
    ] as [(Activation, [Float])])
  func activation(activation: Activation, expected: [Float]) throws {
    let y = try single(.activation(activation), frames: [FrameShape(channels: 1)]).run([[-2, -0.5, 0.5, 2]])
    expectClose(y[0], expected, tolerance: 2e-6)
  }

  @Test func logarithmAndSquareRoot() throws {
    let frame = [FrameShape(channels: 1)]
    expectClose(try single(.activation(Activation(.logarithm)), frames: frame).run([[1, 2]])[0], [0, 0.6931472])
    expectClose(try single(.activation(Activation(.squareRoot)), frames: frame).run([[4, 2]])[0], [2, 1.4142136])
  }

  @Test func everythingThatDoesNotFitIsRefused() throws {
    let interpreter = try single(.softmax(logarithm: false), frames: [FrameShape(channels: 2)])
    #expect(throws: InterpreterError.self) { try interpreter.run([]) }
    #expect(throws: InterpreterError.self) { try interpreter.run([[1, 2, 3]]) }
    var graph = Graph()
    let x = graph.addInput("x", frame: FrameShape(channels: 1), frames: 2)
    graph.addOutput("y", try graph.add(.timeReduction(.last), [x], name: "last"))
    #expect(throws: InterpreterError.self) { try Interpreter(graph: graph).run([[1, 2, 3]]) }
    graph.nodes[0].inputs = [7]
    #expect(throws: GraphError.self) { try Interpreter(graph: graph) }
  }

  @Test func visitorSeesAndChangesValues() throws {
    var graph = Graph()
    let x = graph.addInput("x", frame: FrameShape(channels: 1))
    let y = try graph.add(.activation(.relu), [x], name: "relu")
    graph.addOutput("y", try graph.add(.activation(Activation(.affine, alpha: 2)), [y], name: "double"))
    var seen: [Interpreter.Site: [Float]] = [:]
    let result = try Interpreter(graph: graph).run([[-1, 3]]) { site, values in
      seen[site] = Array(values)
      if site == .tensor(1) { values[0] = 10 }
    }
    #expect(seen == [.tensor(0): [-1, 3], .tensor(1): [0, 3], .tensor(2): [20, 6]])
    #expect(result == [[20, 6]])
  }
}
