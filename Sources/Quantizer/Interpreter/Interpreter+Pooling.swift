extension Interpreter {
  /// Pooling over windows. What lies outside the input takes no part; a window wholly outside gives 0.
  func pool(_ input: FrameSequence, _ pool: Pool, into shape: FrameShape) throws -> FrameSequence {
    let geometry = pool.geometry
    let frames = Graph.outputFrames(geometry, ceiling: pool.ceilingTime, frames: input.count)
    var output = try newFrames(frames, of: shape)
    var window: [Float] = []
    var i = 0
    for t in 0..<frames {
      let times = positions(t, geometry, \.time, size: input.count)
      for h in 0..<shape.height {
        let heights = positions(h, geometry, \.height, size: input.shape.height)
        for w in 0..<shape.width {
          let widths = positions(w, geometry, \.width, size: input.shape.width)
          let padded = times.padded * heights.padded * widths.padded
          for channel in 0..<shape.channels {
            window.removeAll(keepingCapacity: true)
            for time in times.inside {
              for height in heights.inside {
                for width in widths.inside {
                  let position = (time * input.shape.height + height) * input.shape.width + width
                  window.append(input.values[position * shape.channels + channel])
                }
              }
            }
            output.values[i] = pool.kind.reduce(window, padded: padded)
            i += 1
          }
        }
      }
    }
    return output
  }

  /// Where the window of output `index` touches an axis of `size`: the positions inside, and how many there are with padding.
  private func positions(
    _ index: Int, _ geometry: WindowGeometry, _ axis: KeyPath<Extent, Int>, size: Int
  ) -> (inside: [Int], padded: Int) {
    let (kernel, dilation) = (geometry.kernel[keyPath: axis], geometry.dilation[keyPath: axis])
    let start = index * geometry.stride[keyPath: axis] - geometry.padBefore[keyPath: axis]
    /// Positions of the window below `limit`.
    func count(below limit: Int) -> Int { min(kernel, max(0, (limit - start + dilation - 1) / dilation)) }
    let first = count(below: 0)
    let last = max(count(below: size), first)
    return ((first..<last).map { start + $0 * dilation }, count(below: size + geometry.padAfter[keyPath: axis]))
  }
}

extension Pool.Kind {
  /// `padded`: how many positions the window has, counting padding.
  fileprivate func reduce(_ values: [Float], padded: Int) -> Float {
    guard var result = values.first else { return 0 }
    switch self {
    case .maximum:
      for value in values.dropFirst() { result = value > result ? value : result }
      return result
    case .average(let countPadding):
      return values.reduce(0, +) * (1 / Float(countPadding ? padded : values.count))
    case .lp(let p):
      let sum = values.reduce(0) { $0 + Elementary.power(abs($1), p) }
      return Elementary.power(sum, 1 / p)
    }
  }
}
