extension Graph {
  /// The same network with windows cut out of a longer stream in front of input port `port`.
  ///
  /// A network that is called with `window.length` samples at a time, of which some were in the call before, becomes one that
  /// takes the samples themselves, each once: its port keeps the name, and its frames become the single elements of which the
  /// old frame held `window.length`, oldest first.
  ///
  /// Throws `GraphError` where there is no such port, where its frame does not divide into `window.length` elements, or where
  /// window and pads are impossible.
  public func windowed(_ port: String, _ window: Window) throws -> Graph {
    guard let index = inputs.firstIndex(where: { $0.name == port }) else {
      throw GraphError("there is no input called \(port); the inputs are \(inputs.map(\.name).joined(separator: ", "))")
    }
    let target = inputs[index].tensor
    let whole = tensors[target]
    guard !whole.rate.isPerSequence else { throw GraphError("\(port) takes one frame per sequence, not a stream") }
    guard window.length > 1, window.hop > 0, whole.frame.elements % window.length == 0 else {
      throw GraphError(
        "\(port) takes frames of \(whole.frame.elements) values, which are not windows of length \(window.length)")
    }
    var graph = self
    let element = FrameShape(channels: whole.frame.elements / window.length)
    // So many frames that the old port gets as many windows as it had frames.
    let frames = whole.frames.map { ($0 - 1) * window.hop + window.length - window.padBefore - window.padAfter }
    graph.tensors.append(
      Tensor(
        name: port, frame: element, rate: whole.rate.multiplied(by: window.hop), frames: frames, isIndex: whole.isIndex)
    )
    let source = graph.tensors.count - 1
    graph.inputs[index] = Port(name: port, tensor: source, shape: Graph.visibleShape(element))

    var cut = try Graph.infer(.window(window), [graph.tensors[source]], name: "\(port).window")
    cut.name = "\(port).window"
    guard cut.frame != whole.frame else {
      graph.tensors[target].name = cut.name
      graph.nodes.insert(Node(name: cut.name, operation: .window(window), inputs: [source], output: target), at: 0)
      return graph
    }
    // The same values in the same order under the frame's own shape.
    graph.tensors[target].name = "\(port).frame"
    graph.tensors.append(cut)
    let table = (0..<whole.frame.elements).map { Int32(truncatingIfNeeded: $0) }
    graph.nodes.insert(
      contentsOf: [
        Node(name: cut.name, operation: .window(window), inputs: [source], output: graph.tensors.count - 1),
        Node(
          name: "\(port).frame", operation: .gather(table: table, frame: whole.frame),
          inputs: [graph.tensors.count - 1], output: target),
      ], at: 0)
    return graph
  }
}
