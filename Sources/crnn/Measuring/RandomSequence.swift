import CCRNN
import Converter
import Quantizer

/// One sequence of random values for every input port: uniform in 0..<1, or indices of an embedding.
struct RandomSequence {
  let values: [[Float]]

  /// `frames`: at the fastest port that has no fixed number.
  init(_ packed: PackedModel, _ runtime: RuntimeModel, frames: Int?) throws {
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
      return (0..<elements).map { _ in port.isIndex ? 0 : Float.random(in: 0..<1) }
    }
  }
}
