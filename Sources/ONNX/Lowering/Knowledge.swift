import Quantizer

/// What has been found out about the network's use of its axes. Lowering starts with what the file's shapes tell;
/// where a node shows more, it throws a `Discovery` and lowering starts again with it.
struct Knowledge {
  var timeAxis: [String: Int] = [:]
  /// Some op needs every sequence to have the length that the file gives.
  var isFixedLength = false
  /// A sequence is made inside the network, so that inputs without a time axis come once per sequence.
  var createsSequences = false
  /// How the frames of an input are best stored, in its ONNX axes.
  var layouts: [String: FrameLayout] = [:]
  /// Integer inputs that are used as numbers.
  var numericInputs: Set<String> = []
  /// Lengths that are another's, since streams of these lengths are joined frame by frame.
  var lengths: [String: SizeExpression] = [:]
  /// The file gives one name to the lengths of inputs that have different ones.
  var separatesLengths = false
  /// Inputs that give initial states which no output returns: a value of their own for every sequence.
  var initialStates: Set<String> = []
}

enum Discovery: Error {
  case time(AxisOrigin, SourceNode)
  case fixedLength
  case createsSequences
  case layout(input: String, FrameLayout)
  case numeric(input: String)
  case length(String, SizeExpression)
  case separateLengths
  case initialState(input: String)
  /// A node that stands for others, now that what it depends on is known. `instead` takes its place.
  case replacement(Replacement)
}

/// Nodes that take the place of others.
struct Replacement {
  /// Values that get new producers; whatever produced them before is gone, where nothing else reads it.
  var values: Set<String>
  var nodes: [SourceNode]
  var constants: [String: Constant] = [:]
}

extension SourceGraph {
  mutating func apply(_ replacement: Replacement) throws {
    for index in nodes.indices {
      nodes[index].outputs = nodes[index].outputs.map { replacement.values.contains($0) ? "" : $0 }
    }
    nodes.removeAll { $0.outputs.allSatisfy(\.isEmpty) }
    nodes += replacement.nodes
    initializers.merge(replacement.constants) { $1 }
    try prepare()
  }
}

extension Knowledge {
  /// Learns; throws where it contradicts what is known already.
  mutating func learn(_ discovery: Discovery, options: ImportOptions) throws {
    switch discovery {
    case .fixedLength: isFixedLength = true
    case .createsSequences: createsSequences = true
    case .layout(let input, let layout): layouts[input] = layout
    case .numeric(let input): numericInputs.insert(input)
    case .length(let name, let expression): lengths[name] = expression
    case .separateLengths: (separatesLengths, lengths) = (true, [:])
    case .initialState(let input): initialStates.insert(input)
    case .replacement: break
    case .time(let origin, let node):
      guard options.callIsTime != true else {
        throw node.error(
          "it runs along axis \(origin.axis) of the input '\(origin.input)', so that axis is time: convert "
            + "without saying that each "
            + "call is one frame")
      }
      if let known = timeAxis[origin.input] ?? options.timeAxis[origin.input] ?? options.timeAxis[""] {
        throw node.error(
          "it runs along axis \(origin.axis) of the input '\(origin.input)', while axis \(known) is its "
            + "time already; a network "
            + "with two sequence axes cannot be run as a stream")
      }
      timeAxis[origin.input] = origin.axis
      // What was found out of its frames held that axis, too.
      layouts[origin.input] = nil
    }
  }
}
