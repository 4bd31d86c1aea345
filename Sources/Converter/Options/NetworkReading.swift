#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
import Arrays
import ONNX
import Quantizer

/// What an ONNX file does not say about how it is to be read, in the words of the command line (`crnn convert --help`).
package struct NetworkReading: Sendable {
  package var timeAxis: [NamedValue] = []
  package var state: [NamedValue] = []
  package var inputShape: [NamedValue] = []
  package var rate: [NamedValue] = []
  package var window: [NamedValue] = []

  package init() {}

  package init(
    timeAxis: [NamedValue], state: [NamedValue], inputShape: [NamedValue], rate: [NamedValue], window: [NamedValue]
  ) {
    self.timeAxis = timeAxis
    self.state = state
    self.inputShape = inputShape
    self.rate = rate
    self.window = window
  }

  /// A network as it was read, with its windows put in front.
  package struct Network {
    package var imported: ImportedModel
    package var graph: Graph
    /// The graph's input ports.
    package var inputs: [PortDescription]
    package var windows: [String: Window]
  }

  /// Reads the file at `path`.
  package func load(_ path: String) throws -> Network { try load(Files.read(path), of: path) }

  /// Reads the bytes of the file at `path`, beside which data kept outside of it are looked for.
  package func load(_ bytes: [UInt8], of path: String) throws -> Network {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    do { return try load(Data(bytes), directory: folder) } catch let error as ImportError {
      throw ConverterError(naming: path, error)
    }
  }

  /// Reads a file's bytes; data kept outside them are looked for in `directory`, where it is given.
  package func load(_ bytes: Data, directory: String?) throws -> Network {
    try arranged(ONNXImporter.read(bytes: bytes, directory: directory, options: importOptions()))
  }

  private func arranged(_ imported: ImportedModel) throws -> Network {
    var windows: [String: Window] = [:]
    var graph = imported.graph
    let names = graph.inputs.map(\.name)
    try window.check(against: names, "input")
    for name in names {
      guard let text = window[name] else { continue }
      let parsed = try NetworkReading.parseWindow(text)
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
      guard let axis = Int(entry.value) else { throw ConverterError("'\(entry.value)' is no axis: write a number") }
      options.timeAxis[entry.name] = axis
    }
    for entry in state {
      guard !entry.name.isEmpty, !entry.value.isEmpty else {
        throw ConverterError("--state takes INPUT=OUTPUT, not '\(entry.value)'")
      }
      options.states.append((input: entry.name, output: entry.value))
    }
    for entry in rate { options.rates[entry.name] = try NetworkReading.parseRate(entry) }
    for entry in inputShape {
      let axes = entry.value.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
      let shape = axes.compactMap { $0 }
      guard shape.count == axes.count, shape.allSatisfy({ $0 >= 0 }) else {
        throw ConverterError("'\(entry.value)' is no shape: write numbers with commas between them, as in 1,1,32,100")
      }
      options.shapes[entry.name] = shape
    }
    return options
  }

  private static func parseRate(_ entry: NamedValue) throws -> Rate {
    guard !entry.name.isEmpty else { throw ConverterError("--rate takes INPUT=RATE, not '\(entry.value)'") }
    let parts = entry.value.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    let numbers = parts.compactMap { $0 }
    guard numbers.count == parts.count, (1...2).contains(numbers.count),
      numbers.allSatisfy({ (1...65_536).contains($0) })
    else { throw ConverterError("'\(entry.value)' is no rate: write frames per tick, 1 to 65536, as in 3 or 2/3") }
    return Rate(numbers[0], numbers.count == 2 ? numbers[1] : 1)
  }

  private static func parseWindow(_ text: String) throws -> Window {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
    let numbers = parts.compactMap { $0 }
    guard numbers.count == parts.count, (2...3).contains(numbers.count), numbers[0] > 0, numbers[1] > 0,
      numbers.allSatisfy({ (0...1 << 24).contains($0) })
    else { throw ConverterError("'\(text)' is no window: write LENGTH:HOP or LENGTH:HOP:ZEROS, as in 576:512:64") }
    return Window(length: numbers[0], hop: numbers[1], padBefore: numbers.count == 3 ? numbers[2] : 0)
  }
}

extension Graph {
  fileprivate var carriesState: Bool {
    nodes.contains { if case .recurrent = $0.operation { true } else { false } }
  }
}
