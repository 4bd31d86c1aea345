import Testing

@testable import Quantizer

/// Recurrent layers against a second implementation, written unit by unit from the formulas of the ONNX specification.
@Suite struct RecurrentTests {
  private static let inputs = 3
  private static let units = 5

  enum Variant: CaseIterable { case plain, reverse, peephole, clip, initialState, relu }

  @Test(arguments: [Recurrent.Kind.lstm, .gru, .simple], Variant.allCases)
  func matchesTheFormulas(kind: Recurrent.Kind, variant: Variant) throws {
    for resetAfter in kind == .gru ? [false, true] : [false] {
      var numbers = RandomNumbers(seed: 7)
      var layer = Recurrent.random(kind, inputs: Self.inputs, units: Self.units, &numbers)
      layer.resetAfter = resetAfter
      switch variant {
      case .plain: break
      case .reverse: layer.reverse = true
      case .peephole: layer.peephole = kind == .lstm ? numbers.floats(3 * Self.units) : nil
      case .clip: layer.clip = 0.3
      case .initialState:
        layer.initialHidden = numbers.floats(Self.units)
        layer.initialCell = kind == .lstm ? numbers.floats(Self.units) : nil
      case .relu:
        layer.gateActivation = Activation(.hardSigmoid, alpha: 0.2, beta: 0.5)
        layer.cellActivation = .relu
        layer.outputActivation = .relu
      }
      let x = numbers.floats(4 * Self.inputs)
      let y = try single(.recurrent(layer), frames: [FrameShape(channels: Self.inputs)]).run([x])
      expectClose(y[0], Reference(layer, inputs: Self.inputs).run(x), tolerance: 1e-5)
    }
  }

  @Test func theFirstFrameOfAReverseLayerIsItsLastStep() throws {
    var numbers = RandomNumbers(seed: 3)
    var layer = Recurrent.random(.simple, inputs: 1, units: 1, &numbers)
    layer.reverse = true
    let backward = try single(.recurrent(layer), frames: [FrameShape(channels: 1)]).run([[0.1, 0.2, 0.3]])[0]
    layer.reverse = false
    let forward = try single(.recurrent(layer), frames: [FrameShape(channels: 1)]).run([[0.3, 0.2, 0.1]])[0]
    #expect(backward == forward.reversed())
  }

  /// The visitor sees h of the step before and, in a GRU with reset before, r · h.
  @Test func visitorSeesTheOperandsOfTheRecurrentMatrices() throws {
    var numbers = RandomNumbers(seed: 5)
    for (kind, resetAfter, expected) in [(Recurrent.Kind.gru, false, 6), (.gru, true, 3), (.lstm, false, 3)] {
      var layer = Recurrent.random(kind, inputs: 1, units: 2, &numbers)
      layer.resetAfter = resetAfter
      var operands: [[Float]] = []
      let y = try single(.recurrent(layer), frames: [FrameShape(channels: 1)]).run([[1, 2, 3]]) { site, values in
        if site == .hidden(node: 0) { operands.append(Array(values)) }
      }
      #expect(operands.count == expected)
      #expect(operands[0] == [0, 0])
      #expect(operands[expected / 3] == Array(y[0][0..<2]))
    }
  }
}

/// One unit and one gate at a time.
private struct Reference {
  let layer: Recurrent
  let inputs: Int
  init(_ layer: Recurrent, inputs: Int) {
    self.layer = layer
    self.inputs = inputs
  }

  func run(_ x: [Float]) -> [Float] {
    let units = layer.units
    let frames = x.count / inputs
    var h = layer.initialHidden ?? [Float](repeating: 0, count: units)
    var c = layer.initialCell ?? [Float](repeating: 0, count: units)
    var y = [Float](repeating: 0, count: frames * units)
    for t in layer.reverse ? (0..<frames).reversed() : Array(0..<frames) {
      step(Array(x[t * inputs..<(t + 1) * inputs]), &h, &c)
      for unit in 0..<units { y[t * units + unit] = h[unit] }
    }
    return y
  }

  private func input(_ gate: Int, _ unit: Int, _ x: [Float]) -> Float {
    let row = gate * layer.units + unit
    return zip(layer.inputWeights[row * inputs..<(row + 1) * inputs], x).map(*).reduce(layer.inputBias[row], +)
  }

  private func hidden(_ gate: Int, _ unit: Int, _ h: [Float], bias: Bool = true) -> Float {
    let (row, units) = (gate * layer.units + unit, layer.units)
    return zip(layer.hiddenWeights[row * units..<(row + 1) * units], h).map(*)
      .reduce(bias ? layer.hiddenBias[row] : 0, +)
  }

  private func clip(_ x: Float) -> Float {
    guard let limit = layer.clip else { return x }
    return max(-limit, min(limit, x))
  }

  private func step(_ x: [Float], _ h: inout [Float], _ c: inout [Float]) {
    let (f, g, o) = (layer.gateActivation, layer.cellActivation, layer.outputActivation)
    let before = h
    let p = layer.peephole ?? [Float](repeating: 0, count: 3 * layer.units)
    for u in 0..<layer.units {
      switch layer.kind {
      case .simple: h[u] = g(clip(input(0, u, x) + hidden(0, u, before)))
      case .lstm:
        let i = f(clip(input(0, u, x) + hidden(0, u, before) + p[u] * c[u]))
        let forget = f(clip(input(2, u, x) + hidden(2, u, before) + p[2 * layer.units + u] * c[u]))
        c[u] = forget * c[u] + i * g(clip(input(3, u, x) + hidden(3, u, before)))
        let out = f(clip(input(1, u, x) + hidden(1, u, before) + p[layer.units + u] * c[u]))
        h[u] = out * o(clip(c[u]))
      case .gru:
        let z = f(clip(input(0, u, x) + hidden(0, u, before)))
        let r = (0..<layer.units).map { f(clip(input(1, $0, x) + hidden(1, $0, before))) }
        let reset = layer.resetAfter ? r[u] * hidden(2, u, before) : hidden(2, u, zip(r, before).map(*))
        h[u] = (1 - z) * g(clip(input(2, u, x) + reset)) + z * before[u]
      }
    }
  }
}
