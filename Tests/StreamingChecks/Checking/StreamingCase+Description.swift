import Quantizer

extension StreamingCase: CustomStringConvertible {
  /// Ports, nodes and feedings, a line each, without weights.
  var description: String {
    var text = ""
    for (port, length) in zip(graph.inputs, lengths) {
      let tensor = graph.tensors[port.tensor]
      text += "  \(port.name): \(length) frames of \(tensor.frame), rate \(tensor.rate)\n"
    }
    for node in graph.nodes {
      let tensor = graph.tensors[node.output]
      let inputs = node.inputs.map { graph.tensors[$0].name }.joined(separator: ", ")
      text += "  \(node.name) = \(node.operation.summary) of \(inputs): \(tensor.frame), rate \(tensor.rate)\n"
    }
    text += "  out: \(graph.outputs.map { graph.tensors[$0.tensor].name }.joined(separator: ", "))\n"
    for feeding in feedings { text += "  feeding \(feeding)\n" }
    return text
  }
}

extension Operation {
  fileprivate var summary: String {
    func window(_ geometry: WindowGeometry) -> String {
      "kernel \(geometry.kernel.time) stride \(geometry.stride.time) dilation \(geometry.dilation.time) "
        + "pad \(geometry.padBefore.time), \(geometry.padAfter.time)"
    }
    switch self {
    case .convolution(let convolution): return "convolution \(window(convolution.geometry))"
    case .pool(let pool): return "pool \(pool.kind) \(window(pool.geometry))\(pool.ceilingTime ? " ceiling" : "")"
    case .window(let cut): return "window \(window(cut.geometry))\(cut.padsWithEdge ? " edge" : "")"
    case .recurrent(let layer):
      let view = layer.view.map { " in blocks of \($0.block) that see \($0.ahead) ahead" } ?? ""
      return "\(layer.kind)\(layer.reverse ? " reverse" : "")\(view)"
    case .dense: return "dense"
    case .gather: return "gather"
    case .affine: return "affine"
    case .embedding: return "embedding"
    case .activation(let activation): return "\(activation.kind)"
    default: return "\(self)"
    }
  }
}
