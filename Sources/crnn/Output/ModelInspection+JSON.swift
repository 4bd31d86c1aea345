import Converter
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
      ("ring_bytes", streamParts.map { .integer($0.rings) }),
      ("state_bytes", streamParts.map { .integer($0.states) }),
      ("scratch_bytes", streamParts.map { .integer($0.scratch) }),
      ("model_bytes", .integer(modelBytes)),
      ("constant_bytes", .integer(weightBytes)),
      ("macs_per_input_frame", .number(macsPerInputFrame)),
      ("macs_per_sequence", .integer(macsPerSequence)),
      ("whole_sequence_nodes", .texts(nodes.filter(\.needsWholeSequence).map(\.name))),
      ("sixteen_bit_tensors", .texts(wideTensors)),
      ("ports", .array(ports.map(\.json))),
      ("timings", .array(timings.map(\.json))),
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

extension ModelInspection.Timing {
  fileprivate var json: JSONValue {
    .members([
      ("output", .text(output)),
      ("input", .text(input)),
      ("input_frames", .integer(inputFrames)),
      ("output_frames", .integer(outputFrames)),
      ("lookahead", lookahead.map { .integer($0) }),
      ("receptive_field", receptiveField.map { .integer($0) }),
      ("whole_past", .boolean(seesWholePast)),
      ("whole_sequence", .boolean(needsWholeSequence)),
    ])
  }
}

extension ModelInspection.Node {
  fileprivate var json: JSONValue {
    .members([
      ("name", .text(name)),
      ("operation", .text(operation)),
      ("kind", kind.isEmpty ? nil : .text(kind)),
      ("kernel", extents(geometry.kernel)),
      ("stride", extents(geometry.stride)),
      ("dilation", extents(geometry.dilation)),
      ("frame", .text(frame)),
      ("store", .text(store)),
      ("rate", .text("\(rate)")),
      ("frames", frames.map { .integer($0) }),
      ("macs", .integer(macs)),
      ("weight_bytes", .integer(weightBytes)),
      ("ring_bytes", .integer(ringBytes)),
      ("state_bytes", .integer(stateBytes)),
      ("scratch_bytes", .integer(scratchBytes)),
      ("lookahead", lookahead.map { .integer($0) }),
      ("receptive_field", receptiveField.map { .integer($0) }),
      ("whole_sequence", .boolean(needsWholeSequence)),
    ])
  }

  private func extents(_ axes: [Int]) -> JSONValue { .array(axes.map { .integer($0) }) }
}
