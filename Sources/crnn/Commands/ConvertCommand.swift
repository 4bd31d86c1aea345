import ArgumentParser
import Arrays
import Converter
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
        crnn convert masks.onnx -o masks.crnn --calibrate noisy.npz --min-snr 40dB
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
      "How images become the input, as in grey,resize=28x28:pillow:bilinear,scale=1/255 (include/crnn_image.h), or one of these names: "
        + RecipePreset.list + ".", valueName: "recipe"))
  var preprocess: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What each image of the calibration folder should give, for --max-drop and the report: a CSV file of names and labels or texts, as "
        + "'crnn classify --expect' takes it.", valueName: "csv"))
  var expect: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Results of the network in its own framework, a .npz file with inputs and ref (as for 'crnn evaluate'): the largest difference "
        + "of the float network from them is said before anything is quantised.", valueName: "npz"))
  var reference: String?

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

  @Option(
    name: .customLong("report"),
    help: ArgumentHelp("Write the report as a page for a browser; --json writes it for machines.", valueName: "html"))
  var page: String?

  @OptionGroup(title: "Network") var networkOptions: NetworkOptions
  @OptionGroup(title: "Arrays") var arrays: ArrayOptions
  @OptionGroup(title: "Numbers") var numbers: QuantizationFlags
  @OptionGroup(title: "Classes") var texts: TextOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    let inputs = [network, calibrate] + [reference, expect].compactMap { $0 } + texts.files
    try report.check(inputs: inputs, output: output)
    if let page {
      for path in inputs + [output] + [report.json].compactMap({ $0 })
      where Files.areSame(path, page) {
        throw ValidationError("--report \(page) is the same file as \(path): choose another one for the page")
      }
    }
  }

  func run() throws {
    let job = try ConversionJob(request, path: network)
    for warning in job.warnings { Console.note("note: \(warning)") }
    let difference = try reference.map { try referenceDifference($0, job) }
    let data = try calibrationData(job)
    let progress = Progress("calibrating with sequence")
    let trials = Progress("searching, network")
    let result: (bytes: [UInt8], report: ConversionReport)
    do {
      result = try job.run(
        data, judge: try job.judge(data), progress: { progress.update($0, of: $1) },
        searchProgress: { trials.update($0) })
    } catch let unreached as PrecisionUnreached {
      trials.finish()
      Console.note("\(unreached); nothing was written")
      throw ExitStatus.limit
    }
    progress.finish()
    trials.finish()
    for warning in result.report.warnings { Console.note("warning: \(warning)") }
    let samples = try samples(job, data)
    let comparing = Progress("comparing sequence")
    let document = try job.document(
      result, samples: (samples.set, samples.source), title: samples.title, referenceDifference: difference,
      progress: { comparing.update($0, of: $1) })
    comparing.finish()
    var files = [(bytes: result.bytes, path: output)]
    if let page { files.append((Array(try html(document, samples.set, job, result.bytes).utf8), page)) }
    try report.write(document.json(network, output), with: files, text: document.text)
  }

  /// What float and the packed network are compared on: the set with the reference, where there is one.
  private func samples(
    _ job: ConversionJob, _ data: CalibrationData
  ) throws -> (set: SequenceSet, source: ArraySource?, title: String) {
    guard let reference else { return (data.set, data.source, data.title) }
    let source = try ArraySource(path: reference)
    return (
      try SequenceSet(source, ports: job.ports, patterns: job.request.arrays.patterns(job.ports)), source,
      ConvertCommand.name(reference)
    )
  }

  private static func name(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }

  private func html(
    _ document: ConversionDocument, _ samples: SequenceSet, _ job: ConversionJob, _ bytes: [UInt8]
  ) throws -> String {
    let inspection = try ModelInspection(
      PackedModel(bytes: bytes), RuntimeModel(LoadedModel(file: bytes)), chunk: 1,
      length: document.cost.longestSequence)
    let name = ConvertCommand.name(network)
    return ConversionPage(
      document: document, source: name, sequences: samples.sequences, port: job.ports.first,
      drawing: ModelDrawing(inspection, title: name).svg
    ).html
  }

  /// The largest difference of the float network from its source's own results, said before anything is quantised.
  private func referenceDifference(_ path: String, _ job: ConversionJob) throws -> Double {
    var model = try FloatModel(graph: job.graph, inputs: job.ports, outputLayouts: job.outputLayouts)
    model.texts = job.classTexts
    let evaluation = try Evaluation(
      model, ports: job.ports, source: try ArraySource(path: path),
      names: Evaluation.Names(inputs: try job.request.arrays.patterns(job.ports)), progress: "checking sequence")
    guard let difference = evaluation.comparison?.maximumAbsoluteError else {
      throw CommandError("\(path) has no array 'ref' with the source's own results")
    }
    Console.note(
      "float against the reference: largest difference \(scientific(difference)) in \(evaluation.sequences) sequences")
    return difference
  }

  private var request: ConversionRequest {
    var request = ConversionRequest()
    request.network = networkOptions.reading
    request.arrays = arrays.reading
    request.numbers = numbers.choices
    request.classes = texts.classes
    request.preprocess = preprocess
    request.rightContext = rightContext
    request.keepsQDQ = keepQdq
    return request
  }

  private func calibrationData(_ job: ConversionJob) throws -> CalibrationData {
    guard Files.isFolder(calibrate) else {
      guard expect == nil else {
        throw CommandError("--expect goes with a folder of images; labels of arrays are an array y beside them")
      }
      return try job.calibration(try ArraySource(path: calibrate))
    }
    guard let preprocess = job.request.preprocess else {
      throw CommandError("\(calibrate) is a folder of images: --preprocess says how they become the input")
    }
    guard job.ports.count == 1, let port = job.ports.first else {
      throw CommandError(
        "a folder of images can calibrate a network with one input only; this one has \(job.ports.count)")
    }
    let images = try ImageFolder.sequences(calibrate, recipe: preprocess, port: port)
    return try CalibrationData(
      images: images, folder: calibrate, areBytes: try RuntimeCall.pixelScale(recipe: preprocess) != nil, port: port,
      labels: try expect.map { (try labels(images.names, $0), $0) })
  }

  /// What is expected of each image.
  private func labels(_ names: [String], _ path: String) throws -> [String] {
    let expectations = try Expectations(path: path)
    return try names.map { name in
      guard let label = expectations.label(FileName(Array(name.utf8))) else {
        throw CommandError("\(path) has no label for the image \(name) of \(calibrate)")
      }
      return label
    }
  }
}
