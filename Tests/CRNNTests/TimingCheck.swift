import CCRNN
import Quantizer
import Testing

@testable import StreamingChecks

/// What a check of many networks has come across.
struct TimingCounts {
  /// Spans inside the sequence, and those of them whose first and last frame change the output frame.
  var spans = 0
  var tight = 0
  /// Frames that came exactly when they were said to.
  var exact = 0
}

/// Compares what the interface says of a network's ports with what they do.
struct TimingCheck {
  private let graph: Graph
  private let inputs: [[Float]]
  private let frames: [Int]
  private let runtime: Runtime
  private let label: String
  /// Of blocks, and of windows that repeat the edge, what is said is an upper bound.
  private var isExact: Bool {
    !graph.nodes.contains {
      switch $0.operation {
      case .recurrent(let layer): layer.view != nil
      case .window(let window): window.padsWithEdge
      default: false
      }
    }
  }

  init(_ graph: Graph, frames: Int, _ random: inout RandomNumbers, _ label: String) throws {
    self.graph = graph
    self.label = label
    let counts = graph.inputs.map { graph.tensors[$0.tensor].rate.isPerSequence ? 1 : frames }
    self.frames = counts
    inputs = zip(graph.inputs, counts).map { port, count in
      random.values(count * graph.tensors[port.tensor].frame.elements)
    }
    let (bytes, _) = try Conversion.convert(graph: graph, calibration: [CalibrationSequence(inputs: inputs)])
    runtime = try Runtime(bytes)
  }

  func run(_ counts: inout TimingCounts) throws {
    let interpreter = try Interpreter(graph: graph)
    let expected = try interpreter.run(inputs)
    for input in inputs.indices {
      let changes = try changes(input, interpreter, expected)
      let comings = try comings(input)
      for output in expected.indices {
        try check(output, input, changes[output], comings[output], &counts)
      }
    }
  }

  /// `[output][output frame][input frame]`: whether another value of that input frame changes the output frame.
  private func changes(_ input: Int, _ interpreter: Interpreter, _ expected: [[Float]]) throws -> [[[Bool]]] {
    let widths = graph.outputs.map { graph.tensors[$0.tensor].frame.elements }
    var result = zip(expected, widths).map { values, width in
      [[Bool]](repeating: [Bool](repeating: false, count: frames[input]), count: values.count / width)
    }
    let width = inputs[input].count / frames[input]
    for frame in 0..<frames[input] {
      for shift: Float in [-1.5, 2] {
        var changed = inputs
        for i in frame * width..<(frame + 1) * width { changed[input][i] += shift }
        for (output, values) in try interpreter.run(changed).enumerated() {
          let width = widths[output]
          for i in values.indices where values[i].bitPattern != expected[output][i].bitPattern {
            result[output][i / width][frame] = true
          }
        }
      }
    }
    return result
  }

  /// `[output][output frame]`: the number of frames of this input that had come when the output frame came, all other inputs
  /// having ended before; one more than the sequence has where it came after the end.
  private func comings(_ input: Int) throws -> [[Int]] {
    let count = frames.max() ?? 1
    let stream = try StateStream(runtime, chunk: count)
    var result = [[Int]](repeating: [], count: graph.outputs.count)
    func take(_ number: Int) throws {
      for output in result.indices {
        let width = graph.tensors[graph.outputs[output].tensor].frame.elements
        while true {
          let values = try stream.pull(4 * count + 40, port: Int32(output))
          guard !values.isEmpty else { break }
          result[output] += [Int](repeating: number, count: values.count / width)
        }
      }
    }
    for other in inputs.indices where other != input {
      try stream.push(inputs[other], port: Int32(other))
      try stream.finish(port: Int32(other))
    }
    let width = inputs[input].count / frames[input]
    for frame in 0..<frames[input] {
      try stream.push(Array(inputs[input][frame * width..<(frame + 1) * width]), port: Int32(input))
      try take(frame + 1)
    }
    try stream.finish(port: Int32(input))
    try take(frames[input] + 1)
    stream.release()
    return result
  }

  private func check(
    _ output: Int, _ input: Int, _ changes: [[Bool]], _ comings: [Int], _ counts: inout TimingCounts
  ) throws {
    let timing = try runtime.timing(output: Int32(output), input: Int32(input))
    let length = frames[input]
    let label = "\(self.label), output \(output) from input \(input), \(length) frames"
    for (frame, changed) in changes.enumerated() {
      let span = try runtime.span(output: Int32(output), input: Int32(input), frame: frame, of: length)
      let (first, last) = (span.map { Int($0.lowerBound) } ?? length, span.map { Int($0.upperBound) } ?? -1)
      #expect((timing.depends == 1) == (span != nil), "\(label)")
      #expect(first >= 0 && last < length, "\(label): frame \(frame) has \(first)...\(last)")
      for (at, isChanged) in changed.enumerated() where isChanged {
        #expect(
          (at >= first || timing.whole_past == 1) && (at <= last || timing.whole_sequence == 1),
          "\(label): frame \(at) changes frame \(frame), which has \(first)...\(last)")
      }
      // Of an output that no input frame changes (a softmax over one value), nothing can be seen.
      if isExact, changed.contains(true), let span, timing.receptive_field == Int64(span.count) {
        counts.spans += 1
        if changed[first], changed[last] { counts.tight += 1 }
      }
      guard frame < comings.count, timing.depends == 1 else { continue }
      guard timing.whole_sequence == 0 else {
        // What comes from padding alone may come at once.
        #expect(
          comings[frame] >= length || !changed.contains(true), "\(label): frame \(frame) came with \(comings[frame])")
        continue
      }
      let frames = frame * Int(timing.input_frames) / Int(timing.output_frames) + Int(timing.lookahead) + 1
      // Nothing comes before the first frame, and all that is left at the end.
      let due = min(max(frames, 1), length + 1)
      #expect(comings[frame] <= due, "\(label): frame \(frame) came with \(comings[frame]), not \(due)")
      if isExact, Int64(span?.count ?? 0) == timing.receptive_field {
        #expect(comings[frame] == due, "\(label): frame \(frame) came with \(comings[frame]), not exactly \(due)")
        counts.exact += 1
      }
    }
    #expect(comings.count == changes.count, "\(label): \(comings.count) frames came, not \(changes.count)")
  }
}
