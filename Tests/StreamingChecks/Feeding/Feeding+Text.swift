import Quantizer

extension Feeding: CustomStringConvertible {
  /// The chunk, then the steps, as a golden case has them.
  var description: String {
    ([String(chunk)] + (isPaced ? ["paced"] : []) + steps.map(\.text)).joined(separator: " ")
  }
}

extension Feeding.Step {
  fileprivate var text: String {
    switch self {
    case .push(let port, let frames): "push:\(port):\(frames)"
    case .finish(let port): "finish:\(port)"
    case .pull(let port, let frames): "pull:\(port):\(frames)"
    case .empty: "empty"
    case .move: "move"
    case .reset: "reset"
    }
  }

  init(_ text: String) throws {
    let parts = text.split(separator: ":")
    let numbers = parts.dropFirst().compactMap { Int($0) }
    switch (parts.first, numbers.count) {
    case ("push", 2): self = .push(port: numbers[0], frames: numbers[1])
    case ("finish", 1): self = .finish(port: numbers[0])
    case ("pull", 2): self = .pull(port: numbers[0], frames: numbers[1])
    case ("empty", 0): self = .empty
    case ("move", 0): self = .move
    case ("reset", 0): self = .reset
    default: throw PackedModelError("“\(text)” is no step of a feeding")
    }
  }
}
