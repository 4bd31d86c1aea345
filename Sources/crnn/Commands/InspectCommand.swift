import ArgumentParser
import CCRNN
import CRNN
import Quantizer

/// `crnn inspect`
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what a packed file holds: ports, texts, nodes, and the memory that a stream takes.",
    discussion: """
      EXAMPLE
        crnn inspect digits.crnn
        crnn inspect recogniser.crnn --length 400 --json -

      \(ExitStatus.discussion)
      """)

  @Argument(help: ArgumentHelp("The packed model.", valueName: "crnn"))
  var model: String

  @Option(name: .long, help: ArgumentHelp("Frames that a stream takes in one step.", valueName: "n"))
  var chunk = 1

  @Option(
    name: .long,
    help: ArgumentHelp("The longest sequence, for a model that needs the whole of it.", valueName: "frames"))
  var length: Int?

  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard (1...65_536).contains(chunk) else { throw ValidationError("--chunk takes 1 to 65536 frames, not \(chunk)") }
    try report.check(inputs: [model])
    if let length, length < 1 { throw ValidationError("--length takes at least one frame") }
  }

  func run() throws {
    let file = try PackedModelFile(path: model)
    let runtime = try RuntimeModel(path: model)
    let inspection = try ModelInspection(file.packed, runtime, chunk: chunk, length: length)
    try report.write(inspection.json, text: inspection.text)
  }
}
