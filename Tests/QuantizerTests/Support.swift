import Testing

@testable import Quantizer

/// Small numbers that are the same in every run.
struct RandomNumbers {
  private var state: UInt32
  init(seed: UInt32) { state = seed &* 2_654_435_761 | 1 }

  /// xorshift, by Marsaglia.
  private mutating func next() -> UInt32 {
    state ^= state << 13
    state ^= state >> 17
    state ^= state << 5
    return state
  }
  mutating func integer(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() >> 8) % range.count
  }
  mutating func bool() -> Bool { integer(0...1) == 1 }
  /// Between −scale and scale.
  mutating func float(_ scale: Float = 1) -> Float { (Float(integer(0...2_000_000)) * 1e-6 - 1) * scale }
  mutating func floats(_ count: Int, scale: Float = 1) -> [Float] { (0..<count).map { _ in float(scale) } }
}

/// A graph of one operation with inputs of the given frames, all of rate 1 or all one frame per sequence.
func single(
  _ operation: Quantizer.Operation, frames: [FrameShape], rate: Rate = Rate(1), isIndex: Bool = false
) throws -> Interpreter {
  var graph = Graph()
  let inputs = frames.enumerated().map { index, frame in
    graph.addInput("x\(index)", frame: frame, rate: rate, isIndex: isIndex)
  }
  graph.addOutput("y", try graph.add(operation, inputs, name: "node"))
  return try Interpreter(graph: graph)
}

func expectClose(
  _ a: [Float], _ b: [Float], tolerance: Float = 1e-6, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(a.count == b.count, sourceLocation: sourceLocation)
  let worst = zip(a, b).map { abs($0 - $1) }.max() ?? 0
  #expect(worst <= tolerance, "\(a.prefix(12)) and \(b.prefix(12))", sourceLocation: sourceLocation)
}

extension Convolution {
  /// A convolution with weights 1, 2, 3, … and no bias.
  static func counting(
    _ geometry: WindowGeometry, channels: Int = 1, outputChannels: Int = 1, groups: Int = 1
  ) -> Convolution {
    let kernel = geometry.kernel
    let count = kernel.time * kernel.height * kernel.width * channels / groups * outputChannels
    return Convolution(
      geometry: geometry, groups: groups, outputChannels: outputChannels, weights: (1...count).map { Float($0) },
      bias: [Float](repeating: 0, count: outputChannels))
  }
}

extension Recurrent {
  static func random(_ kind: Kind, inputs: Int, units: Int, _ numbers: inout RandomNumbers) -> Recurrent {
    let gates = kind == .lstm ? 4 : kind == .gru ? 3 : 1
    return Recurrent(
      kind: kind, units: units, inputWeights: numbers.floats(gates * units * inputs),
      hiddenWeights: numbers.floats(gates * units * units), inputBias: numbers.floats(gates * units),
      hiddenBias: numbers.floats(gates * units))
  }
}
