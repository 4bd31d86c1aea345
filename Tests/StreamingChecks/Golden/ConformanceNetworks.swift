import Foundation
import Quantizer

extension GoldenNetworks {
  /// Writes the vectors of Tests/Conformance that are not there yet: one network for each operation and each variant of a recurrent layer,
  /// random networks, and the digits network, which stands packed in the file `digits`.
  public static func writeVectors(digits: URL) throws {
    let present = Set(try GoldenCase.all(in: GoldenCase.vectors).map(\.name))
    for (index, entry) in (operations + recurrentLayers + wideLayers).enumerated() where !present.contains(entry.name) {
      var check = try entry.makeCase(seed: 100 + UInt64(index))
      check.feedings = []
      try GoldenCase(check, name: entry.name, about: entry.about).write(to: GoldenCase.vectors)
    }
    for seed in 2...24 as ClosedRange<UInt64> where !present.contains("random-\(seed)") {
      var check = try StreamingCase(seed: seed)
      if let failure = StreamingCheck.failure(check) { throw GraphError("seed \(seed): \(failure)") }
      check.feedings = []
      try GoldenCase(check, name: "random-\(seed)", about: "a random network").write(to: GoldenCase.vectors)
    }
    if !present.contains("digits") {
      var random = RandomNumbers(seed: 1)
      let pixels = (0..<28 * 28).map { _ in Float(random.integer(0...255)) / 255 }
      try GoldenCase(
        file: [UInt8](try Data(contentsOf: digits)), inputs: [pixels], name: "digits", about: "the network of make demo"
      ).write(to: GoldenCase.vectors)
    }
  }

