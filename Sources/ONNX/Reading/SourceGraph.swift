#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif
import SwiftProtobuf

/// The file's graph in plain values: what every later step works on.
struct SourceGraph {
  struct Input {
    var name: String
    var type: ElementType
    /// One per axis; nil where the file leaves the size open. Nil as a whole where even the rank is unknown.
    var shape: [Axis]?
  }
  struct Axis {
    var size: Int?
    /// The symbol that stands for an open size.
    var symbol: String
  }

  var nodes: [SourceNode] = []
  var initializers: [String: Constant] = [:]
  /// What constants took that nodes were turned into.
  var bytesFolded = 0
  var inputs: [Input] = []
  var outputs: [String] = []
  var producer: String
  var opset: Int

  init(bytes: Data, directory: String?) throws {
    guard !bytes.isEmpty else { throw ImportError("the file is empty: export the network again") }
    let model: Onnx_ModelProto
    do {
      model = try Onnx_ModelProto(serializedBytes: bytes)
    } catch {
      throw ImportError("this is not an ONNX file, or it is damaged or cut off: export the network again")
    }
    guard model.irVersion > 0, model.hasGraph else {
      throw ImportError("this is not an ONNX file: it holds no graph")
    }
    producer = [model.producerName, model.producerVersion].filter { !$0.isEmpty }.joined(separator: " ")
    let revisions = model.opsetImport.filter { $0.domain.isEmpty || $0.domain == "ai.onnx" }.map { Int($0.version) }
    guard let revision = revisions.max() else {
      throw ImportError("the file names no ONNX operator set: it is damaged, or holds another program's operators only")
    }
    guard revision >= 7 else {
      throw ImportError("operator set \(revision) is too old: export the network with operator set 11 or later")
    }
    opset = revision
    var functions = try FunctionInlining(model, opset: revision)
    try readGraph(functions.inlined(model.graph), reader: ExternalData(directory: directory))
  }

  private mutating func readGraph(_ graph: Onnx_GraphProto, reader: ExternalData) throws {
    initializers = try graph.constants(external: reader)
    for node in graph.node { nodes.append(try SourceNode(node, external: reader)) }
    for input in graph.input where initializers[input.name] == nil { inputs.append(try Input(input)) }
    outputs = graph.output.map(\.name)
    guard !inputs.isEmpty else { throw ImportError("the graph has no input") }
    guard !outputs.isEmpty else { throw ImportError("the graph has no output") }
    guard Set(outputs).count == outputs.count else {
      throw ImportError("the graph names an output twice: the file is damaged, export it again")
    }
    try checkNames()
  }

  /// Every value has one origin, and every origin one name.
  private func checkNames() throws {
    var produced = Set<String>()
    for name in inputs.map(\.name) + nodes.flatMap(\.outputs) where !name.isEmpty {
      guard produced.insert(name).inserted, initializers[name] == nil else {
        throw ImportError("the value '\(name)' is produced twice: the file is damaged, export it again")
      }
    }
  }
}

extension Onnx_GraphProto {
  fileprivate func constants(external: ExternalData) throws -> [String: Constant] {
    guard sparseInitializer.isEmpty else {
      throw ImportError("the model holds sparse constants: export it with dense ones")
    }
    var result: [String: Constant] = [:]
    for tensor in initializer { result[tensor.name] = try Constant(tensor, named: tensor.name, external: external) }
    return result
  }
}

extension SourceBody {
  /// How deep bodies stand in one another is limited by the depth to which the decoder of the file reads.
  fileprivate init(_ graph: Onnx_GraphProto, external: ExternalData) throws {
    self.init(
      nodes: try graph.node.map { try SourceNode($0, external: external) },
      initializers: try graph.constants(external: external), inputs: graph.input.map(\.name),
      outputs: graph.output.map(\.name))
  }
}

extension SourceGraph.Input {
  fileprivate init(_ info: Onnx_ValueInfoProto) throws {
    name = info.name
    guard case .tensorType(let tensor)? = info.type.value, let type = ElementType(rawValue: Int(tensor.elemType)) else {
      throw ImportError("input '\(info.name)' is not a tensor of numbers")
    }
    self.type = type
    guard tensor.hasShape else { return }
    shape = try tensor.shape.dim.enumerated().map { index, axis in
      switch axis.value {
      case .dimValue(let size):
        guard size != 0 else { return SourceGraph.Axis(size: nil, symbol: "\(info.name)#\(index)") }
        // Some exporters write −1 for an open axis.
        guard size > 0 else { return SourceGraph.Axis(size: nil, symbol: "\(info.name)#\(index)") }
        guard size <= Int64(Constant.largestCount) else {
          throw ImportError("input '\(info.name)' has an axis of \(size): too large")
        }
        return SourceGraph.Axis(size: Int(size), symbol: "")
      case .dimParam(let symbol) where !symbol.isEmpty: return SourceGraph.Axis(size: nil, symbol: symbol)
      default: return SourceGraph.Axis(size: nil, symbol: "\(info.name)#\(index)")
      }
    }
  }
}

extension SourceNode {
  fileprivate init(_ node: Onnx_NodeProto, external: ExternalData) throws {
    let label = node.name.isEmpty ? (node.output.first { !$0.isEmpty } ?? node.opType) : node.name
    guard node.domain.isEmpty || node.domain == "ai.onnx" else {
      throw ImportError(
        "the operator belongs to the domain '\(node.domain)', not to ONNX: export the layer with standard operators",
        node: label, op: "\(node.domain)::\(node.opType)")
    }
    self.init(name: label, op: node.opType, inputs: node.input, outputs: node.output, attributes: [:])
    for attribute in node.attribute {
      attributes[attribute.name] = try Attribute(attribute, of: label, external: external)
    }
  }
}

extension SourceNode.Attribute {
  fileprivate init(_ attribute: Onnx_AttributeProto, of node: String, external: ExternalData) throws {
    func text(_ bytes: Data) -> String { String(decoding: bytes, as: UTF8.self) }
    switch attribute.type {
    case .float: self = .float(attribute.f)
    case .int: self = .integer(Int(attribute.i))
    case .string: self = .string(text(attribute.s))
    case .floats: self = .floats(attribute.floats)
    case .ints: self = .integers(attribute.ints.map { Int($0) })
    case .strings: self = .strings(attribute.strings.map(text))
    case .graph: self = .body(try SourceBody(attribute.g, external: external))
    case .tensor: self = .tensor(try Constant(attribute.t, named: "\(node).\(attribute.name)", external: external))
    default: self = .other
    }
  }
}
