import ArgumentParser
import Arrays
import Converter

/// `crnn run`
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a model over an array and writes its output as an array.",
    discussion: """
      A port whose frames have rank r takes arrays of rank r + 1 (time × frame) or r + 2 (sequences × time × frame); a port \
      with one frame per sequence, arrays of rank r or r + 1. The output is laid out alike. uint8 stands for value / 255 and \
      int16 for value / 32768 unless the model or --input-scale says otherwise; other integers need --input-scale.

      EXAMPLE
        crnn run digits.crnn images.npy -o probabilities.npy
        crnn run digits.crnn many.npy -o probabilities.npy --threads 2
        crnn run fusion.crnn --input image=image.npy --input sound=sound.npy -o result.npz

      \(ExitStatus.discussion)
      """)

  @OptionGroup var options: ModelOptions

  @Argument(
    help: ArgumentHelp("The input: a .npy file, or a .npz with the array x or one of the port's name.", valueName: "in")
  )
  var input: String?

  @Option(
    name: [.customLong("input")],
    help: ArgumentHelp("The file of one port, for a model with several.", valueName: "port=file"))
  var inputs: [NamedValue] = []

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "Where the output goes: a .npy file for one output, or a .npz file that holds every output under its name.",
      valueName: "out"))
  var output: String

  @Option(name: .long, help: ArgumentHelp("The output that a .npy file gets; the first by default.", valueName: "name"))
  var port: String?

  @Option(name: .long, help: ArgumentHelp("Only the first sequences.", valueName: "n"))
  var first: Int?

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if let first, first < 1 { throw ValidationError("--first takes 1 sequence or more, not \(first)") }
    guard port == nil || !output.hasSuffix(".npz") else {
      throw ValidationError("--port chooses what a .npy file gets; a .npz file holds every output")
    }
    try report.check(inputs: [options.model] + (input.map { [$0] } ?? []) + inputs.map(\.value), output: output)
  }

  func run() throws {
    let (model, ports) = try options.open()
    var sequences = try sequences(ports)
    if let first { sequences.limit(to: first) }
    let results = try model.run(all: sequences.sequences, progress: "running sequence")
    let arrays = try model.outputs.enumerated().map { index, output in
      (name: output.name, array: try RunCommand.array(results.map { $0[index] }, output, sequences.isBatch))
    }
    let written = try chosen(arrays)
    let bytes =
      output.hasSuffix(".npz")
      ? try NPZFile.serialize(written) : written.first.map { NPYFile.serialize($0.array) } ?? []
    try report.write(
      .members([
        ("model", .text(options.model)),
        ("isa", (model as? RuntimeModel).map { .text($0.instructionSet) }),
        ("sequences", .integer(sequences.count)),
        (
          "outputs",
          .array(
            written.map { output in
              .members([("name", .text(output.name)), ("shape", .array(output.array.shape.map { .integer($0) }))])
            })
        ),
      ]), with: [(bytes, output)],
      text: written.map { "\($0.name) \($0.array.shape)" }.joined(separator: "\n"))
  }

  private func sequences(_ ports: [PortDescription]) throws -> SequenceSet {
    if let input {
      guard inputs.isEmpty else { throw ValidationError("give the input as a file or with --input, not both") }
      return try SequenceSet(
        try ArraySource(path: input), ports: ports, patterns: try options.arrays.reading.patterns(ports))
    }
    try inputs.check(against: ports.map(\.name), "input")
    let patterns = try options.arrays.reading.patterns(ports)
    let sets = try ports.map { port in
      guard let path = inputs[port.name] else {
        throw ValidationError("no array for input \(port.name): add --input \(port.name)=FILE")
      }
      return try SequenceSet(
        try ArraySource(path: path), ports: [port], patterns: patterns.filter { $0.key == port.name })
    }
    return try SequenceSet(joining: sets)
  }

  /// The arrays that go into the output file.
  private func chosen(
    _ arrays: [(name: String, array: NumericArray)]
  ) throws -> [(name: String, array: NumericArray)] {
    if output.hasSuffix(".npz") { return arrays }
    guard let chosen = port.map({ name in arrays.first { $0.name == name } }) ?? arrays.first else {
      throw CommandError(
        "there is no output called \(port ?? ""); there are \(arrays.map(\.name).joined(separator: ", "))")
    }
    guard arrays.count == 1 || port != nil else {
      throw CommandError(
        "the model has \(arrays.count) outputs: write them all with -o FILE.npz, or choose one of "
          + "\(arrays.map(\.name).joined(separator: ", ")) with --port")
    }
    return [chosen]
  }

  /// The results of all sequences as one array.
  private static func array(_ results: [[Float]], _ port: PortDescription, _ isBatch: Bool) throws -> NumericArray {
    let frames = results.map { $0.count / max(1, port.elements) }
    if port.isPerSequence, let short = frames.firstIndex(of: 0) {
      throw CommandError("sequence \(short) is too short: output \(port.name) gives nothing for it")
    }
    guard let first = frames.first else { throw CommandError("the input holds no sequence") }
    guard frames.allSatisfy({ $0 == first }) else {
      throw CommandError(
        "the sequences give different numbers of frames at output \(port.name), which one array cannot hold: run them one "
          + "by one")
    }
    let shape = (isBatch ? [results.count] : []) + (port.isPerSequence ? [] : [first]) + port.shape
    return try NumericArray(shape: shape, floats: results.flatMap { $0 })
  }
}
