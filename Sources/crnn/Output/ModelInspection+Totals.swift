import Quantizer

extension ModelInspection {
  /// A stream's memory, by what it is for.
  struct StreamParts {
    /// What nodes give, until it has been used.
    var rings: Int
    /// What recurrent layers and reductions keep.
    var states: Int
    /// Shared by all nodes.
    var scratch: Int
    /// The rings of the input ports, and counters.
    var inputs: Int
  }

  /// nil where the stream's size is not known.
  var streamParts: StreamParts? {
    guard let streamBytes else { return nil }
    let rings = nodes.reduce(0) { $0 + $1.ringBytes }
    let states = nodes.reduce(0) { $0 + $1.stateBytes }
    let ports = ports.map { 4 * $0.description.elements }
    let scratch = (nodes.map(\.scratchBytes) + ports).max() ?? 0
    return StreamParts(
      rings: rings, states: states, scratch: scratch, inputs: streamBytes - rings - states - scratch)
  }

  /// Frames that a node gives for each frame of the first input; nil where they do not follow it.
  func framesPerInputFrame(_ node: Node) -> Double? {
    guard node.frames == nil, let first = ports.first?.rate, first.numerator > 0 else { return nil }
    return Double(node.rate.numerator) / Double(node.rate.denominator)
      / (Double(first.numerator) / Double(first.denominator))
  }

  /// Multiplications by weights for each frame of the first input, on average.
  func macsPerInputFrame(_ node: Node) -> Double { (framesPerInputFrame(node) ?? 0) * Double(node.macs) }

  /// Multiplications by weights that a sequence costs once, however long it is.
  func macsPerSequence(_ node: Node) -> Int {
    framesPerInputFrame(node) == nil ? (node.frames ?? 1) * node.macs : 0
  }

  var macsPerInputFrame: Double { nodes.reduce(0) { $0 + macsPerInputFrame($1) } }
  var macsPerSequence: Int { nodes.reduce(0) { $0 + macsPerSequence($1) } }

  /// How often a node gives a frame, in words.
  func rate(_ node: Node) -> String {
    guard let frames = node.frames else { return "\(node.rate)" }
    return frames == 1 ? "once" : "\(frames) in all"
  }
}

extension ModelInspection.Node {
  /// "lstm, 3×3×1": the kind, and the kernel where there is one.
  var kernel: String {
    let size = geometry.kernel == [1, 1, 1] ? "" : geometry.kernel.crossed
    return [kind, size].filter { !$0.isEmpty }.joined(separator: " ")
  }
}

extension [Int] {
  /// "3×3×1"
  var crossed: String { map(String.init).joined(separator: "×") }
}
