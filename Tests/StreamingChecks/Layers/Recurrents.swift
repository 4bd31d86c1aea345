import Quantizer

extension Layer {
  static let recurrent = [
    Layer("LSTM", weight: 2) { builder, input, _ in try builder.recurrent(input, .lstm) },
    Layer("GRU", weight: 2) { builder, input, _ in try builder.recurrent(input, .gru) },
    Layer("simple", weight: 1) { builder, input, _ in try builder.recurrent(input, .simple) },
  ]
}

extension NetworkBuilder {
  /// `states`: per-sequence tensors of which initial states are made, at most two.
  mutating func recurrent(
    _ input: TensorID, _ kind: Recurrent.Kind, states: [TensorID] = []
  ) throws -> TensorID {
    let inputs = frame(input).elements
    // Eight and sixteen, whose weights on the state may be wide, come more often.
    let drawn = random.integer(1...13)
    let units = drawn > 11 ? 8 * (drawn - 11) : drawn
    let rows = (kind == .lstm ? 4 : kind == .gru ? 3 : 1) * units
    var layer = Recurrent(
      kind: kind, units: units, inputWeights: random.values(rows * inputs, scale: 0.4),
      hiddenWeights: random.values(rows * units, scale: 0.4), inputBias: random.values(rows, scale: 0.2),
      hiddenBias: random.values(rows, scale: 0.2))
    layer.reverse = random.chance(25)
    if layer.reverse, random.chance(50) {
      layer.view = BackwardView(ahead: random.integer(1...5), block: random.integer(1...6))
    }
    layer.resetAfter = random.chance(50)
    if kind == .lstm, random.chance(25) { layer.peephole = random.values(3 * units, scale: 0.2) }
    if states.isEmpty, random.chance(15) { layer.initialHidden = random.values(units, scale: 0.4) }
    if kind == .lstm, states.count < 2, random.chance(10) { layer.initialCell = random.values(units, scale: 0.4) }
    if random.chance(10) { layer.cellActivation = .relu }
    if random.chance(10) { layer.clip = 1 }
    let taken = states.prefix(kind == .lstm ? 2 : 1)
    let begun = try taken.map { try dense($0, FrameShape(channels: units)) }
    return try add(.recurrent(layer), [input] + begun)
  }
}
