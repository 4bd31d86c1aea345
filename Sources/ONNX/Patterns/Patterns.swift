/// Groups of nodes that stand for one operator, rewritten before lowering.
extension SourceGraph {
  mutating func recognisePatterns() throws {
    recogniseMagnitudes()
    recogniseIndices()
    // What the patterns made superfluous must not count as a reader below.
    try sortTopologically()
    recogniseIndexInputs()
    recogniseLpPools()
    mergePads()
  }

  /// Who produces a value.
  func producers() -> [String: Int] {
    var result: [String: Int] = [:]
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty { result[output] = index }
    }
    return result
  }

  /// How often each value is read.
  func readings() -> [String: Int] {
    var result: [String: Int] = [:]
    for name in nodes.flatMap(\.reads) + outputs { result[name, default: 0] += 1 }
    return result
  }

  /// sign(x) · |x|, as some exporters write it: x itself.
  private mutating func recogniseMagnitudes() {
    let producers = producers()
    func node(_ name: String, _ op: String) -> SourceNode? {
      producers[name].flatMap { nodes[$0].op == op && nodes[$0].inputs.count == 1 ? nodes[$0] : nil }
    }
    for index in nodes.indices where nodes[index].op == "Mul" && nodes[index].inputs.count == 2 {
      let names = nodes[index].inputs
      for (first, second) in [(names[0], names[1]), (names[1], names[0])] {
        guard let sign = node(first, "Sign") else { continue }
        // Relu changes nothing on an absolute value.
        let absolute = node(second, "Relu").flatMap { node($0.inputs[0], "Abs") } ?? node(second, "Abs")
        guard let absolute, absolute.inputs == sign.inputs else { continue }
        nodes[index].op = "Identity"
        nodes[index].inputs = sign.inputs
        break
      }
    }
  }
}
