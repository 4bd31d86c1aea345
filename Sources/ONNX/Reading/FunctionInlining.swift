/// Functions that a model brings along: nodes that name one are replaced by its nodes.
struct FunctionInlining {
  private var functions: [String: Onnx_FunctionProto] = [:]
  private var calls = 0
  private var nodes = 0

  /// No exporter nests functions deeper, and no network that can run here has more nodes.
  private static let largestDepth = 32
  private static let largestCount = 1 << 18

  /// `opset`: the revision of the operators that the model itself uses.
  init(_ model: Onnx_ModelProto, opset: Int) throws {
    for function in model.functions {
      let revisions = function.opsetImport.filter { $0.domain.isEmpty || $0.domain == "ai.onnx" }.map(\.version)
      guard revisions.allSatisfy({ $0 == Int64(opset) }) else {
        throw ImportError(
          "the model's function '\(function.name)' uses another operator set than the model: inline it "
            + "(onnx.inliner.inline_local_functions) and convert again")
      }
      functions[FunctionInlining.key(function.domain, function.name, function.overload)] = function
    }
  }

  private static func key(_ domain: String, _ name: String, _ overload: String) -> String {
    "\(domain)\u{0}\(name)\u{0}\(overload)"
  }

  mutating func inlined(_ graph: Onnx_GraphProto) throws -> Onnx_GraphProto {
    guard !functions.isEmpty else { return graph }
    return try inlined(graph, depth: 0)
  }

  private mutating func inlined(_ graph: Onnx_GraphProto, depth: Int) throws -> Onnx_GraphProto {
    var result = graph
    result.node = try inlined(graph.node, depth: depth)
    return result
  }

  private mutating func inlined(_ list: [Onnx_NodeProto], depth: Int) throws -> [Onnx_NodeProto] {
    var result: [Onnx_NodeProto] = []
    for node in list {
      nodes += 1
      guard nodes <= FunctionInlining.largestCount else {
        throw ImportError("the model's functions make more than \(FunctionInlining.largestCount) nodes: refused")
      }
      guard let function = functions[FunctionInlining.key(node.domain, node.opType, node.overload)] else {
        var copy = node
        for index in copy.attribute.indices where copy.attribute[index].hasG {
          copy.attribute[index].g = try inlined(copy.attribute[index].g, depth: depth)
        }
        result.append(copy)
        continue
      }
      guard depth < FunctionInlining.largestDepth else {
        throw ImportError(
          "the model's functions call one another without end: the file is damaged", node: node.name, op: node.opType)
      }
      result += try inlined(call(node, function), depth: depth + 1)
    }
    return result
  }

  /// The nodes of a function in place of a call of it.
  private mutating func call(_ node: Onnx_NodeProto, _ function: Onnx_FunctionProto) -> [Onnx_NodeProto] {
    calls += 1
    let prefix = "\(node.name.isEmpty ? function.name : node.name)#\(calls)/"
    var names: [String: String] = ["": ""]
    for (index, name) in function.input.enumerated() { names[name] = index < node.input.count ? node.input[index] : "" }
    for (index, name) in function.output.enumerated() {
      // An output that nobody reads still needs a name of its own.
      names[name] = index < node.output.count && !node.output[index].isEmpty ? node.output[index] : prefix + name
    }
    var attributes: [String: Onnx_AttributeProto] = [:]
    for attribute in function.attributeProto + node.attribute { attributes[attribute.name] = attribute }
    return function.node.map { FunctionInlining.renamed($0, names, prefix, attributes) }
  }

  private static func renamed(
    _ node: Onnx_NodeProto, _ names: [String: String], _ prefix: String, _ attributes: [String: Onnx_AttributeProto]
  ) -> Onnx_NodeProto {
    func new(_ name: String) -> String { names[name] ?? prefix + name }
    var result = node
    if !node.name.isEmpty { result.name = prefix + node.name }
    result.input = node.input.map(new)
    result.output = node.output.map(new)
    result.attribute = node.attribute.compactMap { attribute in
      guard attribute.refAttrName.isEmpty else {
        var given = attributes[attribute.refAttrName]
        given?.name = attribute.name
        return given
      }
      guard attribute.hasG else { return attribute }
      var copy = attribute
      copy.g.node = copy.g.node.map { renamed($0, names, prefix, attributes) }
      for index in copy.g.initializer.indices { copy.g.initializer[index].name = new(copy.g.initializer[index].name) }
      for index in copy.g.input.indices { copy.g.input[index].name = new(copy.g.input[index].name) }
      for index in copy.g.output.indices { copy.g.output[index].name = new(copy.g.output[index].name) }
      return copy
    }
    return result
  }
}
