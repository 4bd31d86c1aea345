import Quantizer

extension ConversionJob {
  /// The network's ports as it was read.
  package var description: JSONValue {
    .members([
      ("inputs", .array(ports.map(ConversionJob.json))),
      ("outputs", .array(outputs.map(ConversionJob.json))),
      ("producer", .text(producer)),
      ("opset", .integer(opset)),
    ])
  }

  private static func json(_ port: PortDescription) -> JSONValue {
    .members([
      ("name", .text(port.name)),
      ("shape", .array(port.shape.map { .integer($0) })),
      ("layout", port.networkLayout.map { .text("\($0)") }),
      ("per_sequence", .boolean(port.isPerSequence)),
      ("fixed_frames", port.fixedFrames.map { .integer($0) }),
      ("is_index", .boolean(port.isIndex)),
    ])
  }
}
