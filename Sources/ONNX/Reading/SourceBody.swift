/// The nodes inside an If, a Loop or a Scan. They may read values of the graph around them.
struct SourceBody {
  var nodes: [SourceNode]
  var initializers: [String: Constant]
  var inputs: [String]
  var outputs: [String]
  /// Names of values around it that it reads, each once.
  private(set) var captures: [String]

  init(nodes: [SourceNode], initializers: [String: Constant], inputs: [String], outputs: [String]) {
    self.nodes = nodes
    self.initializers = initializers
    self.inputs = inputs
    self.outputs = outputs
    var known = Set(inputs).union(initializers.keys)
    for node in nodes { known.formUnion(node.outputs) }
    captures = []
    for name in nodes.flatMap(\.reads) + outputs where !name.isEmpty && known.insert(name).inserted {
      captures.append(name)
    }
  }

  /// Everything that has a name of its own here.
  private var definitions: Set<String> {
    Set(inputs).union(initializers.keys).union(nodes.flatMap(\.outputs).filter { !$0.isEmpty })
  }

  /// With its nodes put into an order in which every value stands before its readers.
  func sorted(around names: Set<String>) throws -> SourceBody {
    let given = Set(inputs).union(initializers.keys).union(names)
    let sorted = try SourceGraph.sorted(nodes, given: given, outputs: outputs)
    return SourceBody(nodes: sorted, initializers: initializers, inputs: inputs, outputs: outputs)
  }

  /// The same nodes under names that nothing else has. `arguments` are the names that its inputs get.
  func instantiated(
    prefix: String, arguments: [String] = []
  ) -> (nodes: [SourceNode], initializers: [String: Constant], outputs: [String]) {
    var names = Dictionary(uniqueKeysWithValues: definitions.map { ($0, prefix + $0) })
    for (input, argument) in zip(inputs, arguments) { names[input] = argument }
    var constants: [String: Constant] = [:]
    for (name, constant) in initializers { constants[names[name] ?? name] = constant }
    return (nodes.map { $0.renamed(names) }, constants, outputs.map { names[$0] ?? $0 })
  }

  /// With the values around it under other names.
  fileprivate func renamedAround(_ names: [String: String]) -> SourceBody {
    let own = definitions
    let outer = names.filter { !own.contains($0.key) }
    guard captures.contains(where: { outer[$0] != nil }) else { return self }
    return SourceBody(
      nodes: nodes.map { $0.renamed(outer) }, initializers: initializers, inputs: inputs,
      outputs: outputs.map { outer[$0] ?? $0 })
  }
}

extension SourceNode {
  /// The bodies of an If, a Loop or a Scan.
  var bodies: [SourceBody] {
    attributes.values.compactMap { if case .body(let body) = $0 { body } else { nil } }
  }

  func body(_ attribute: String) throws -> SourceBody {
    guard case .body(let body)? = attributes[attribute] else {
      throw error("it has no graph '\(attribute)': the file is damaged, export it again")
    }
    return body
  }

  /// The values that it reads, those of its bodies included.
  var reads: [String] { attributes.isEmpty ? inputs : inputs + bodies.flatMap(\.captures) }

  fileprivate func renamed(_ names: [String: String]) -> SourceNode {
    var result = self
    result.inputs = inputs.map { names[$0] ?? $0 }
    result.outputs = outputs.map { names[$0] ?? $0 }
    for (key, attribute) in attributes {
      if case .body(let body) = attribute { result.attributes[key] = .body(body.renamedAround(names)) }
    }
    return result
  }
}