  private static let operations = [
    Entry("convolution-u8", "columns of an image, 3 x 3, relu, pooled", kinds: [.image]) { builder in
      let x = builder.input(frame: FrameShape(height: 9, channels: 3))
      return [try builder.pooled(try builder.square(x, channels: 13), .maximum)]
    },
    Entry("convolution-s16", "the same of features", kinds: [.feature]) { builder in
      let x = builder.input(frame: FrameShape(height: 9, channels: 3))
      return [try builder.pooled(try builder.square(x, channels: 13), .maximum)]
    },
    Entry("convolution-wide", "32 channels, for which Winograd's way pays", ticks: 24, kinds: [.image]) { builder in
      let x = builder.input(frame: FrameShape(height: 8, channels: 1))
      return [try builder.square(try builder.square(x, channels: 32), channels: 32)]
    },
    Entry("convolution-grouped", "three groups, stride and dilation in time", kinds: [.image]) { builder in
      let x = builder.input(frame: FrameShape(channels: 12))
      return [
        try builder.convolved(x, kernel: 3, stride: 2, dilation: 2, before: 2, after: 2, groups: 4),
        try builder.convolved(x, kernel: 5, before: 4, after: 0, groups: 2),
      ]
    },
    Entry("depthwise-u8", "20 channels, of which 16 fill a vector", kinds: [.image]) { builder in
      [try builder.depthwise(builder.input(frame: FrameShape(height: 3, channels: 20)))]
    },
    Entry("depthwise-s16", "the same of features", kinds: [.feature]) { builder in
      [try builder.depthwise(builder.input(frame: FrameShape(height: 3, channels: 20)))]
    },
    Entry("dense-u8", "37 inputs, 21 outputs", kinds: [.image]) { builder in
      [try builder.dense(builder.input(frame: FrameShape(channels: 37)), FrameShape(channels: 21))]
    },
    Entry("dense-s16", "the same of features", kinds: [.feature]) { builder in
      [try builder.dense(builder.input(frame: FrameShape(channels: 37)), FrameShape(channels: 21))]
    },
    Entry("dense-audio", "the same of samples", kinds: [.audio]) { builder in
      [try builder.dense(builder.input(frame: FrameShape(channels: 37)), FrameShape(channels: 21))]
    },
    Entry("pools", "maximum, average, lp of an image", kinds: [.image]) { builder in
      let x = builder.input(frame: FrameShape(height: 7, channels: 5))
      return try [Pool.Kind.maximum, .average(countPadding: true), .average(countPadding: false), .lp(2), .lp(3)].map {
        try builder.pooled(x, $0)
      }
    },
    Entry("activations", "every function of one value, where it is smooth and where it is not") { builder in
      let x = builder.input(frame: FrameShape(channels: 11))
      let plain = [
        Activation.relu, Activation(.leakyRelu, alpha: 0.1),
        Activation(.prelu, slopes: builder.random.values(11, scale: 0.3)),
        Activation(.elu, alpha: 1.5, beta: 1), Activation(.clip, alpha: -0.5, beta: 0.7), .sigmoid, .tanh,
        Activation(.hardSigmoid, alpha: 0.2, beta: 0.5), Activation(.hardSwish, alpha: 1 / 6, beta: 0.5),
        Activation(.softplus),
        Activation(.softsign), Activation(.absolute), Activation(.exponential), Activation(.sign),
        Activation(.power, alpha: 3), Activation(.affine, alpha: -0.7, beta: 0.2),
        Activation(.scaledTanh, alpha: 1.7, beta: 0.6), Activation(.thresholdedRelu, alpha: 0.4),
      ]
      let positive = try builder.add(.activation(Activation(.softplus)), [x])
      return try plain.map { try builder.add(.activation($0), [x]) }
        + [
          Activation(.logarithm), Activation(.squareRoot), Activation(.reciprocal), Activation(.power, alpha: 0.37),
        ].map { try builder.add(.activation($0), [positive]) }
    },
    Entry("affine", "constants for each channel and for each element") { builder in
      let x = builder.input(frame: FrameShape(height: 3, channels: 5))
      return try [5, 15].map { count in
        let (scale, shift) = (builder.random.values(count), builder.random.values(count, scale: 0.3))
        return try builder.add(
          .affine(Affine(count == 5 ? .perChannel : .perElement, scale: scale, shift: shift)), [x])
      }
    },
    Entry("affine-over-time", "constants for each frame of a sequence of fixed length") { builder in
      let x = builder.input(frame: FrameShape(height: 2, channels: 3), frames: 9)
      return [try builder.affineOverTime(x), try builder.affineOverTime(x)]
    },
    Entry("binary", "two streams, element by element, and one value for the whole frame") { builder in
      let a = builder.input(frame: FrameShape(height: 2, channels: 7))
      let b = builder.input(frame: FrameShape(height: 2, channels: 7))
      let one = try builder.add(.frameReduction(.mean, height: true, width: true, channels: true), [b])
      let operations: [BinaryOperation] = [.add, .subtract, .multiply, .minimum, .maximum]
      let positive = try builder.add(.activation(Activation(.softplus)), [b])
      return try operations.map { try builder.add(.binary($0), [a, b]) }
        + [try builder.add(.binary(.divide), [a, positive]), try builder.add(.binary(.multiply), [a, one])]
    },
    Entry("movement", "concatenated along each axis, gathered, cut into windows") { builder in
      let a = builder.input(frame: FrameShape(height: 2, width: 2, channels: 3))
      let b = builder.input(frame: FrameShape(height: 2, width: 2, channels: 3))
      let table: [Int32] = [11, -1, 0, 5, 5, 2, 7]
      return try (0...2).map { try builder.add(.concatenate(axis: $0), [a, b]) } + [
        try builder.add(.gather(table: table, frame: FrameShape(channels: 7)), [a]),
        try builder.add(.window(Window(length: 3, hop: 2, padBefore: 1, padAfter: 2)), [b]),
      ]
    },
    Entry("frame-reductions", "over each axis of a frame", kinds: [.image]) { builder in
      let x = builder.input(frame: FrameShape(height: 3, width: 2, channels: 5))
      return try [Reduction.mean, .maximum, .minimum, .sum].flatMap { kind in
        try [
          builder.add(.frameReduction(kind, height: true, width: false, channels: false), [x]),
          builder.add(.frameReduction(kind, height: false, width: true, channels: true), [x]),
        ]
      }
    },
    Entry("time-reductions", "one frame for a sequence, and sequences made of one frame") { builder in
      let x = builder.input(frame: FrameShape(channels: 6))
      let reduced = try [Reduction.last, .first, .mean, .maximum, .minimum, .sum].map {
        try builder.add(.timeReduction($0), [x])
      }
      return reduced + [
        try builder.add(.repeatFrame(count: 3), [reduced[2]]),
        try builder.add(.unstack(count: 3, frame: FrameShape(channels: 2)), [reduced[3]]),
      ]
    },
    Entry("softmax", "probabilities and their logarithms") { builder in
      let x = builder.input(frame: FrameShape(height: 2, channels: 11))
      return [try builder.add(.softmax(logarithm: false), [x]), try builder.add(.softmax(logarithm: true), [x])]
    },
    Entry("embedding", "indices that are looked up") { builder in
      let words = builder.input(frame: FrameShape(channels: 1), isIndex: true)
      let rows = Embedding.rowsOfRandomNetworks
      return [
        try builder.add(.embedding(Embedding(rows: rows, width: 5, table: builder.random.values(5 * rows))), [words])
      ]
    },
    Entry("smallest", "scores so far apart that probabilities would be subnormal numbers") { builder in
      let x = builder.input(frame: FrameShape(channels: 11))
      let scores = try builder.add(.activation(Activation(.affine, alpha: 90, beta: 0)), [x])
      let probabilities = try builder.add(.softmax(logarithm: false), [scores])
      let power = try builder.add(.activation(Activation(.exponential)), [scores])
      return [probabilities, try builder.add(.activation(Activation(.reciprocal)), [power])]
    },
  ]

