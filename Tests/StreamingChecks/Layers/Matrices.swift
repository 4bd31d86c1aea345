import Quantizer

extension Layer {
  static let matrices = [
    Layer("dense") { builder, input, _ in try builder.dense(input) },
    Layer("embedding", weight: 4, follows: { $0.isIndex && $0.frame.elements == 1 }) { builder, input, _ in
      let width = builder.random.integer(1...6)
      let table = builder.random.values(Embedding.rowsOfRandomNetworks * width)
      return try builder.add(
        .embedding(Embedding(rows: Embedding.rowsOfRandomNetworks, width: width, table: table)), [input])
    },
  ]
}

extension Embedding {
  /// Indices of random sequences lie below it.
  static let rowsOfRandomNetworks = 9
}

extension NetworkBuilder {
  mutating func dense(_ input: TensorID, _ shape: FrameShape? = nil) throws -> TensorID {
    let tall = FrameShape(height: random.integer(2...3), channels: random.integer(1...4))
    let frame = shape ?? (random.chance(80) ? FrameShape(channels: random.integer(1...10)) : tall)
    let weights = random.values(self.frame(input).elements * frame.elements, scale: 0.3)
    return try add(
      .dense(Dense(frame: frame, weights: weights, bias: random.values(frame.elements, scale: 0.2))), [input])
  }
}
