import Quantizer

extension ConversionDocument {
  static func json(_ search: SearchReport) -> JSONValue {
    .members([
      ("held_out", .text(search.heldOut)),
      ("snr_db", .finite(search.result.signalToNoise)),
      ("accuracy_drop_points", .finite(search.result.accuracyDrop)),
      ("snr_db_16_bit_operands", .finite(search.wideResult.signalToNoise)),
      ("snr_db_uncorrected", .finite(search.plainResult.signalToNoise)),
      ("trials", .integer(search.trials)),
      ("sixteen_bit_weights", .texts(search.wideWeights)),
      ("equalised", .texts(search.equalized)),
      ("second_order_rounding", .texts(search.secondOrder)),
      ("corrected_bias", .texts(search.corrected)),
      ("ranges", .object(search.rules.sorted { $0.key < $1.key }.map { .init(key: $0.key, value: .text($0.value)) })),
      (
        "sensitivities",
        .array(
          search.sensitivities.map {
            .members([
              ("name", .text($0.name)), ("change", .text($0.change)), ("snr_db", .finite($0.signalToNoise)),
              ("taken", .boolean($0.wasTaken)),
            ])
          })
      ),
    ])
  }
}
