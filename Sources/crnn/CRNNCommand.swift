import ArgumentParser
import Converter

/// The command-line tool: what each command does stands in a file of its own in `Commands/`.
@main
struct CRNNCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "crnn",
    abstract: "Converts, inspects, checks, runs and measures int8 convolutional-recurrent networks.",
    discussion: """
      EXAMPLE
        crnn convert digits.onnx -o digits.crnn --calibrate calibration.npz
        crnn inspect digits.crnn
        crnn verify digits.crnn
        crnn run digits.crnn images.npy -o probabilities.npy
        crnn evaluate digits.crnn test.npz
        crnn classify digits.crnn scans/ --format csv -o digits.csv
        crnn read lines.crnn page/*.png
        crnn explain digits.crnn seven.png -o why.png
        crnn bench digits.crnn --layers
        crnn language line.crnn --words words.txt -o words.lexicon

      \(ExitStatus.discussion)
      """,
    version: version,
    subcommands: [
      ConvertCommand.self, InspectCommand.self, VerifyCommand.self, RunCommand.self, EvaluateCommand.self,
      ClassifyCommand.self, ReadCommand.self, ExplainCommand.self, BenchCommand.self, LanguageCommand.self,
    ])

  static func main() {
    // Swift asks /proc for the command line. Without an answer it would have no words at all, and this be a call for help.
    guard CommandLine.argc > 0 else {
      Console.note("crnn: the system does not tell what stands on the command line")
      exit(withError: ExitStatus.failure)
    }
    main(nil)
  }

  /// Of the tool, and of the runtime in it.
  static let version = ConversionJob.version
}
