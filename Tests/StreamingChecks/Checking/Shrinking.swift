import Quantizer

/// Makes a failing case smaller for as long as it fails in the same way.
struct Shrinker {
  /// Trials at most.
  var trials = 600
  /// Whether a smaller case fails like the first one.
  let stillFails: (StreamingCase) -> Bool

  mutating func shrink(_ check: StreamingCase) -> StreamingCase {
    var smallest = check
    var found = true
    while found, trials > 0 {
      found = false
      for change in Shrinker.changes {
        for candidate in change(smallest) where candidate.isSmaller(than: smallest) {
          trials -= 1
          guard trials > 0 else { return smallest }
          guard stillFails(candidate) else { continue }
          smallest = candidate
          found = true
          break
        }
        if found { break }
      }
    }
    return smallest
  }

  /// From what drops most to what drops least.
  private static let changes: [@Sendable (StreamingCase) -> [StreamingCase]] = [
    { $0.withOneFeeding() }, { $0.withOneOutput() }, { $0.withEarlierOutputs() }, { $0.withCuts() },
    { $0.withBypasses() }, { $0.withShorterSequences() }, { $0.withFewerSteps() }, { $0.withSimplerNodes() },
    { $0.withSmallerFrames() }, { $0.withSmallerChunks() },
  ]
}

extension StreamingCase {
  /// What shrinking makes less of, the most important first.
  private var size: [Int] {
    [
      graph.nodes.count, graph.inputs.count + graph.outputs.count, feedings.count, lengths.reduce(0, +),
      feedings.reduce(0) { $0 + $1.steps.count }, graph.nodes.reduce(0) { $0 + $1.operation.complexity },
      graph.tensors.reduce(0) { $0 + $1.frame.elements }, feedings.reduce(0) { $0 + $1.chunk },
    ]
  }

  /// Less of one thing, and no more of any that counts more.
  fileprivate func isSmaller(than other: StreamingCase) -> Bool { size.lexicographicallyPrecedes(other.size) }

  fileprivate func withOneFeeding() -> [StreamingCase] {
    guard feedings.count > 1 else { return [] }
    return feedings.map { feeding in changed { $0.feedings = [feeding] } }
  }

  fileprivate func withShorterSequences() -> [StreamingCase] {
    let ticks =
      zip(lengths, graph.inputs).map { length, port -> Int in
        let rate = graph.tensors[port.tensor].rate
        return rate.isPerSequence ? 0 : length * rate.denominator / rate.numerator
      }.max() ?? 0
    return [ticks / 2, ticks - 3, ticks - 2, ticks - 1].filter { $0 >= 0 && $0 < ticks }.map { ticks in
      changed { check in
        for (index, frames) in graph.portFrames(ticks: ticks).enumerated() {
          let elements = graph.tensors[graph.inputs[index].tensor].frame.elements
          check.inputs[index] = Array(check.inputs[index].prefix(frames * elements))
        }
        check.keepPace()
      }
    }
  }

  fileprivate func withFewerSteps() -> [StreamingCase] {
    feedings.indices.filter { !feedings[$0].isPaced }.flatMap { index in
      let count = feedings[index].steps.count
      let pieces = [max(count / 2, 1), max(count / 4, 1), 1]
      return pieces.flatMap { piece in
        stride(from: 0, to: count, by: piece).map { start in
          changed { $0.feedings[index].steps.removeSubrange(start..<min(start + piece, count)) }
        }
      }
    }
  }

  fileprivate func withSmallerChunks() -> [StreamingCase] {
    feedings.indices.flatMap { index in
      [1, feedings[index].chunk - 1].filter { $0 > 0 && $0 < feedings[index].chunk }.map { chunk in
        changed { check in
          check.feedings[index].chunk = chunk
          check.keepPace()
        }
      }
    }
  }

  func changed(_ change: (inout StreamingCase) -> Void) -> StreamingCase {
    var check = self
    change(&check)
    return check
  }

  /// Feedings that keep pace, made anew for the ports and lengths as they are now.
  mutating func keepPace() {
    let ports = zip(lengths, graph.inputs).map { frames, port in
      let rate = graph.tensors[port.tensor].rate
      return PortLength(frames: frames, rate: Double(rate.numerator) / Double(rate.denominator))
    }
    var random = RandomNumbers(seed: 1)
    for index in feedings.indices where feedings[index].isPaced {
      feedings[index] = .paced(ports, chunk: feedings[index].chunk, &random)
    }
  }
}
