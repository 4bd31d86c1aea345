import Quantizer

extension Layer {
  static let branches = [
    // Two paths of different delay and equal strides that meet again.
    Layer("branch", weight: 3, .reshaping) { builder, input, _ in
      let stride = builder.random.pick([1, 1, 1, 2, 2, 3])
      let first = try builder.arm(input, stride: stride, length: builder.random.integer(1...2))
      let isShort = stride == 1 && builder.random.chance(40)
      let second = try builder.arm(input, stride: stride, length: isShort ? 0 : builder.random.integer(1...2))
      return try builder.joined(first, second)
    },
    // What the whole sequence came to, beside each of its frames.
    Layer("global", .reshaping, follows: { !$0.isIndex && !$0.rate.isPerSequence }) { builder, input, _ in
      try builder.beside(input, try builder.reduced(input))
    },
  ]
}

extension NetworkBuilder {
  /// Two tensors of one rate as one.
  mutating func joined(_ a: TensorID, _ b: TensorID) throws -> TensorID {
    willJoin(a, b)
    let frame = frame(a)
    if frame == self.frame(b), random.chance(30) {
      return try add(.concatenate(axis: random.integer(0...2)), [a, b])
    }
    if random.chance(20) {
      // One value for the whole frame.
      let one = try add(.frameReduction(.mean, height: true, width: true, channels: true), [b])
      return try add(.binary(random.pick([.add, .multiply])), [a, one])
    }
    let (first, second) = (try flat(a), try flat(b))
    if random.chance(50) { return try add(.concatenate(axis: 2), [first, second]) }
    let width = min(self.frame(first).channels, self.frame(second).channels)
    let operation: BinaryOperation = random.pick([.add, .subtract, .multiply, .minimum, .maximum])
    return try add(.binary(operation), [try flat(first, width: width), try flat(second, width: width)])
  }

  /// A stream, and a frame per sequence that goes beside each of its frames or begins a recurrent layer.
  mutating func beside(_ stream: TensorID, _ once: TensorID) throws -> TensorID {
    if random.chance(40) {
      return try recurrent(
        stream, random.pick([.lstm, .gru, .simple]), states: [once] + (random.chance(30) ? [once] : []))
    }
    return try joined(stream, try add(.repeatFrame(count: nil), [once, stream]))
  }
}
