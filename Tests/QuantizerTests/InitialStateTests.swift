import Testing

@testable import Quantizer

/// Recurrent nodes whose initial states are inputs.
@Suite struct InitialStateTests {
  private static let units = 4

  private struct Network {
    var graph = Graph()
    var layer: Recurrent
    var x: TensorID
    var states: [TensorID]

    init(_ kind: Recurrent.Kind, states count: Int, seed: UInt32 = 1, frame: FrameShape = FrameShape(channels: 4)) {
      var numbers = RandomNumbers(seed: seed)
      layer = Recurrent.random(kind, inputs: 4, units: InitialStateTests.units, &numbers)
      x = graph.addInput("x", frame: frame)
      states = []
      for index in 0..<count {
        states.append(graph.addInput("state\(index)", frame: frame, rate: .perSequence))
      }
    }

    mutating func finished() throws -> Graph {
      graph.addOutput("y", try graph.add(.recurrent(layer), [x] + states, name: "layer"))
      return graph
    }
  }

  @Test(arguments: [(Recurrent.Kind.lstm, 1), (.lstm, 2), (.gru, 1), (.simple, 1)], [false, true])
  func anInputBeginsAsAConstantDoes(layer: (kind: Recurrent.Kind, states: Int), reverse: Bool) throws {
    var numbers = RandomNumbers(seed: 9)
    let x = numbers.floats(20)
    let states = (0..<layer.states).map { _ in numbers.floats(Self.units) }
    var free = Network(layer.kind, states: layer.states)
    free.layer.reverse = reverse
    var constant = Network(layer.kind, states: 0)
    constant.layer.reverse = reverse
    constant.layer.initialHidden = states[0]
    constant.layer.initialCell = layer.states == 2 ? states[1] : nil
    let a = try Interpreter(graph: free.finished()).run([x] + states)
    let b = try Interpreter(graph: constant.finished()).run([x])
    #expect(a == b)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    func refused(_ network: Network) -> Bool {
      var network = network
      do { _ = try network.finished() } catch { return error is GraphError }
      return false
    }
    #expect(!refused(Network(.gru, states: 1)))
    #expect(refused(Network(.gru, states: 2)))
    #expect(refused(Network(.lstm, states: 3)))
    var network = Network(.gru, states: 1)
    network.layer.initialHidden = [0, 0, 0, 0]
    #expect(refused(network))
    network = Network(.gru, states: 0)
    network.states = [network.graph.addInput("stream", frame: FrameShape(channels: 4))]
    #expect(refused(network))
    network.states = [network.graph.addInput("small", frame: FrameShape(channels: 3), rate: .perSequence)]
    #expect(refused(network))
    network.states = [network.graph.addInput("i", frame: FrameShape(channels: 4), rate: .perSequence, isIndex: true)]
    #expect(refused(network))
  }

  /// What stands in front of an initial state is not folded into the weights of the sequence, and the other way round.
  @Test func simplificationKnowsStateFromSequence() throws {
    var numbers = RandomNumbers(seed: 4)
    let x = numbers.floats(20)
    let states = (0..<2).map { _ in numbers.floats(Self.units) }
    for target in 0..<3 {
      var network = Network(.lstm, states: 2)
      var tensor = target == 0 ? network.x : network.states[target - 1]
      tensor = try network.graph.add(
        .gather(table: [3, 1, 0, 2], frame: FrameShape(channels: 4)), [tensor], name: "permuted")
      tensor = try network.graph.add(
        .affine(Affine(.perChannel, scale: [1, 2, 1.5, 1], shift: [0.5, 0, 1, -0.5])), [tensor], name: "scaled")
      if target == 0 { network.x = tensor } else { network.states[target - 1] = tensor }
      let graph = try network.finished()
      let simple = try graph.simplified()
      #expect(simple.nodes.count == (target == 0 ? 1 : 3))
      expectClose(
        try Interpreter(graph: simple).run([x] + states)[0], try Interpreter(graph: graph).run([x] + states)[0],
        tolerance: 1e-5)
    }
  }

  /// A tensor that is both the sequence and the state stays out of the weights, too.
  @Test func oneTensorInBothPlaces() throws {
    var network = Network(.gru, states: 1)
    let turned = try network.graph.add(
      .gather(table: [3, 1, 0, 2], frame: FrameShape(channels: 4)), [network.states[0]], name: "turned")
    network.x = turned
    network.states = [turned]
    let graph = try network.finished()
    let input: [[Float]] = [[1, 2, 3, 4], [0.1, 0.2, 0.3, 0.4]]
    let simple = try Interpreter(graph: graph.simplified()).run(input)
    #expect(try Interpreter(graph: graph).run(input) == simple)
  }

  /// States stay float unless something else needs their codes; the operand's range is that of the state where that is larger
  /// than 1.
  @Test(arguments: [Float(0.5), 3]) func quantisation(size: Float) throws {
    var network = Network(.gru, states: 1)
    let graph = try network.finished()
    var numbers = RandomNumbers(seed: 2)
    let sequence = CalibrationSequence(inputs: [numbers.floats(20), [size, 0, 0, -size]])
    let calibration = try Calibration(interpreter: Interpreter(graph: graph), sequences: [sequence])
    let quantized = try QuantizedNetwork(graph: graph, calibration: calibration)
    #expect(quantized.tensors[network.states[0]].store == .f32)
    #expect(quantized.tensors[network.x].store == .s16)
    #expect((quantized.nodes[0].hidden == .boundedOperand) == (size <= 1))
    #expect(try quantized.packed().isEmpty == false)
  }
}
