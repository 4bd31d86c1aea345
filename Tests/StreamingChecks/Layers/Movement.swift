import Quantizer

extension Layer {
  static let movement = [
    Layer("window", weight: 2, .windowed, follows: { $0.frame.elements <= 12 && !$0.isIndex && !$0.rate.isPerSequence })
    { builder, input, timing in
      try builder.window(input, timing)
    },
    // A longer window of indices would be more than an embedding takes.
    Layer("padding", .windowed, follows: { !$0.rate.isPerSequence }) { builder, input, timing in
      guard timing.stride == 1 else { return try builder.window(input, timing, length: 1) }
      var window = Window(length: 1, hop: 1, padsWithEdge: builder.random.chance(50))
      if case .free = timing {
        window.padBefore = builder.random.integer(-2...3)
        window.padAfter = builder.random.integer(-2...3)
      }
      return try builder.add(.window(window), [input])
    },
    Layer("gather") { builder, input, _ in
      let elements = builder.frame(input).elements
      let width = builder.random.integer(1...min(elements + 1, 12))
      let table = (0..<width).map { _ in Int32(builder.random.integer(-1...(elements - 1))) }
      return try builder.add(.gather(table: table, frame: FrameShape(channels: width)), [input])
    },
  ]
}

extension NetworkBuilder {
  mutating func window(_ input: TensorID, _ timing: Timing, length: Int? = nil) throws -> TensorID {
    var window = Window(length: length ?? random.integer(1...4), hop: 1, padsWithEdge: random.chance(40))
    switch timing {
    case .free:
      window.hop = random.integer(1...4)
      window.padBefore = random.integer(-1...(window.length + 1))
      window.padAfter = random.integer(-1...4)
    case .same(let stride):
      window.hop = stride
      window.padBefore = random.chance(8) ? -1 : random.integer(0...(window.length - 1))
      window.padAfter = window.length - 1 - window.padBefore
    }
    return try add(.window(window), [input])
  }

  /// The first `width` elements of a frame in another order, as channels; all of them where nil.
  mutating func flat(_ input: TensorID, width: Int? = nil) throws -> TensorID {
    let elements = frame(input).elements
    guard width != nil || frame(input) != FrameShape(channels: elements) else { return input }
    let count = width ?? elements
    let table = (0..<count).map { Int32($0) }.shuffled(using: &random)
    return try add(.gather(table: table, frame: FrameShape(channels: count)), [input])
  }
}
