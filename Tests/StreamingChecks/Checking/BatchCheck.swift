import CCRNN
import Quantizer

/// Whether sequences of random lengths, in one batch, give what each gives alone: the same bits, or the same refusal and nothing
/// written.
enum BatchCheck {
  static let sequences = 5

  /// Nil where everything agrees.
  static func failure(_ file: [UInt8], _ graph: Graph) throws -> StreamingCheck.Failure? {
    var random = RandomNumbers(seed: UInt64(file.count))
    let inputs = (0..<sequences).map { _ in
      graph.randomInputs(ticks: random.integer(1...NetworkBuilder.longest), &random)
    }
    for isa in Runtime.instructionSets {
      let runtime = try Runtime(file, isa: isa)
      let counts = try inputs.map { sequence in
        try runtime.outputFrames(
          zip(sequence, graph.inputs).map { $0.count / graph.tensors[$1.tensor].frame.elements })
      }
      let together = random.integer(1...sequences)
      let chunk = random.integer(1...16)
      let results = try runtime.runBatch(inputs, counts: counts, together: together, chunk: chunk)
      for (number, (sequence, result)) in zip(inputs, results).enumerated() {
        let alone = try alone(runtime, sequence, counts[number])
        if let difference = difference(result, alone) {
          return StreamingCheck.Failure(
            .bits, "\(isa), batch, \(together) together, chunk \(chunk), item \(number): \(difference)")
        }
      }
    }
    return nil
  }

  private static func alone(_ runtime: Runtime, _ sequence: [[Float]], _ counts: [Int]) throws -> Runtime.Result {
    do {
      return Runtime.Result(status: CRNN_OK, outputs: try runtime.runWhole(sequence, counts: counts))
    } catch let refused as Runtime.Failure {
      return Runtime.Result(status: refused.status, outputs: [])
    }
  }

  private static func difference(_ result: Runtime.Result, _ alone: Runtime.Result) -> String? {
    guard result.status == alone.status else { return "status \(result.status), alone \(alone.status)" }
    if alone.status == CRNN_OK { return StreamingCheck.difference(result.outputs, alone.outputs) }
    let isUntouched = result.outputs.allSatisfy { $0.allSatisfy { $0.bitPattern == Float.nan.bitPattern } }
    return isUntouched ? nil : "refused, but something was written"
  }
}
