/// Groups of nodes that stand for one operator, rewritten before lowering.
extension SourceGraph {
  mutating func recognisePatterns() throws {
    recogniseMagnitudes()
    // What the pattern made superfluous must not count as a reader below.
    try sortTopologically()
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
    for name in nodes.flatMap(\.inputs) + outputs { result[name, default: 0] += 1 }
    return result
  }

  /// The constant of a name, where it is one already: an initializer or a Constant node.
  func constant(_ name: String, _ producers: [String: Int]) -> Constant? {
    if let constant = initializers[name] { return constant }
    guard let index = producers[name], nodes[index].op == "Constant" else { return nil }
    switch nodes[index].attributes["value"] {
    case .tensor(let constant): return constant
    default: break
    }
    if case .float(let value)? = nodes[index].attributes["value_float"] { return Constant(shape: [], floats: [value]) }
    if case .integers(let values)? = nodes[index].attributes["value_ints"] { return Constant(values) }
    return nil
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
