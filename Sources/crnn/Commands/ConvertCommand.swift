import ArgumentParser
import Arrays
import Converter

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

  @Flag(
    name: .long,
    help: ArgumentHelp(
      "Keeps the scales that QuantizeLinear and DequantizeLinear nodes give activations, instead of calibrating those; what cannot "
        + "be kept is named."))
  var keepQdq = false

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
    let job = try ConversionJob(request, path: network)
    for warning in job.warnings { Console.note("note: \(warning)") }
    let data = try calibrationData(job)
    let progress = Progress("calibrating with sequence")
    let (bytes, result) = try job.run(data, progress: progress.update)
    progress.finish()
    let document = ConversionDocument(report: result)
    if let missed = job.missedLimit(result) {
      try report.write(document.json(network, output), text: document.text)
      Console.note(
        "output \(missed.output) has \(fixed(missed.ratio, 1)) dB, past the limit \(missed.limit); nothing was written")
      throw ExitStatus.limit
    }
    try report.write(document.json(network, output), with: (bytes, output), text: document.text)
  }

  private var request: ConversionRequest {
    var request = ConversionRequest()
    request.network = networkOptions.reading
    request.arrays = arrays.reading
    request.numbers = numbers.choices
    request.classes = texts.classes
    request.preprocess = preprocess
    request.rightContext = rightContext
    request.minimumSNR = minimumSnr
    request.keepsQDQ = keepQdq
    return request
  }

  private func calibrationData(_ job: ConversionJob) throws -> CalibrationData {
    guard Files.isFolder(calibrate) else { return try job.calibration(try ArraySource(path: calibrate)) }
    guard let preprocess else {
      throw CommandError("\(calibrate) is a folder of images: --preprocess says how they become the input")
    }
    guard job.ports.count == 1, let port = job.ports.first else {
      throw CommandError(
        "a folder of images can calibrate a network with one input only; this one has \(job.ports.count)")
    }
    return CalibrationData(
      images: try ImageFolder.sequences(calibrate, recipe: preprocess, port: port),
      areBytes: try RuntimeCall.pixelScale(recipe: preprocess) != nil, port: port)
  }
}
