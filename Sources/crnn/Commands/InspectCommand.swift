import ArgumentParser
import CCRNN
import CRNN
import Quantizer

/// `crnn inspect`
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Shows what a packed file holds: ports, texts, nodes, time, and the memory that a stream takes.",
    discussion: """
      Of every node: its kernel, stride and dilation (time × height × width), the frame it gives (height × width × channels), \
      frames per tick of the time base, multiplications by weights (MACs) for one frame, bytes of its weights, of the ring that \
      holds its frames and of what it keeps from frame to frame, and how many later input frames it waits for.

      EXAMPLE
        crnn inspect digits.crnn
        crnn inspect digits.crnn --svg digits.svg
        crnn inspect recogniser.crnn --length 400 --json -
        crnn inspect digits.crnn --ops

      \(ExitStatus.discussion)
      """)

  @Argument(help: ArgumentHelp("The packed model.", valueName: "crnn"))
  var model: String

  @Option(name: .long, help: ArgumentHelp("Frames that a stream takes in one step.", valueName: "n"))
  var chunk = 1

  @Option(
    name: [.customLong("length"), .customLong("maximum-frames")],
    help: ArgumentHelp("The longest sequence, for a model that needs the whole of it.", valueName: "frames"))
  var length: Int?

  @Option(name: .long, help: ArgumentHelp("Draw the network into this file, as an SVG picture.", valueName: "file"))
  var svg: String?

  @Flag(
    name: .long,
    help:
      "Instead of all that: the families of operations that a firmware must link for it, and the C lines that say so.")
  var ops = false

  @OptionGroup var report: ReportOptions

  func validate() throws {
    if ops, svg != nil { throw ValidationError("--ops and --svg do not go together") }
    guard (1...65_536).contains(chunk) else { throw ValidationError("--chunk takes 1 to 65536 frames, not \(chunk)") }
    try report.check(inputs: [model], output: svg, outputOption: "--svg")
    if let length, length < 1 { throw ValidationError("--length takes at least one frame") }
  }

  func run() throws {
    let file = try PackedModelFile(path: model)
    let runtime = try RuntimeModel(path: model)
    let inspection = try ModelInspection(file.packed, runtime, chunk: chunk, length: length)
    if ops {
      let families = LinkedFamilies(file.packed, inspection.nodes)
      return try report.write(families.json, text: families.text)
    }
    let title = String(model.split(separator: "/").last ?? "")
    let drawing = svg.map { (bytes: Array(ModelDrawing(inspection, title: title).svg.utf8), path: $0) }
    try report.write(inspection.json, with: drawing.map { [$0] } ?? [], text: inspection.text)
  }
}
