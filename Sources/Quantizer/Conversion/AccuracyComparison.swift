#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Compares the simulated packed network with the float network, tensor by tensor.
struct AccuracyComparison {
  /// Power of the float values and of the differences, per tensor.
  private var signal: [Double]
  private var noise: [Double]
  /// How long it is, in ticks of the time base.
  private(set) var frames = 0

  /// Runs both over the first `limit` ticks of the calibration data.
  init(
    _ network: QuantizedNetwork, float: Interpreter, sequences: [CalibrationSequence], limit: Int
  ) throws {
    signal = [Double](repeating: 0, count: network.graph.tensors.count)
    noise = signal
    let (simulation, round) = try network.simulation()
    for sequence in sequences {
      guard frames < limit else { break }
      let inputs = cut(sequence.inputs, network.graph, limit: limit - frames)
      let counts = frameCounts(inputs, network.graph)
      // Too short a rest for every part of the network to give something.
      guard !network.graph.frameCounts(inputs: counts).contains(0) else { break }
      frames +=
        zip(counts, network.graph.inputs).map { count, port in
          let rate = network.graph.tensors[port.tensor].rate
          return rate.isPerSequence ? 1 : count * rate.denominator / rate.numerator
        }.max() ?? 1
      var exact = [[Float]](repeating: [], count: network.graph.tensors.count)
      _ = try float.run(inputs) { site, values in
        if case .tensor(let tensor) = site { exact[tensor] = Array(values) }
      }
      var (signal, noise) = (self.signal, self.noise)
      _ = try simulation.run(inputs) { site, values in
        round(site, values)
        guard case .tensor(let tensor) = site else { return }
        for (a, b) in zip(exact[tensor], values) where a.isFinite && b.isFinite {
          signal[tensor] += Double(a) * Double(a)
          noise[tensor] += (Double(a) - Double(b)) * (Double(a) - Double(b))
        }
      }
      (self.signal, self.noise) = (signal, noise)
    }
  }

  /// In dB; nil where there is no difference, or nothing to compare.
  func signalToNoise(_ tensor: TensorID) -> Double? {
    guard noise[tensor] > 0, signal[tensor] > 0 else { return nil }
    return 10 * log10(signal[tensor] / noise[tensor])
  }
}

/// The first `limit` ticks of a sequence, where the network takes any number. Ports of several rates are left whole: parts of
/// them need not have as many frames as one another where they are joined.
private func cut(_ inputs: [[Float]], _ graph: Graph, limit: Int) -> [[Float]] {
  let tensors = graph.inputs.map { graph.tensors[$0.tensor] }
  let rates = Set(tensors.map(\.rate).filter { !$0.isPerSequence })
  guard rates.count <= 1, tensors.allSatisfy({ $0.frames == nil }) else { return inputs }
  return zip(inputs, tensors).map { input, tensor in
    if tensor.rate.isPerSequence { return input }
    return Array(input.prefix(limit * tensor.rate.numerator / tensor.rate.denominator * tensor.frame.elements))
  }
}

private func frameCounts(_ inputs: [[Float]], _ graph: Graph) -> [Int] {
  zip(inputs, graph.inputs).map { $0.count / graph.tensors[$1.tensor].frame.elements }
}
