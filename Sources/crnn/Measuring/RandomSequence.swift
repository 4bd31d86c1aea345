import CCRNN
import Quantizer

/// One sequence of random values for every input port: uniform in 0..<1, from a fixed seed, or indices of an embedding.
struct RandomSequence {
  let values: [[Float]]

  /// `frames`: at the fastest port that has no fixed number.
  init(_ packed: PackedModel, _ runtime: RuntimeModel, frames: Int?) throws {
    var generator = SplitMix(state: 1)
    values = try zip(packed.inputs, runtime.inputs).map { packedPort, port in
      let share = packed.tensors[packedPort.tensor].record.share
      let count =
        port.isPerSequence
        ? 1 : port.fixedFrames ?? max(1, Int((Double(frames ?? 256) * min(max(share, 0), 1)).rounded()))
      let (elements, isTooLarge) = count.multipliedReportingOverflow(by: port.elements)
      guard !isTooLarge, elements <= 1 << 30 else {
        throw CommandError(
          "\(count) frames of input \(port.name) are more than this tool measures with: give fewer --frames")
      }
      return (0..<elements).map { _ in port.isIndex ? 0 : Float(generator.next() >> 40) / Float(1 << 24) }
    }
  }

  /// G. Steele, D. Lea, C. Flood, "Fast Splittable Pseudorandom Number Generators", 2014.
  private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }
}
