import Quantizer

extension Layer {
  static let reductions = [
    Layer("time reduction", .reshaping) { builder, input, _ in try builder.reduced(input) },
    Layer("repeat", weight: 4, .reshaping, follows: { !$0.isIndex && $0.rate.isPerSequence }) { builder, input, _ in
      try builder.add(.repeatFrame(count: builder.random.integer(1...6)), [input])
    },
    Layer("unstack", weight: 4, .reshaping, follows: { !$0.isIndex && $0.rate.isPerSequence }) { builder, input, _ in
      let elements = builder.frame(input).elements
      let count = (1...elements).filter { elements % $0 == 0 && $0 <= 8 }.shuffled(using: &builder.random)[0]
      return try builder.add(.unstack(count: count, frame: FrameShape(channels: elements / count)), [input])
    },
  ]
}

extension NetworkBuilder {
  mutating func reduced(_ input: TensorID) throws -> TensorID {
    try add(.timeReduction(random.pick([.last, .first, .mean, .maximum, .minimum, .sum])), [input])
  }
}