  private static let recurrentLayers = [
    Entry("lstm", "19 units, and a dense layer of 7-bit codes") { builder in
      let h = try builder.layer(.lstm, units: 19) { _ in }
      return [h, try builder.dense(h, FrameShape(channels: 5))]
    },
    Entry("lstm-peephole", "peepholes, clipped, with initial states") { builder in
      let random = (0..<3).map { _ in builder.random.values(9, scale: 0.3) }
      return [
        try builder.layer(.lstm, units: 9) { layer in
          (layer.peephole, layer.initialHidden, layer.initialCell) = (
            random[0] + random[1] + random[2], random[0], random[1]
          )
          layer.clip = 1
        }
      ]
    },
    Entry("lstm-unusual", "a relu in the cell, hard sigmoids as gates") { builder in
      [
        try builder.layer(.lstm, units: 9) { layer in
          layer.cellActivation = .relu
          layer.gateActivation = Activation(.hardSigmoid, alpha: 0.2, beta: 0.5)
        }
      ]
    },
    Entry("lstm-both", "both directions, then a softmax") { builder in
      let x = builder.input(frame: FrameShape(channels: 5))
      let (forward, backward) = (try builder.recurred(x, .lstm), try builder.recurred(x, .lstm, reverse: true))
      let both = try builder.add(.concatenate(axis: 2), [forward, backward])
      return [try builder.add(.softmax(logarithm: false), [try builder.dense(both, FrameShape(channels: 6))])]
    },
    Entry("gru-after", "the reset gate after the product") { builder in
      [try builder.layer(.gru, units: 19) { $0.resetAfter = true }]
    },
    Entry("gru-before", "the reset gate before the product") { builder in
      [try builder.layer(.gru, units: 19) { $0.resetAfter = false }]
    },
    Entry("gru-blocks", "backward in blocks that see three frames ahead") { builder in
      [
        try builder.layer(.gru, units: 9) { layer in
          (layer.reverse, layer.view) = (true, BackwardView(ahead: 3, block: 4))
        }
      ]
    },
    Entry("simple", "a simple recurrent layer") { builder in [try builder.layer(.simple, units: 19) { _ in }] },
    Entry("simple-relu", "one whose state has no bound") { builder in
      [try builder.layer(.simple, units: 9) { $0.cellActivation = .relu }]
    },
    Entry("crnn", "a text line in small: convolutions, pools, both directions, softmax", ticks: 33, kinds: [.image]) {
      builder in
      let x = builder.input(frame: FrameShape(height: 8, channels: 1))
      let first = try builder.pooled(try builder.square(x, channels: 6), .maximum)
      let second = try builder.square(first, channels: 8)
      let (forward, backward) = (
        try builder.recurred(second, .lstm), try builder.recurred(second, .lstm, reverse: true)
      )
      let both = try builder.add(.concatenate(axis: 2), [forward, backward])
      return [try builder.add(.softmax(logarithm: true), [try builder.dense(both, FrameShape(channels: 11))])]
    },
  ]

