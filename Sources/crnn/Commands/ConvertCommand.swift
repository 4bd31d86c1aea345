import ArgumentParser
import Arrays
import ONNX
import Quantizer

/// `crnn convert`
struct ConvertCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Quantises an ONNX network with calibration data and packs it into a .crnn file.",
    discussion: """
      Calibration data are real inputs, a few hundred sequences: a .npy file, a .npz file (the array x, or one of each port's \
      name; 'lengths' or 'seq', or those of one port, 'lengths_PORT', divide one long array into sequences), or a folder of \
      PNG and JPEG files, which --preprocess turns into the input. What is said here of arrays, classes and images is stored \
      in the file, so that the other commands need not be told again.

      A time axis, a state or an axis that cannot be found in the graph is asked for; what cannot be converted is named, with \
      what to do about it. The file appears only when everything has succeeded.

      EXAMPLE
        crnn convert keywords.onnx -o keywords.crnn --calibrate mfcc.npz --labels yes,no,stop
        crnn convert captcha.onnx -o captcha.crnn --calibrate images.npz --input-layout NHT --alphabet 0123456789
        crnn convert fusion.onnx -o fusion.crnn --calibrate pairs.npz --time-axis image=3 --rate sound=3/2
        crnn convert vad.onnx -o vad.crnn --calibrate audio.npz --state state=stateN --window input=576:512:64

      \(ExitStatus.discussion)
      """)

  @Argument(help: ArgumentHelp("The network, an ONNX file.", valueName: "onnx"))
  var network: String

  @Option(name: .shortAndLong, help: ArgumentHelp("The packed file to write.", valueName: "crnn"))
  var output: String

  @Option(name: .long, help: ArgumentHelp("Calibration data: .npy, .npz or a folder of images.", valueName: "data"))
  var calibrate: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How images become the input, as in grey,resize=28x28:pillow:bilinear,scale=1/255 (include/crnn_image.h).",
      valueName: "recipe"))
  var preprocess: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Least signal-to-noise ratio of every output on the calibration data; below it nothing is written and the exit status "
        + "is 3.", valueName: "dB"))
  var minimumSnr: Double?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Backward recurrent layers see N frames ahead instead of the whole sequence, so that the network runs as a stream without a "
        + "longest sequence: N, or N:BLOCK for results in blocks of BLOCK frames (N where it is not given; smaller blocks wait "
        + "less and take more steps). What it costs on the calibration data is reported.", valueName: "n"))
  var rightContext: String?

  @OptionGroup(title: "Network") var networkOptions: NetworkOptions
  @OptionGroup(title: "Arrays") var arrays: ArrayOptions
  @OptionGroup(title: "Numbers") var numbers: QuantizationFlags
  @OptionGroup(title: "Classes") var texts: TextOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard minimumSnr?.isNaN != true else { throw ValidationError("--minimum-snr takes a number, not nan") }
    try report.check(inputs: [network, calibrate], output: output)
  }

  func run() throws {
    var network = try networkOptions.load(self.network)
    for warning in network.imported.warnings { Console.note("note: \(warning)") }
    var ports = try arrays.applied(to: network.inputs)
    if let preprocess, ports.count == 1 { ports[0].integerScale = try ImageFolder.scale(recipe: preprocess) }
    for (index, port) in ports.enumerated() { network.graph.inputs[index].integerScale = port.integerScale ?? 0 }

    let calibration = try CalibrationData(
      path: calibrate, ports: ports, patterns: try arrays.patterns(ports), windows: network.windows, recipe: preprocess)
    var options = ConversionOptions()
    options.quantization = try numbers.options()
    for port in ports {
      options.quantization.inputs[port.name] =
        try numbers.kind(of: port.name) ?? calibration.kinds[port.name] ?? .feature
    }
    options.metadata = try metadata(network, ports)
    options.selfTest = selfTestChecksum
    options.backwardView = try rightContext.map(ConvertCommand.view)
    let progress = Progress("calibrating with sequence")
    options.progress = progress.update
    let (bytes, result) = try Conversion.convert(
      graph: network.graph, calibration: calibration.set.sequences.map { CalibrationSequence(inputs: $0) },
      options: options)
    progress.finish()
    let document = ConversionDocument(report: result)
    if let minimumSnr, let worst = document.worstOutput, !(worst.ratio >= minimumSnr) {
      try report.write(document.json(self.network, output), text: document.text)
      Console.note(
        "output \(worst.name) has \(fixed(worst.ratio, 1)) dB, past the limit \(minimumSnr); nothing was written")
      throw ExitStatus.limit
    }
    try report.write(document.json(self.network, output), with: (bytes, output), text: document.text)
  }

  private static func view(_ text: String) throws -> BackwardView {
    let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(numbers.count), let ahead = numbers[0], numbers.count == 1 || numbers[1] != nil else {
      throw CommandError("--right-context takes N or N:BLOCK, not '\(text)'")
    }
    let view = BackwardView(ahead: ahead, block: numbers.count == 2 ? numbers[1] : nil)
    guard view.isValid else {
      throw CommandError("--right-context takes at least 1 frame ahead, in blocks of at least 1")
    }
    return view
  }

  private func metadata(_ network: NetworkOptions.Network, _ ports: [PortDescription]) throws -> [MetadataEntry] {
    let classes = network.graph.outputs.first.map { network.graph.tensors[$0.tensor].frame.elements } ?? 0
    let texts = try texts.texts(classes: classes)
    var entries = ["labels", "alphabet", "ctc.blank"].compactMap { key in texts[key].map { MetadataEntry(key, $0) } }
    if let preprocess { entries.append(MetadataEntry("preprocess", preprocess)) }
    for port in ports {
      if let layout = port.networkLayout { entries.append(MetadataEntry("layout.\(port.name)", "\(layout)")) }
      if let layout = port.statedLayout { entries.append(MetadataEntry("array-layout.\(port.name)", "\(layout)")) }
    }
    for port in network.graph.outputs {
      if let layout = network.imported.outputLayouts[port.name] {
        entries.append(MetadataEntry("layout.\(port.name)", layout))
      }
    }
    let name = self.network.split(separator: "/").last.map(String.init) ?? self.network
    entries.append(MetadataEntry("source.name", name))
    entries.append(MetadataEntry("source.sha256", SHA256.hexadecimal(try Files.read(self.network))))
    if !network.imported.producer.isEmpty {
      entries.append(MetadataEntry("source.producer", network.imported.producer))
    }
    if let rightContext { entries.append(MetadataEntry("right-context", rightContext)) }
    entries.append(MetadataEntry("converter", "crnn \(CRNNCommand.version)"))
    return entries
  }
}
