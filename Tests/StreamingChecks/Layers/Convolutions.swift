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
    Layer("wide", .reshaping, follows: { !$0.isIndex && $0.frame.width == 1 && $0.frame.elements <= 24 }) {
      builder, input, _ in
      try builder.wideConvolution(input)
    },
  ]
}

extension NetworkBuilder {
  /// What Winograd's convolution takes, where frames and chunk are enough for it: 3 x 3 over time and height, of many channels.
  mutating func wideConvolution(_ input: TensorID) throws -> TensorID {
    let channels = random.pick([32, 48])
    let wide = Convolution(
      geometry: WindowGeometry(kernel: .one), outputChannels: channels,
      weights: random.values(frame(input).channels * channels, scale: 0.5), bias: random.values(channels, scale: 0.2))
    let spread = try add(.convolution(wide), [input])
    var geometry = WindowGeometry(kernel: Extent(time: rate(input).isPerSequence ? 1 : 3, height: 3, width: 1))
    if !rate(input).isPerSequence {
      geometry.padBefore.time = random.integer(0...3)
      geometry.padAfter.time = random.integer(0...3)
    }
    geometry.padBefore.height = random.integer(1...2)
    geometry.padAfter.height = random.integer(1...2)
    let outputs = random.integer(1...7)
    let convolution = Convolution(
      geometry: geometry, outputChannels: outputs,
      weights: random.values(3 * geometry.kernel.time * channels * outputs, scale: 0.1),
      bias: random.values(outputs, scale: 0.2))
    return try add(.convolution(convolution), [spread])
  }

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
