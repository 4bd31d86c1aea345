import Quantizer

extension Layer {
  static let pointwise = [
    Layer("activation", weight: 2) { builder, input, _ in try builder.activation(input) },
    Layer("softmax") { builder, input, _ in
      try builder.add(.softmax(logarithm: builder.random.chance(30)), [input])
    },
    Layer("affine") { builder, input, _ in try builder.affine(input) },
    Layer("affine over time", weight: 4, follows: { !$0.isIndex && ($0.frames ?? 0) > 0 }) { builder, input, _ in
      try builder.affineOverTime(input)
    },
    Layer("frame reduction") { builder, input, _ in
      let kind: Reduction = builder.random.pick([.mean, .maximum, .sum, .minimum])
      return try builder.add(
        .frameReduction(
          kind, height: builder.random.chance(50), width: builder.random.chance(50),
          channels: builder.random.chance(50)), [input])
    },
  ]
}

extension NetworkBuilder {
  mutating func activation(_ input: TensorID) throws -> TensorID {
    let channels = frame(input).channels
    let activation = random.pick([
      Activation.relu, .sigmoid, .tanh, Activation(.leakyRelu, alpha: 0.1), Activation(.elu, alpha: 1, beta: 1),
      Activation(.hardSigmoid, alpha: 0.2, beta: 0.5), Activation(.clip, alpha: -0.5, beta: 0.7),
      Activation(.softplus), Activation(.prelu, slopes: random.values(channels, scale: 0.3)), Activation(.absolute),
    ])
    return try add(.activation(activation), [input])
  }

  mutating func affine(_ input: TensorID) throws -> TensorID {
    let isWhole = random.chance(30)
    let count = isWhole ? frame(input).elements : frame(input).channels
    let (scale, shift) = (random.values(count), random.values(count, scale: 0.3))
    return try add(.affine(Affine(isWhole ? .perElement : .perChannel, scale: scale, shift: shift)), [input])
  }

  /// Of a tensor with a fixed number of frames.
  mutating func affineOverTime(_ input: TensorID) throws -> TensorID {
    let frames = graph.tensors[input].frames ?? 1
    let isWhole = random.chance(50)
    let count = isWhole ? frames * frame(input).elements : frames
    let (scale, shift) = (random.values(count), random.values(count, scale: 0.3))
    let repetition: Affine.Repetition = isWhole ? .perTimeAndElement(frames: frames) : .perTime(frames: frames)
    return try add(.affine(Affine(repetition, scale: scale, shift: shift)), [input])
  }
}
