import ArgumentParser
import ONNX
import Quantizer

/// How an ONNX file is to be read: what its graph does not say.
struct NetworkOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The axis of the ONNX input along which time runs: AXIS or INPUT=AXIS, counted from 0; 'call' where each call of the "
        + "network is one time step. Found from the graph where it is not given.", valueName: "axis"))
  var timeAxis: [NamedValue] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "An input that receives an output of the step before: the runtime then keeps it inside the stream.",
      valueName: "in=out"))
  var state: [NamedValue] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The shape of an ONNX input whose file leaves axes open, comma-separated, 0 for an axis that stays as it is: "
        + "SHAPE or INPUT=SHAPE.", valueName: "shape"))
  var inputShape: [NamedValue] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Frames that an input has per tick of time, where inputs have sequences of different lengths: INPUT=RATE, as in "
        + "sound=3 or lips=2/3. Inferred where the network joins the input to another frame by frame.",
      valueName: "rate"))
  var rate: [NamedValue] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The network takes windows of a longer stream: INPUT=LENGTH:HOP[:ZEROS BEFORE THE FIRST SAMPLE]. Its port then takes "
        + "the single samples.", valueName: "window"))
  var window: [NamedValue] = []

  /// A network as it was read, with its windows put in front.
  struct Network {
    var imported: ImportedModel
    var graph: Graph
    /// The graph's input ports.
    var inputs: [PortDescription]
    var windows: [String: Window]
  }

  /// Reads the file at `path`.
  func load(_ path: String) throws -> Network {
    let options = try importOptions()
    let imported: ImportedModel
    do { imported = try ONNXImporter.read(path: path, options: options) } catch {
      throw CommandError(naming: path, error)
    }
    var windows: [String: Window] = [:]
    var graph = imported.graph
    let names = graph.inputs.map(\.name)
    try window.check(against: names, "input")
    for name in names {
      guard let text = window[name] else { continue }
      let parsed = try NetworkOptions.parseWindow(text)
      windows[name] = parsed
      graph = try graph.windowed(name, parsed)
    }
    let inputs = try graph.inputs.map { port in
      var description = PortDescription(graph: graph, port: port)
      description.carriesState = graph.carriesState
      if windows[port.name] == nil {
        description.networkLayout = try imported.inputLayouts[port.name].map { try ArrayLayout($0) }
      }
      return description
    }
    return Network(imported: imported, graph: graph, inputs: inputs, windows: windows)
  }

  private func importOptions() throws -> ImportOptions {
    var options = ImportOptions()
    for entry in timeAxis {
      if entry.value == "call" && entry.name.isEmpty {
        options.callIsTime = true
        continue
      }
      guard let axis = Int(entry.value) else { throw CommandError("'\(entry.value)' is no axis: write a number") }
      options.timeAxis[entry.name] = axis
    }
    for entry in state {
      guard !entry.name.isEmpty, !entry.value.isEmpty else {
        throw CommandError("--state takes INPUT=OUTPUT, not '\(entry.value)'")
      }
      options.states.append((input: entry.name, output: entry.value))
    }
    for entry in rate { options.rates[entry.name] = try NetworkOptions.parseRate(entry) }
    for entry in inputShape {
      let axes = entry.value.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      let shape = axes.compactMap { $0 }
      guard shape.count == axes.count, shape.allSatisfy({ $0 >= 0 }) else {
        throw CommandError("'\(entry.value)' is no shape: write numbers with commas between them, as in 1,1,32,100")
      }
      options.shapes[entry.name] = shape
    }
    return options
  }

  private static func parseRate(_ entry: NamedValue) throws -> Rate {
    guard !entry.name.isEmpty else { throw CommandError("--rate takes INPUT=RATE, not '\(entry.value)'") }
    let parts = entry.value.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    let numbers = parts.compactMap { $0 }
    guard numbers.count == parts.count, (1...2).contains(numbers.count),
      numbers.allSatisfy({ (1...65_536).contains($0) })
    else { throw CommandError("'\(entry.value)' is no rate: write frames per tick, 1 to 65536, as in 3 or 2/3") }
    return Rate(numbers[0], numbers.count == 2 ? numbers[1] : 1)
  }

  private static func parseWindow(_ text: String) throws -> Window {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    let numbers = parts.compactMap { $0 }
    guard numbers.count == parts.count, (2...3).contains(numbers.count), numbers[0] > 0, numbers[1] > 0,
      numbers.allSatisfy({ (0...1 << 24).contains($0) })
    else { throw CommandError("'\(text)' is no window: write LENGTH:HOP or LENGTH:HOP:ZEROS, as in 576:512:64") }
    return Window(length: numbers[0], hop: numbers[1], padBefore: numbers.count == 3 ? numbers[2] : 0)
  }
}

extension Graph {
  fileprivate var carriesState: Bool {
    nodes.contains { if case .recurrent = $0.operation { true } else { false } }
  }
}
