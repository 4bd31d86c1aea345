import CCRNN
import CRNN
import Quantizer

/// Measures a model as a whole and node by node.
final class LayerBench {
  /// Of one node in one sequence.
  struct Layer {
    var seconds = 0.0
    /// Output frames.
    var frames = 0
    /// Multiplications that Winograd's convolution did.
    var winogradProducts = 0
  }

  let packed: PackedModel
  let runtime: RuntimeModel
  let sequence: [[Float]]
  /// The same for models with one input and one output, which take it in one call.
  private let arrays: SequenceArrays?
  let inspection: ModelInspection
  /// Of the run whose sum is least.
  private(set) var layers: [Layer]
  private(set) var minimum = Double.infinity
  private(set) var median = 0.0
  private(set) var runs = 0
  private(set) var limits: KernelLimits?
  /// Frames of a step.
  private(set) var chunk = 0

  init(_ packed: PackedModel, _ runtime: RuntimeModel, _ sequence: [[Float]]) throws {
    self.packed = packed
    self.runtime = runtime
    self.sequence = sequence
    arrays = runtime.inputs.count == 1 && runtime.outputs.count == 1 ? try SequenceArrays(runtime, sequence) : nil
    let longest = runtime.frames(sequence).max() ?? 1
    inspection = try ModelInspection(packed, runtime, chunk: min(runtime.chunk ?? longest, 65_536), length: longest)
    layers = Array(repeating: Layer(), count: packed.nodes.count)
  }

  /// Half of the time the whole sequence without looking inside, then with a look at each node.
  func measure(seconds: Double) throws {
    limits = KernelLimits(Measurement.kernels(of: runtime.pointer))
    try runtime.withStream(for: sequence) { stream, chunk in
      self.chunk = chunk
      var times: [Double] = []
      try repeatedly(seconds / 2) { times.append(try time(stream, chunk)) }
      times.sort()
      (minimum, median, runs) = (times[0], times[times.count / 2], times.count)
      var least = Double.infinity
      try repeatedly(seconds / 2) {
        let found = try layerTimes(stream, chunk)
        let sum = found.reduce(0) { $0 + $1.seconds }
        if sum < least { (least, layers) = (sum, found) }
      }
    }
  }

  /// At least three times.
  private func repeatedly(_ seconds: Double, _ body: () throws -> Void) rethrows {
    let clock = ContinuousClock()
    let start = clock.now
    var count = 0
    while count < 3 || (clock.now - start).seconds < seconds {
      try body()
      count += 1
    }
  }

  private func time(_ stream: OpaquePointer, _ chunk: Int) throws -> Double {
    try RuntimeModel.check { crnn_stream_reset(runtime.pointer, stream, $0) }
    let clock = ContinuousClock()
    let start = clock.now
    if let arrays {
      try arrays.process(runtime, stream)
    } else {
      _ = try runtime.run(sequence, stream, chunk: chunk)
    }
    return (clock.now - start).seconds
  }

  private func layerTimes(_ stream: OpaquePointer, _ chunk: Int) throws -> [Layer] {
    var found = Array(repeating: Layer(), count: packed.nodes.count)
    let clock = ContinuousClock()
    var start = clock.now
    Measurement.willRun = { start = clock.now }
    Measurement.hasRun = { [model = runtime.pointer] node, frames in
      found[node].seconds += (clock.now - start).seconds
      found[node].frames += frames
      found[node].winogradProducts += Measurement.winogradProducts(of: model, node: node, chunk: chunk, frames: frames)
    }
    defer { (Measurement.willRun, Measurement.hasRun) = (nil, nil) }
    _ = try time(stream, chunk)
    return found
  }
}
