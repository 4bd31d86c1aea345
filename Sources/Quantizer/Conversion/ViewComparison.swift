#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a limited view of the backward layers changes at the outputs.
enum ViewComparison {
  private struct Sums {
    var signal = 0.0
    var noise = 0.0
    var frames = 0
    var agreeing = 0
  }

  /// Runs both networks, in float, over all calibration sequences.
  static func entries(
    whole: Interpreter, limited: Interpreter, graph: Graph, sequences: [CalibrationSequence]
  ) throws -> [ConversionReport.ViewEntry] {
    var sums = [Sums](repeating: Sums(), count: graph.outputs.count)
    for sequence in sequences {
      let (exact, seen) = (try whole.run(sequence.inputs), try limited.run(sequence.inputs))
      for (index, port) in graph.outputs.enumerated() {
        let channels = graph.tensors[port.tensor].frame.channels
        for (a, b) in zip(exact[index], seen[index]) where a.isFinite && b.isFinite {
          sums[index].signal += Double(a) * Double(a)
          sums[index].noise += (Double(a) - Double(b)) * (Double(a) - Double(b))
        }
        for start in stride(from: 0, to: exact[index].count, by: channels) {
          let (a, b) = (exact[index][start..<start + channels], seen[index][start..<start + channels])
          sums[index].frames += 1
          if largest(a) == largest(b) { sums[index].agreeing += 1 }
        }
      }
    }
    return zip(graph.outputs, sums).map { port, sum in
      ConversionReport.ViewEntry(
        name: port.name,
        signalToNoise: sum.noise > 0 && sum.signal > 0 ? 10 * log10(sum.signal / sum.noise) : nil,
        agreement: graph.tensors[port.tensor].frame.channels > 1 && sum.frames > 0
          ? 100 * Double(sum.agreeing) / Double(sum.frames) : nil)
    }
  }

  private static func largest(_ values: ArraySlice<Float>) -> Int? {
    values.indices.max { values[$0] < values[$1] }.map { $0 - values.startIndex }
  }
}
