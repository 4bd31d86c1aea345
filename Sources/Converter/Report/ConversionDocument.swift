import Quantizer

/// A conversion's report for machines; the tool has it for people.
package struct ConversionDocument {
  package let report: ConversionReport
  package let cost: ModelCost
  package let samples: SampleReport
  /// The largest difference of the float network from the source's results, where those were given.
  package let referenceDifference: Double?
}

extension ConversionDocument {
  package func json(_ source: String, _ output: String) -> JSONValue {
    .members([
      ("source", .text(source)),
      ("model", .text(output)),
      ("file_bytes", .integer(report.fileBytes)),
      ("weight_bytes", .integer(report.weightBytes)),
      ("macs_per_input_frame", .number(report.multiplicationsPerFrame)),
      ("macs_per_sequence", .integer(report.multiplicationsPerSequence)),
      ("cost", cost.document),
      ("calibration_sequences", .integer(report.calibrationSequences)),
      ("calibration_frames", .integer(report.calibrationFrames)),
      ("compared_frames", .integer(report.comparedFrames)),
      ("summary", .text(report.summary)),
      ("sixteen_bit_macs_percent", .number(report.shares.multiplications)),
      ("sixteen_bit_weights_percent", .number(report.shares.weights)),
      ("sixteen_bit_tensors", .texts(report.wideTensors)),
      (
        "split_sums",
        .object(report.segments.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .integer($0.value)) })
      ),
      (
        "limited_view",
        .array(
          report.limitedView.map {
            .members([
              ("name", .text($0.name)), ("snr_db", .finite($0.signalToNoise)),
              ("agreement_percent", .finite($0.agreement)),
            ])
          })
      ),
      ("reference_max_abs_error", .finite(referenceDifference)),
      ("warnings", report.warnings.isEmpty ? nil : .texts(report.warnings)),
      ("search", report.search.map(ConversionDocument.json)),
      ("samples", samples.document),
      ("outputs", .array(report.outputs.map(ConversionDocument.json))),
      ("tensors", .array(report.tensors.map(ConversionDocument.json))),
      ("recurrent", .array(report.recurrent.map(ConversionDocument.json))),
    ])
  }

  private static func json(_ tensor: ConversionReport.TensorEntry) -> JSONValue {
    .members([
      ("name", .text(tensor.name)),
      ("store", .text(tensor.store)),
      ("scale", .finite(tensor.scale.map { Double($0) })),
      ("zero_point", tensor.zeroPoint.map { .integer(Int($0)) }),
      ("minimum", .finite(tensor.range.map { Double($0.minimum) })),
      ("maximum", .finite(tensor.range.map { Double($0.maximum) })),
      ("snr_db", .finite(tensor.signalToNoise)),
    ])
  }

  private static func json(_ layer: ConversionReport.RecurrentEntry) -> JSONValue {
    .members([
      ("name", .text(layer.name)),
      ("hidden_store", .text(layer.hiddenStore)),
      ("hidden_scale", .finite(Double(layer.hiddenScale))),
      ("hidden_minimum", .finite(Double(layer.hiddenRange.minimum))),
      ("hidden_maximum", .finite(Double(layer.hiddenRange.maximum))),
      ("is_bounded", .boolean(layer.isBounded)),
    ])
  }
}
