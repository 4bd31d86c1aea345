#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
import Arrays
import CCRNN
import Quantizer

/// One conversion, from a network's bytes to a packed file's: what the command line and the C interface both run.
///
/// ```swift
/// let job = try ConversionJob(request, path: "digits.onnx")
/// let data = try job.calibration(ArraySource(path: "digits.npz"))
/// let (bytes, report) = try job.run(data, judge: job.judge(data))
/// ```
package struct ConversionJob {
  package let request: ConversionRequest
  /// The network's input ports, with what is known of their arrays.
  package let ports: [PortDescription]
  private var network: NetworkReading.Network
  private let source: (name: String, digest: String)

  /// The scales that the network gives and the packed one will have.
  private let givenScales: [String: TensorQuantization]

  /// What the file says of classes, by the texts' keys.
  package let classTexts: [String: String]

  /// Sentences for the user: what reading the network assumed or left out.
  package let warnings: [String]

  package var graph: Graph { network.graph }

  /// Values of a frame of the first output.
  var classes: Int { ConversionJob.classes(network.graph) }

  private static func classes(_ graph: Graph) -> Int {
    graph.outputs.first.map { graph.tensors[$0.tensor].frame.elements } ?? 0
  }

  package var outputLayouts: [String: String] { network.imported.outputLayouts }

  var outputs: [PortDescription] {
    network.graph.outputs.map { port in
      var description = PortDescription(graph: network.graph, port: port)
      description.networkLayout = network.imported.outputLayouts[port.name].flatMap { try? ArrayLayout(output: $0) }
      return description
    }
  }

  var producer: String { network.imported.producer }
  var opset: Int { network.imported.opset }

  /// Reads the network in a file.
  package init(_ request: ConversionRequest, path: String) throws {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    // Once: what the model says of its source is then true of what was converted.
    let bytes = try Files.read(path)
    try self.init(
      request, network: request.network.load(bytes, of: path), source: (name, SHA256.hexadecimal(bytes)))
  }

  /// Reads a network that lies in memory; data kept outside of it are looked for in `directory`, where it is given.
  package init(_ request: ConversionRequest, bytes: [UInt8], name: String, directory: String?) throws {
    try self.init(
      request, network: request.network.load(Data(bytes), directory: directory),
      source: (name, SHA256.hexadecimal(bytes)))
  }

  private init(
    _ request: ConversionRequest, network: NetworkReading.Network, source: (name: String, digest: String)
  ) throws {
    var request = request
    // What stands in the file is the recipe itself.
    request.preprocess = try request.preprocess.map { try RecipePreset.recipe($0) }
    self.request = request
    self.network = network
    self.source = source
    if let contradiction = request.numbers.contradiction { throw ConverterError(contradiction) }
    classTexts = try request.classes.texts(classes: ConversionJob.classes(network.graph))
    var ports = try request.arrays.applied(to: network.inputs)
    if let preprocess = request.preprocess, ports.count == 1 {
      ports[0].integerScale = try RuntimeCall.pixelScale(recipe: preprocess)
    }
    for (index, port) in ports.enumerated() { self.network.graph.inputs[index].integerScale = port.integerScale ?? 0 }
    self.ports = ports
    let (kept, notes) = request.keepsQDQ ? try ConversionJob.givenScales(self.network, source.name) : ([:], [])
    givenScales = kept
    warnings = network.imported.warnings + notes
  }

  /// The scales of QuantizeLinear nodes that can be kept, and sentences on the others.
  private static func givenScales(
    _ network: NetworkReading.Network, _ source: String
  ) throws -> (kept: [String: TensorQuantization], notes: [String]) {
    guard !network.imported.givenScales.isEmpty else {
      throw ConverterError("--keep-qdq: \(source) has no QuantizeLinear around an activation")
    }
    // What folding into neighbours leaves of the tensors.
    let left = Set(try network.graph.simplified().tensors.map(\.name))
    var kept: [String: TensorQuantization] = [:]
    var notes: [String] = []
    for given in network.imported.givenScales {
      if let quantization = given.quantization, left.contains(given.tensor) {
        kept[given.tensor] = quantization
      } else {
        let reason = given.quantization == nil ? given.obstacle : "the value is computed together with what follows it"
        notes.append("the scale of node '\(given.node)' is not kept: \(reason)")
      }
    }
    return (kept, notes)
  }

  /// Real input out of arrays.
  package func calibration(_ arrays: ArraySource) throws -> CalibrationData {
    try CalibrationData(
      arrays, ports: ports, patterns: try request.arrays.patterns(ports), windows: network.windows)
  }

  /// Quantises and packs. Throws `PrecisionUnreached` where no choice of bits keeps the request's limit.
  ///
  /// - Parameters:
  ///   - judge: counts right decisions on the calibration data, for a limit on accuracy.
  ///   - progress: told after each calibration sequence how many are done, and of how many.
  ///   - searchProgress: told after each network that the search has tried how many there were.
  package func run(
    _ calibration: CalibrationData, judge: AccuracyJudge? = nil, progress: ((_ done: Int, _ all: Int) -> Void)? = nil,
    searchProgress: ((_ done: Int) -> Void)? = nil
  ) throws -> (bytes: [UInt8], report: ConversionReport) {
    var options = ConversionOptions()
    options.quantization = try request.numbers.options()
    for port in ports {
      options.quantization.inputs[port.name] =
        try request.numbers.kind(of: port.name) ?? calibration.kinds[port.name] ?? .feature
    }
    options.quantization.given = givenScales
    options.metadata = metadata
    options.selfTest = selfTestChecksum
    options.backwardView = try request.rightContext.map(ConversionJob.view)
    options.search = try request.numbers.search(judge)
    options.progress = progress
    options.searchProgress = searchProgress
    return try Conversion.convert(
      graph: network.graph, calibration: calibration.set.sequences.map { CalibrationSequence(inputs: $0) },
      options: options)
  }

  private static func view(_ text: String) throws -> BackwardView {
    let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(numbers.count), let ahead = numbers[0], numbers.count == 1 || numbers[1] != nil else {
      throw ConverterError("--right-context takes N or N:BLOCK, not '\(text)'")
    }
    let view = BackwardView(ahead: ahead, block: numbers.count == 2 ? numbers[1] : nil)
    guard view.isValid else {
      throw ConverterError("--right-context takes at least 1 frame ahead, in blocks of at least 1")
    }
    return view
  }

  private var metadata: [MetadataEntry] {
    var entries = ["labels", "alphabet", "ctc.blank"].compactMap { key in
      classTexts[key].map { MetadataEntry(key, $0) }
    }
    if let preprocess = request.preprocess { entries.append(MetadataEntry("preprocess", preprocess)) }
    for port in ports {
      if let layout = port.networkLayout { entries.append(MetadataEntry("layout.\(port.name)", "\(layout)")) }
      if let layout = port.statedLayout { entries.append(MetadataEntry("array-layout.\(port.name)", "\(layout)")) }
    }
    for port in network.graph.outputs {
      if let layout = network.imported.outputLayouts[port.name] {
        entries.append(MetadataEntry("layout.\(port.name)", layout))
      }
    }
    entries.append(MetadataEntry("source.name", source.name))
    entries.append(MetadataEntry("source.sha256", source.digest))
    if !network.imported.producer.isEmpty {
      entries.append(MetadataEntry("source.producer", network.imported.producer))
    }
    if let view = request.rightContext { entries.append(MetadataEntry("right-context", view)) }
    entries.append(MetadataEntry("converter", "crnn \(ConversionJob.version)"))
    return entries
  }

  /// Of the converter, and of the runtime that came with it.
  package static let version = "\(CRNN_VERSION_MAJOR).\(CRNN_VERSION_MINOR).\(CRNN_VERSION_PATCH)"
}
