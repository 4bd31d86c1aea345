import ArgumentParser
import Arrays
import Quantizer

/// `crnn bench`
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measures how fast a packed model runs on this machine, as a whole and layer by layer.",
    discussion: """
      Runs one sequence of random values over and over on one thread, through one stream. The fastest run counts: other programs \
      can only make one slower. MAC/s are multiplications by weights in a second; those of a convolution that takes Winograd's way \
      count as often as its definition says. The limit is what the kernels of this instruction set reach in this process on \
      operands in the first cache; a layer's share of it counts the multiplications that are really done.

      EXAMPLE
        crnn bench digits.crnn
        crnn bench line.crnn --frames 320 --layers

      \(ExitStatus.discussion)
      """)

  @Argument(help: ArgumentHelp("The packed model.", valueName: "crnn"))
  var model: String

  @Option(
    help: ArgumentHelp(
      "Frames of the sequence at the fastest input (default: as many as the model fixes, else 256).", valueName: "n"))
  var frames: Int?

  @Option(help: ArgumentHelp("Frames that the stream takes in one step (default: all).", valueName: "n"))
  var chunk: Int?

  @Option(help: ArgumentHelp("Kernels to use, as 'crnn inspect' lists them.", valueName: "name"))
  var isa: String?

  @Option(help: ArgumentHelp("How long to measure.", valueName: "s"))
  var seconds = 2.0

  @Flag(help: "Transform the weights of large convolutions beforehand, to see whether that pays here.")
  var prepare = false

  @Flag(help: "Each layer's time, MAC/s and share of the limit.")
  var layers = false

  @OptionGroup var report: ReportOptions

  func validate() throws {
    try report.check(inputs: [model])
    guard seconds > 0, seconds <= 86_400 else { throw ValidationError("--seconds takes up to 86400, not \(seconds)") }
    for (option, value, most) in [("--frames", frames, 1 << 20), ("--chunk", chunk, 65_536)] {
      if let value, !(1...most).contains(value) {
        throw ValidationError("\(option) takes 1 to \(most) frames, not \(value)")
      }
    }
  }

  func run() throws {
    let runtime = try RuntimeModel(path: model, isa: isa)
    runtime.chunk = chunk
    if prepare {
      let bytes = try runtime.prepareWeights()
      Console.note(
        bytes == 0
          ? "this model gains nothing by prepared weights with kernels \(runtime.instructionSet)"
          : "\(bytes) bytes of prepared weights")
    }
    let file = try PackedModelFile(path: model)
    let sequence = try RandomSequence(file.packed, runtime, frames: frames).values
    let bench = try LayerBench(file.packed, runtime, sequence)
    try bench.measure(seconds: seconds)
    try report.write(bench.document(model, layers: layers), text: bench.text(layers: layers))
  }
}
