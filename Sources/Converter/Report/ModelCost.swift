import CCRNN
import CRNN
import Quantizer

/// What a packed model takes where it runs, and what it waits for, as the runtime says.
package struct ModelCost: Sendable {
  /// How an output follows an input.
  package struct Timing: Sendable {
    package var output: String
    package var input: String
    /// Input frames that must come after the one in step with an output frame; nil: the sequence must have ended.
    package var lookahead: Int?
    /// nil: the whole sequence.
    package var receptiveField: Int?
  }

  /// Of a model beside its file.
  package let modelBytes: Int
  /// Of a stream of one frame a step.
  package let streamBytes: Int
  /// The longest sequence that such a stream takes; nil: any.
  package let longestSequence: Int?
  /// Of the pairs of ports that depend on each other.
  package let timings: [Timing]

  /// - Parameter longest: frames of the longest sequence, for a model that needs the whole of it.
  package init(_ model: LoadedModel, graph: Graph, longest: Int) throws {
    modelBytes = model.modelBytes
    longestSequence = crnn_model_is_bounded(model.pointer) != 0 ? longest : nil
    var options = crnn_stream_options(
      struct_size: MemoryLayout<crnn_stream_options>.size, chunk: 1, reserved: 0,
      maximum_frames: Int64(longestSequence ?? 0))
    var bytes = 0
    try RuntimeCall.check { crnn_stream_size(model.pointer, &options, &bytes, $0) }
    streamBytes = bytes
    timings = try graph.outputs.enumerated().flatMap { output, target in
      try graph.inputs.enumerated().compactMap { input, source in
        var timing = crnn_timing()
        timing.struct_size = MemoryLayout<crnn_timing>.size
        try RuntimeCall.check { crnn_model_timing(model.pointer, Int32(output), Int32(input), &timing, $0) }
        guard timing.depends != 0 else { return nil }
        return Timing(
          output: target.name, input: source.name, lookahead: Int(finite: timing.lookahead),
          receptiveField: Int(finite: timing.receptive_field))
      }
    }
  }
}

extension ModelCost {
  /// How far outputs wait for later input, in words.
  package var lookahead: String {
    let waits = timings.map(\.lookahead)
    guard let longest = waits.compactMap({ $0 }).max(), !waits.contains(nil) else { return "the end" }
    return longest == 1 ? "1 frame" : "\(max(0, longest)) frames"
  }

  var document: JSONValue {
    .members([
      ("model_bytes", .integer(modelBytes)),
      ("stream_bytes", .integer(streamBytes)),
      ("longest_sequence", longestSequence.map { .integer($0) }),
      (
        "timings",
        .array(
          timings.map {
            .members([
              ("output", .text($0.output)), ("input", .text($0.input)),
              ("lookahead", $0.lookahead.map { .integer($0) }),
              ("receptive_field", $0.receptiveField.map { .integer($0) }),
            ])
          })
      ),
    ])
  }
}

extension Int {
  /// nil for INT64_MAX, which stands for the end of the sequence.
  package init?(finite value: Int64) {
    guard value != Int64.max else { return nil }
    self.init(value)
  }
}
