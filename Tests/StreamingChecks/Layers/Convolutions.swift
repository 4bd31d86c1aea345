import Quantizer

extension Layer {
  static let convolutions = [
    Layer("convolution", weight: 4, .windowed) { builder, input, timing in
      try builder.convolution(input, timing, groups: 1, outputs: builder.random.integer(1...7))
    },
    Layer("depthwise", .windowed, follows: { !$0.isIndex && $0.frame.channels > 1 }) { builder, input, timing in
      let channels = builder.frame(input).channels
      return try builder.convolution(input, timing, groups: channels, outputs: channels)
    },
    Layer("grouped", .windowed, follows: { !$0.isIndex && $0.frame.channels > 1 }) { builder, input, timing in
      let channels = builder.frame(input).channels
      return try builder.convolution(input, timing, groups: channels, outputs: 2 * channels)
    },
  ]
}

extension NetworkBuilder {
  mutating func convolution(_ input: TensorID, _ timing: Timing, groups: Int, outputs: Int) throws -> TensorID {
    let frame = frame(input)
    let geometry = geometry(input, timing)
    let kernel = geometry.kernel
    let depth = kernel.time * kernel.height * kernel.width * (frame.channels / groups)
    let convolution = Convolution(
      geometry: geometry, groups: groups, outputChannels: outputs, weights: random.values(depth * outputs, scale: 0.5),
      bias: random.values(outputs, scale: 0.2))
    let output = try add(.convolution(convolution), [input])
    return random.chance(50) ? try activation(output) : output
  }
}
