import Quantizer

/// Numbers for open sizes. Equal expressions get equal numbers, so that parallel branches keep lengths that agree.
struct SymbolTable {
  private var numbers: [String: Int] = [:]

  mutating func open(_ name: String) -> Dimension {
    if let number = numbers[name] { return .open(symbol: number) }
    numbers[name] = numbers.count
    return .open(symbol: numbers.count - 1)
  }

  /// The length that a window over time makes of `length`.
  mutating func windowed(_ length: Dimension, _ geometry: WindowGeometry, ceiling: Bool) -> Dimension {
    if let frames = length.value {
      return .known(Graph.outputFrames(geometry, ceiling: ceiling, frames: frames))
    }
    let extent = geometry.dilation.time * (geometry.kernel.time - 1) + 1
    let padding = geometry.padBefore.time + geometry.padAfter.time
    if geometry.stride.time == 1, let result = length.adding(.known(padding - extent + 1)) { return result }
    return open("\(length)/\(extent)/\(geometry.stride.time)/\(padding)/\(ceiling)")
  }
}
