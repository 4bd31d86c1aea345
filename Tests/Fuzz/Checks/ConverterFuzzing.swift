import Arrays
import Converter
import FoundationEssentials
import ONNX
import Quantizer

/// The files that a converter is given.
enum ConverterFuzzing {
  /// A network that can be read is also run on a few frames, as when it is calibrated, unless it is large.
  static func readONNX(_ bytes: UnsafeRawBufferPointer) {
    guard let graph = try? ONNXImporter.read(bytes: Data(bytes)).graph, graph.tensors.allSatisfy(isSmall),
      let interpreter = try? Interpreter(graph: graph, mostValues: largest)
    else { return }
    for frames in [0, 3] {
      let inputs = graph.inputs.map { port in
        let tensor = graph.tensors[port.tensor]
        let count = tensor.rate.isPerSequence ? 1 : tensor.frames ?? frames
        return [Float](repeating: 0, count: min(count, largest) * tensor.frame.elements)
      }
      _ = try? interpreter.run(inputs)
    }
  }

  private static let largest = 1 << 12

  private static func isSmall(_ tensor: Tensor) -> Bool { tensor.frame.elements <= 256 }

  static func readNPY(_ bytes: UnsafeRawBufferPointer) { _ = try? NPYFile.parse(Array(bytes)).floats() }

  static func readNPZ(_ bytes: UnsafeRawBufferPointer) {
    guard let file = try? NPZFile(parsing: Array(bytes)) else { return }
    for name in file.names.prefix(8) { _ = try? file[name]?.floats() }
  }

  /// Arrays as the sequences of each of several networks: the last byte chooses the layout that the user
  /// states.
  static func readSequences(_ bytes: UnsafeRawBufferPointer) {
    guard let choice = bytes.last, let source = try? ArraySource(bytes: Array(bytes), path: "") else { return }
    let layouts = [nil, "TNC", "NCT", "NT", "T1C"].map { $0.flatMap { try? ArrayLayout($0) } }
    let layout = layouts[Int(choice) % layouts.count]
    let ports = [
      PortDescription(name: "x", shape: [3], statedLayout: layout),
      PortDescription(name: "x", shape: [], fixedFrames: 2, isIndex: true, networkLayout: layout),
      PortDescription(name: "x", shape: [2, 1], isPerSequence: true, integerScale: 1, networkLayout: layout),
    ]
    for port in ports {
      _ = try? SequenceSet(source, ports: [port], isStrict: choice & 1 == 1)
      _ = try? CalibrationData(
        source, ports: [port], patterns: choice & 2 == 2 ? ["x": "x_*"] : [:], windows: ["x": window])
    }
    let pair = ["a", "b"].map { PortDescription(name: $0, shape: [3]) }
    _ = try? SequenceSet(source, ports: pair, patterns: ["a": "x_*", "b": "z_*"])
  }

  private static let window = Window(length: 4, hop: 2, padBefore: 2)
}
