import Arrays
import Converter

/// What a test set says about a network: accuracy where there are labels, distance where there is a reference output.
struct Evaluation {
  var sequences = 0
  /// Frames of the output that was looked at.
  var frames = 0
  var accuracyFloat: Double?
  var accuracy: Double?
  var agreement: Double?
  var comparison: Comparison?
  var streamBytes: Int?
  /// The values of the output, for each sequence.
  var outputs: [[Float]] = []

  /// Points of accuracy that the network loses against the reference.
  var accuracyDrop: Double? {
    guard let accuracyFloat, let accuracy else { return nil }
    return accuracyFloat - accuracy
  }

  /// Names of the arrays of a test set. A star stands for the same in all of them.
  struct Names {
    /// Per input port.
    var inputs: [String: String] = [:]
    /// nil: `ref`, or `ref_*` where the inputs have a star; likewise `y`.
    var reference: String?
    var labels: String?
  }

  /// Runs the network over a test set.
  ///
  /// Labels are class numbers, or names of classes, one for each output frame or one for each sequence, whose last output then
  /// counts; or, for a text recogniser, the texts.
  init(
    _ model: any SequenceModel, ports: [PortDescription], source: ArraySource, names: Names = Names(),
    output: String? = nil, progress title: String = "running sequence"
  ) throws {
    let set = try SequenceSet(source, ports: ports, patterns: names.inputs)
    guard set.count > 0 else { throw CommandError("\(source.path) holds no sequence") }
    guard let index = output.map({ name in model.outputs.firstIndex { $0.name == name } }) ?? 0,
      model.outputs.indices.contains(index)
    else {
      throw CommandError(
        "there is no output called \(output ?? ""); there are \(model.outputs.map(\.name).joined(separator: ", "))")
    }
    let port = model.outputs[index]
    outputs = try model.run(all: set.sequences, progress: title).map { $0[index] }
    sequences = set.count
    frames = outputs.reduce(0) { $0 + $1.count / max(1, port.elements) }
    let references = try references(source, set, port, names)
    let judge = try Judge(
      texts: model.text, classes: port.elements, source: source, set: set, labels: names.labels)
    accuracy = try judge.accuracy(outputs)
    if let references {
      var comparison = Comparison()
      for (values, reference) in zip(outputs, references) { comparison.add(values, reference) }
      self.comparison = comparison
      accuracyFloat = try judge.accuracy(references)
      agreement = try judge.agreement(outputs, references)
    }
    if let packed = model as? RuntimeModel {
      streamBytes = try packed.streamBytes(chunk: 1, maximumFrames: set.longest(ports))
    }
  }

  /// The reference output, cut up like the outputs; nil where the file has none.
  private func references(
    _ source: ArraySource, _ set: SequenceSet, _ port: PortDescription, _ names: Names
  ) throws -> [[Float]]? {
    let pattern = names.reference ?? (set.isStarred ? "ref_*" : "ref")
    var references: [[Float]] = []
    for group in set.groups {
      let name = ArraySource.name(pattern, group.part)
      guard let array = try source[name] else {
        guard names.reference == nil else { throw CommandError("\(source.path) has no array called '\(name)'") }
        return nil
      }
      let results = outputs[references.count..<references.count + group.count]
      var values = try array.floats()
      var port = port
      // Integers are a reference's values themselves.
      if !port.isIndex, array.elementType.isInteger { port.integerScale = 1 }
      if let arranged = try? ArrangedArray(array, for: port, source: name) { values = arranged.values }
      if let bad = values.firstIndex(where: { !$0.isFinite }) {
        throw CommandError(
          "\(source.title(name)) has the value \(values[bad]) at position \(bad): a reference output must be finite to be "
            + "compared with")
      }
      guard values.count == results.reduce(0, { $0 + $1.count }) else {
        throw CommandError(
          """
          \(source.title(name)) has shape \(array.shape), but the network gave \
          \(port.title), \(results.reduce(0) { $0 + $1.count / max(1, port.elements) }) of them for \(group.count) sequences
          """)
      }
      var start = 0
      for result in results {
        references.append(Array(values[start..<start + result.count]))
        start += result.count
      }
    }
    return references
  }

  var document: JSONValue {
    .members([
      ("sequences", .integer(sequences)),
      ("frames", .integer(frames)),
      ("accuracy_float_percent", .finite(accuracyFloat)),
      ("accuracy_percent", .finite(accuracy)),
      ("accuracy_drop_points", .finite(accuracyDrop)),
      ("agreement_percent", .finite(agreement)),
      ("snr_db", .finite(comparison?.signalToNoise)),
      ("mean_abs_error", .finite(comparison?.meanAbsoluteError)),
      ("max_abs_error", .finite(comparison?.maximumAbsoluteError)),
      ("stream_bytes", streamBytes.map { .integer($0) }),
    ])
  }

  var text: String {
    var table = Table(["", ""])
    table.add(["sequences", String(sequences)])
    table.add(["output frames", String(frames)])
    func add(_ name: String, _ value: Double?, _ format: (Double) -> String) {
      if let value { table.add([name, format(value)]) }
    }
    add("accuracy of the reference, %", accuracyFloat) { fixed($0, 2) }
    add("accuracy, %", accuracy) { fixed($0, 2) }
    add("accuracy lost, points", accuracyDrop) { fixed($0, 2) }
    add("agreement with the reference, %", agreement) { fixed($0, 2) }
    add("signal to noise, dB", comparison?.signalToNoise) { fixed($0, 1) }
    add("mean absolute error", comparison?.meanAbsoluteError) { scientific($0) }
    add("largest absolute error", comparison?.maximumAbsoluteError) { scientific($0) }
    if let streamBytes { table.add(["stream memory, bytes", String(streamBytes)]) }
    return String(table.text.drop { $0 == "\n" })
  }
}
