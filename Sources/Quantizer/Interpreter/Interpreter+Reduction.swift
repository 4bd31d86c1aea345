extension Interpreter {
  /// One frame from all frames; of an empty sequence, none.
  func reduceTime(_ input: FrameSequence, _ reduction: Reduction) throws -> FrameSequence {
    guard input.count > 0 else { return try newFrames(0, of: input.shape) }
    let elements = input.shape.elements
    var output = try newFrames(1, of: input.shape)
    for element in 0..<elements {
      output.values[element] = reduction.reduce((0..<input.count).lazy.map { input.values[$0 * elements + element] })
    }
    return output
  }

  /// Each frame along some of its axes, in storage order.
  func reduceFrame(
    _ input: FrameSequence, _ reduction: Reduction, height: Bool, width: Bool, channels: Bool, into shape: FrameShape
  ) throws -> FrameSequence {
    var output = try newFrames(input.count, of: shape)
    let from = input.shape
    let (heights, widths, depth) = (height ? from.height : 1, width ? from.width : 1, channels ? from.channels : 1)
    for i in output.values.indices {
      let (frame, rest) = i.quotientAndRemainder(dividingBy: shape.elements)
      let (position, c) = rest.quotientAndRemainder(dividingBy: shape.channels)
      let (h, w) = position.quotientAndRemainder(dividingBy: shape.width)
      let values = (0..<heights * widths * depth).lazy.map { index in
        let (y, x) = (h + index / (widths * depth), w + index / depth % widths)
        return input.values[((frame * from.height + y) * from.width + x) * from.channels + c + index % depth]
      }
      output.values[i] = reduction.reduce(values)
    }
    return output
  }
}

extension Reduction {
  /// Over at least one value, in order.
  fileprivate func reduce(_ values: some BidirectionalCollection<Float>) -> Float {
    guard let first = values.first, let last = values.last else { return 0 }
    switch self {
    case .first: return first
    case .last: return last
    case .sum: return values.reduce(0, +)
    case .mean: return values.reduce(0, +) * (1 / Float(values.count))
    case .maximum: return values.dropFirst().reduce(first) { $1 > $0 ? $1 : $0 }
    case .minimum: return values.dropFirst().reduce(first) { $1 < $0 ? $1 : $0 }
    }
  }
}
