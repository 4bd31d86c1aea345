import ArgumentParser
import Converter

/// A model to run: a packed file, or an ONNX file that the float interpreter runs.
struct ModelOptions: ParsableArguments {
  @Argument(
    help: ArgumentHelp(
      "The packed model (.crnn); or an .onnx file, which is run in float.", valueName: "model"))
  var model: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Frames that the stream takes in one step (default: all). The result is the same.", valueName: "n"))
  var chunk: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Kernels to use, as 'crnn inspect' lists them; 'reference' names the scalar ones. The result is the same.",
      valueName: "name"))
  var isa: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Threads that run the sequences of a packed model (default: 1). The result is the same.", valueName: "n"))
  var threads: Int?

  @OptionGroup(title: "Arrays") var arrays: ArrayOptions
  @OptionGroup(title: "Only for an .onnx file") var network: NetworkOptions

  var isFloat: Bool { model.hasSuffix(".onnx") }

  /// The model and its input ports, with what the options say of their arrays.
  func open(texts: TextOptions? = nil) throws -> (model: any SequenceModel, ports: [PortDescription]) {
    if isFloat {
      let loaded = try network.reading.load(model)
      let ports = try arrays.reading.applied(to: loaded.inputs)
      var float = try FloatModel(
        graph: loaded.graph, inputs: ports, outputLayouts: loaded.imported.outputLayouts)
      if let texts { float.texts = try texts.classes.texts(classes: float.outputs.first?.elements ?? 0) }
      return (float, ports)
    }
    let packed = try RuntimeModel(path: model, isa: isa)
    packed.chunk = chunk
    packed.threads = threads ?? 1
    return (packed, try arrays.reading.applied(to: packed.inputs))
  }

  func validate() throws {
    if let threads, !(1...65_536).contains(threads) {
      throw ValidationError("--threads takes 1 to 65536 threads, not \(threads)")
    }
    if let chunk, !(1...65_536).contains(chunk) {
      throw ValidationError("--chunk takes 1 to 65536 frames, not \(chunk)")
    }
    if isFloat, chunk != nil || isa != nil || threads != nil {
      throw ValidationError(
        "--chunk, --isa and --threads are for a packed model; \(model) runs in float, frame by frame")
    }
    if !isFloat, let option = network.given.first {
      throw ValidationError("\(option) is for an .onnx file: a packed model needs no more than it says")
    }
  }
}
