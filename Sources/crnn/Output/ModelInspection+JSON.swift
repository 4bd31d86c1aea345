import Quantizer

extension ModelInspection {
  var json: JSONValue {
    .members([
      ("file_bytes", .integer(packed.bytes.count)),
      ("format_version", .integer(Int(packed.header.format_version))),
      ("reader_version", .integer(Int(packed.header.reader_version))),
      ("numerics_revision", .integer(Int(packed.header.numerics_revision))),
      ("content_id", .text(packed.contentID)),
      ("isa", .text(instructionSet)),
      ("bounded", .boolean(isBounded)),
      ("chunk", .integer(chunk)),
      ("length", length.map { .integer($0) }),
      ("stream_bytes", streamBytes.map { .integer($0) }),
      ("constant_bytes", .integer(weightBytes)),
      ("sixteen_bit_tensors", .texts(wideTensors)),
      ("ports", .array(ports.map(\.json))),
      ("texts", .object(packed.metadata.map { .init(key: $0.key, value: .text($0.value)) })),
      ("nodes", .array(nodes.map(\.json))),
    ])
  }
}

extension ModelInspection.Port {
  fileprivate var json: JSONValue {
    .members([
      ("name", .text(description.name)),
      ("direction", .text(direction)),
      ("shape", .array(description.shape.map { .integer($0) })),
      ("store", .text(store)),
      ("per_sequence", .boolean(rate.isPerSequence)),
      ("rate", .text("\(rate)")),
      ("fixed_frames", description.fixedFrames.map { .integer($0) }),
      ("integer_scale", .finite(description.integerScale.map { Double($0) })),
    ])
  }
}

extension ModelInspection.Node {
  fileprivate var json: JSONValue {
    .members([
      ("name", .text(name)),
      ("operation", .text(operation)),
      ("frame", .text(frame)),
      ("store", .text(store)),
      ("rate", .text("\(rate)")),
      ("weight_bytes", .integer(weightBytes)),
      ("ring_bytes", .integer(ringBytes)),
      ("whole_sequence", .boolean(needsWholeSequence)),
    ])
  }
}
