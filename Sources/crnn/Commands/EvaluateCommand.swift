import ArgumentParser
import Converter

/// `crnn evaluate`
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measures a model on a test set: accuracy, agreement with a reference, error, memory.",
    discussion: """
      The test set is a .npz file. Its arrays are the input (x, or the port's name), the reference output (ref), and labels (y: \
      class numbers, names of classes, or texts), of which the last two may be absent; the reference lies as \
      'crnn run' writes its output, or else as the network itself would. Arrays x_a, x_b, … with ref_a, ref_b, … \
      are sequences of different lengths. An array 'lengths' (frames of each sequence) or 'seq' (a number for each frame) \
      divides one long array into sequences; 'lengths_PORT' or 'seq_PORT' where an input's sequences have lengths of their own.

      Keys of the JSON document, each absent where it has no meaning: accuracy_float_percent (of the reference output), \
      accuracy_percent, accuracy_drop_points, agreement_percent (share of decisions equal to the reference's: texts of a text \
      recogniser, else classes; a single probability decides at 0.5), snr_db, mean_abs_error, max_abs_error (against the \
      reference output), stream_bytes (of a stream with chunk 1, for the test set's longest sequence where the model needs the \
      whole of it).

      An .onnx file is run by the float interpreter, which shows how faithfully it was read.

      EXAMPLE
        crnn evaluate digits.crnn test.npz --maximum-drop 0.2 --json digits.json
        crnn evaluate vad.crnn test.npz --array 'wav_*' --threads 2
        crnn evaluate digits.onnx test.npz --maximum-error 1e-3

      \(ExitStatus.discussion)
      """)

  @OptionGroup var options: ModelOptions

  @Argument(help: ArgumentHelp("The test set, a .npz file.", valueName: "test"))
  var test: String

  @Option(name: .long, help: ArgumentHelp("The array of the reference output.", valueName: "name"))
  var reference: String?

  @Option(name: .customLong("truth"), help: ArgumentHelp("The array of the labels.", valueName: "name"))
  var truth: String?

  @Option(name: .long, help: ArgumentHelp("The output port that is compared; the first by default.", valueName: "port"))
  var output: String?

  @OptionGroup(title: "Only for an .onnx file") var texts: TextOptions
  @OptionGroup(title: "Limits: past one of them the exit status is 3") var limits: LimitOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard options.isFloat || !texts.areGiven else {
      throw ValidationError("--labels, --alphabet and --blank are for an .onnx file: a .crnn file has its own")
    }
    try report.check(inputs: [options.model, test] + texts.files)
  }

  func run() throws {
    let (model, ports) = try options.open(texts: texts)
    let names = Evaluation.Names(
      inputs: try options.arrays.reading.patterns(ports), reference: reference, labels: truth)
    let evaluation = try Evaluation(
      model, ports: ports, source: try ArraySource(path: test), names: names, output: output)
    try report.write(evaluation.document, text: evaluation.text)
    let missed = limits.missed(by: evaluation)
    for line in missed { Console.note(line) }
    if !missed.isEmpty { throw ExitStatus.limit }
  }
}
