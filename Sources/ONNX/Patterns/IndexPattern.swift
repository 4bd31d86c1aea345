extension SourceGraph {
  /// Arithmetic in front of a look-up that leaves every row's number as it is: the look-up reads what the arithmetic reads.
  ///
  /// Keras looks up `x < 0 ? x + rows : x`, which exporters write as Where, or as a sum of products with conditions, with casts between. It
  /// is computed on the numbers of all rows, so that how it is written does not matter. A negative number is none of a row here: the
  /// runtime refuses it.
  mutating func recogniseIndices() {
    let producers = producers()
    var budget = SourceGraph.largestIndexWork
    for index in nodes.indices where nodes[index].op == "Gather" && nodes[index].inputs.count == 2 {
      let names = nodes[index].inputs
      guard let table = initializers[names[0]], table.shape.count == 2, table.shape[0] > 0,
        (try? nodes[index].integer("axis", default: 0)) == 0,
        let arithmetic = IndexArithmetic(of: names[1], in: self, producers)
      else { continue }
      // A table of no columns may say that it has any number of rows.
      let steps = arithmetic.nodes.count + 1
      guard table.shape[0] <= budget / steps else { return }
      budget -= table.shape[0] * steps
      if arithmetic.keepsNumbers(below: table.shape[0], in: self) { nodes[index].inputs[1] = arithmetic.source }
    }
  }

  /// Inputs of real numbers that only look-ups read are whole numbers: networks of Keras cast them.
  mutating func recogniseIndexInputs() {
    let readings = readings()
    var lookUps: [String: Int] = [:]
    for node in nodes where node.op == "Gather" && node.inputs.count == 2 && initializers[node.inputs[0]] != nil {
      lookUps[node.inputs[1], default: 0] += 1
    }
    for index in inputs.indices where inputs[index].type.isFloat {
      let name = inputs[index].name
      if let count = lookUps[name], count == readings[name] { inputs[index].type = .int64 }
    }
  }

  /// Numbers computed in all, whatever a file asks for.
  private static let largestIndexWork = 1 << 26
}

/// Nodes that compute each index from the number at the same place of one value, and from constants.
private struct IndexArithmetic {
  var source: String
  var result: String
  /// In the order in which they are computed.
  var nodes: [SourceNode] = []

  private static let operators: Set<String> = [
    "Add", "And", "Cast", "Equal", "Greater", "GreaterOrEqual", "Identity", "Less", "LessOrEqual", "Max", "Min", "Mul",
    "Not", "Or", "Sub", "Where",
  ]
  private static let largestCount = 32

  /// Nil where nothing is computed, or more than one value is.
  init?(of name: String, in graph: SourceGraph, _ producers: [String: Int]) {
    var sources: Set<String> = []
    var found: Set<Int> = []
    var open = [name]
    while let name = open.popLast() {
      if graph.initializers[name] != nil { continue }
      guard let index = producers[name], IndexArithmetic.operators.contains(graph.nodes[index].op),
        !graph.nodes[index].inputs.contains("")
      else {
        sources.insert(name)
        continue
      }
      guard found.insert(index).inserted else { continue }
      guard found.count <= IndexArithmetic.largestCount else { return nil }
      open += graph.nodes[index].inputs
    }
    guard let source = sources.first, sources.count == 1, !found.isEmpty else { return nil }
    (self.source, result) = (source, name)
    // The graph's nodes are sorted.
    nodes = found.sorted().map { graph.nodes[$0] }
  }

  /// True where each number below `count` comes out as it goes in.
  func keepsNumbers(below count: Int, in graph: SourceGraph) -> Bool {
    let numbers = Constant(Array(0..<count))
    var values = [source: numbers]
    for node in nodes {
      let inputs = node.inputs.map { values[$0] ?? graph.initializers[$0] }
      guard inputs.allSatisfy({ $0 == nil || $0?.count == 1 || $0?.shape == [count] }),
        let outputs = try? Folder(node: node, inputs: inputs, opset: graph.opset).fold(), outputs.count == 1,
        let name = node.outputs.first
      else { return false }
      values[name] = outputs[0]
    }
    guard let result = values[result], result.shape == [count] else { return false }
    return result.wholeNumbers?.elementsEqual((0..<count).map { .known($0) }) ?? false
  }
}