  /// Recurrent layers whose weights on the hidden state have 14 bits, in 16 and 24 units.
  private static let wideLayers = [
    Entry("lstm-wide", "weights of 14 bits, peepholes, in both directions", isWide: true) { builder in
      let random = builder.random.values(3 * 16, scale: 0.3)
      return [
        try builder.layer(.lstm, units: 16) { $0.peephole = random },
        try builder.layer(.lstm, units: 24) { $0.reverse = true },
      ]
    },
    Entry("gru-wide", "weights of 14 bits, the reset gate after and before the product", isWide: true) { builder in
      [
        try builder.layer(.gru, units: 16) { $0.resetAfter = true },
        try builder.layer(.gru, units: 24) { $0.resetAfter = false },
      ]
    },
    Entry("simple-wide", "weights of 14 bits, a state within and one without bounds", isWide: true) { builder in
      [
        try builder.layer(.simple, units: 16) { _ in },
        try builder.layer(.simple, units: 8) { $0.cellActivation = .relu },
      ]
    },
  ]
}

extension NetworkBuilder {
  /// A convolution of 3 x 3 over time and height, and relu.
  fileprivate mutating func square(_ input: TensorID, channels: Int) throws -> TensorID {
    let geometry = WindowGeometry(
      kernel: Extent(time: 3, height: 3), padBefore: Extent(time: 1, height: 1, width: 0),
      padAfter: Extent(time: 1, height: 1, width: 0))
    let convolution = Convolution(
      geometry: geometry, outputChannels: channels,
      weights: random.values(9 * frame(input).channels * channels, scale: 0.2),
      bias: random.values(channels, scale: 0.1))
    return try add(.activation(.relu), [try add(.convolution(convolution), [input])])
  }

  fileprivate mutating func pooled(_ input: TensorID, _ kind: Pool.Kind) throws -> TensorID {
    let window = WindowGeometry(kernel: Extent(time: 2, height: 2), stride: Extent(time: 2, height: 2))
    return try add(.pool(Pool(kind: kind, geometry: window)), [input])
  }

  fileprivate mutating func depthwise(_ input: TensorID) throws -> TensorID {
    let channels = frame(input).channels
    let geometry = WindowGeometry(
      kernel: Extent(time: 3, height: 3), padBefore: Extent(time: 1, height: 1, width: 0),
      padAfter: Extent(time: 1, height: 1, width: 0))
    return try add(
      .convolution(
        Convolution(
          geometry: geometry, groups: channels, outputChannels: channels,
          weights: random.values(9 * channels, scale: 0.4),
          bias: random.values(channels, scale: 0.2))), [input])
  }

  /// A recurrent layer over a new input of seven features.
  fileprivate mutating func layer(_ kind: Recurrent.Kind, units: Int, _ change: (inout Recurrent) -> Void) throws
    -> TensorID
  {
    let x = input(frame: FrameShape(channels: 7))
    let rows = (kind == .lstm ? 4 : kind == .gru ? 3 : 1) * units
    var layer = Recurrent(
      kind: kind, units: units, inputWeights: random.values(rows * 7, scale: 0.4),
      hiddenWeights: random.values(rows * units, scale: 0.3), inputBias: random.values(rows, scale: 0.2),
      hiddenBias: random.values(rows, scale: 0.2))
    change(&layer)
    return try add(.recurrent(layer), [x])
  }
}
