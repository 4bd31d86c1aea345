import Quantizer

/// The input ports that a random network begins with.
struct Opening: Sendable {
  let name: String
  let weight: Int
  /// Adds the ports and returns the tensors to go on from.
  let open: @Sendable (inout NetworkBuilder) throws -> [TensorID]

  init(_ name: String, weight: Int, open: @escaping @Sendable (inout NetworkBuilder) throws -> [TensorID]) {
    self.name = name
    self.weight = weight
    self.open = open
  }

  static let stream = Opening("stream", weight: 8) { builder in [builder.stream()] }

  static let all = onePort + severalPorts

  private static let onePort = [
    stream,
    Opening("video", weight: 3) { builder in [builder.input(frame: builder.picture())] },
    Opening("indices", weight: 2) { builder in [builder.input(frame: FrameShape(channels: 1), isIndex: true)] },
    Opening("fixed length", weight: 2) { builder in
      [builder.input(frame: builder.smallFrame(), frames: builder.random.integer(1...20))]
    },
  ]

  private static let severalPorts = [
    Opening("two streams", weight: 3) { builder in [builder.stream(), builder.stream()] },
    Opening("video and sound", weight: 1) { builder in [builder.input(frame: builder.picture()), builder.stream()] },
    Opening("stream and indices", weight: 1) { builder in
      [builder.stream(), builder.input(frame: FrameShape(channels: 1), isIndex: true)]
    },
    Opening("stream and one frame", weight: 3) { builder in
      [builder.stream(), builder.input(frame: builder.smallFrame(), rate: .perSequence)]
    },
    Opening("stream and two single frames", weight: 1) { builder in
      [
        builder.stream(), builder.input(frame: builder.smallFrame(), rate: .perSequence),
        builder.input(frame: builder.smallFrame(), rate: .perSequence),
      ]
    },
    Opening("one frame", weight: 1) { builder in [builder.input(frame: builder.smallFrame(), rate: .perSequence)] },
    Opening("two fixed lengths", weight: 1) { builder in
      let frames = 2 * builder.random.integer(1...8)
      return [
        builder.input(frame: builder.smallFrame(), frames: frames),
        builder.input(frame: builder.smallFrame(), rate: Rate(1, 2), frames: frames / 2),
      ]
    },
    Opening("two rates", weight: 6) { builder in try builder.twoRates() },
    Opening("three rates", weight: 1) { builder in
      [builder.stream(), builder.input(frame: builder.smallFrame(), rate: Rate(1, 3))] + (try builder.twoRates())
    },
  ]
}

extension NetworkBuilder {
  mutating func smallFrame() -> FrameShape {
    FrameShape(
      height: random.integer(1...5), width: random.chance(30) ? 2 : 1, channels: random.integer(1...4))
  }

  mutating func picture() -> FrameShape {
    FrameShape(height: random.integer(4...6), width: random.integer(3...6), channels: 3)
  }

  mutating func stream() -> TensorID { input(frame: smallFrame()) }

  /// Streams of different rates, mostly brought to one by strides.
  mutating func twoRates() throws -> [TensorID] {
    let (numerator, denominator) = random.pick([(1, 2), (2, 3), (1, 3), (3, 4), (3, 2), (2, 1), (4, 1)])
    let a = stream()
    let b = input(frame: random.chance(20) ? picture() : smallFrame(), rate: Rate(numerator, denominator))
    guard random.chance(80) else { return [a, b] }
    let more = random.chance(20) ? 2 : 1
    return [
      try slowed(a, by: denominator * more), try slowed(b, by: numerator * more),
    ]
  }

  private mutating func slowed(_ input: TensorID, by stride: Int) throws -> TensorID {
    try arm(input, stride: stride, length: stride == 1 ? random.integer(0...1) : random.integer(1...2))
  }
}
