import Quantizer

/// Weights and attributes of an LSTM, GRU or RNN node.
struct RecurrentParameters {
  let kind: Recurrent.Kind
  let units: Int
  let directions: Int
  let direction: String
  let isBatchFirst: Bool
  private let inputWeights: [Float]
  private let hiddenWeights: [Float]
  private let biases: [Float]
  private let peepholes: [Float]?
  private let inputs: Int
  /// Per direction: f, g, h.
  private let activations: [[Activation]]
  private let clip: Float?
  private let resetAfter: Bool
  private let isCoupled: Bool

  /// Its input lies backwards.
  var isAgainst = false

  func isReverse(_ index: Int) -> Bool { (direction == "reverse" || index == 1) != isAgainst }

  init(_ node: SourceNode, lowering: Lowering) throws {
    switch node.op {
    case "LSTM": kind = .lstm
    case "GRU": kind = .gru
    default: kind = .simple
    }
    let gates = kind == .lstm ? 4 : kind == .gru ? 3 : 1
    guard let w = try lowering.floats(node, 1, "weights"), let r = try lowering.floats(node, 2, "weights"),
      w.shape.count == 3, r.shape.count == 3
    else { throw node.error("its weights are missing or have the wrong shape") }
    direction = try node.string("direction", default: "forward")
    guard ["forward", "reverse", "bidirectional"].contains(direction) else {
      throw node.error("its direction '\(direction)' is unknown")
    }
    directions = direction == "bidirectional" ? 2 : 1
    units = r.shape[2]
    inputs = w.shape[2]
    guard units > 0, inputs > 0, w.shape == [directions, gates * units, inputs],
      r.shape == [directions, gates * units, units],
      try node.integer("hidden_size", default: units) == units
    else { throw node.error("its weights of shape \(w.shape) and \(r.shape) do not fit each other") }
    let b = try lowering.floats(node, 3, "bias")
    guard b == nil || b?.shape == [directions, 2 * gates * units] else {
      throw node.error("its bias does not fit its weights")
    }
    inputWeights = w.floats ?? []
    hiddenWeights = r.floats ?? []
    biases = b?.floats ?? [Float](repeating: 0, count: directions * 2 * gates * units)
    let p = kind == .lstm ? try lowering.floats(node, 7, "peepholes") : nil
    guard p == nil || p?.shape == [directions, 3 * units] else {
      throw node.error("its peepholes do not fit its weights")
    }
    peepholes = p?.floats
    isBatchFirst = try node.integer("layout", default: 0) != 0
    let limit = try node.float("clip", default: 0)
    guard limit >= 0, limit.isFinite else { throw node.error("its clip \(limit) is impossible") }
    clip = limit > 0 ? limit : nil
    resetAfter = try kind == .gru && node.integer("linear_before_reset", default: 0) != 0
    isCoupled = try kind == .lstm && node.integer("input_forget", default: 0) != 0
    activations = try RecurrentParameters.activations(node, kind: kind, directions: directions)
    if isCoupled, activations.contains(where: { $0[0] != .sigmoid }) {
      throw node.error("its coupled gates (input_forget) need the activation Sigmoid; export it with separate gates")
    }
  }

  private static func activations(_ node: SourceNode, kind: Recurrent.Kind, directions: Int) throws -> [[Activation]] {
    let standard = kind == .lstm ? ["Sigmoid", "Tanh", "Tanh"] : kind == .gru ? ["Sigmoid", "Tanh"] : ["Tanh"]
    let names = try node.strings("activations") ?? (0..<directions).flatMap { _ in standard }
    guard names.count == standard.count * directions else {
      throw node.error("it names \(names.count) activations where \(standard.count * directions) are needed")
    }
    var alphas = try (node.floats("activation_alpha") ?? [])[...]
    var betas = try (node.floats("activation_beta") ?? [])[...]
    let list = try names.map { name -> Activation in
      // Parameters are listed in the order of the functions that have them.
      func alpha(_ standard: Float) -> Float { alphas.popFirst() ?? standard }
      func beta(_ standard: Float) -> Float { betas.popFirst() ?? standard }
      switch name.lowercased() {
      case "sigmoid": return .sigmoid
      case "tanh": return .tanh
      case "relu": return .relu
      case "hardsigmoid": return Activation(.hardSigmoid, alpha: alpha(0.2), beta: beta(0.5))
      case "leakyrelu": return Activation(.leakyRelu, alpha: alpha(0.01))
      case "thresholdedrelu": return Activation(.thresholdedRelu, alpha: alpha(1))
      case "elu": return Activation(.elu, alpha: alpha(1), beta: 1)
      case "scaledtanh": return Activation(.scaledTanh, alpha: alpha(1), beta: beta(1))
      case "affine": return Activation(.affine, alpha: alpha(1), beta: beta(0))
      case "softsign": return Activation(.softsign)
      case "softplus": return Activation(.softplus)
      default: throw node.error("its activation '\(name)' is not supported")
      }
    }
    return (0..<directions).map { Array(list[$0 * standard.count..<($0 + 1) * standard.count]) }
  }

  /// One direction. `columns`: where each input, in ONNX order, stands in a stored frame.
  func recurrent(_ index: Int, columns: [Int], _ states: InitialStates, _ node: SourceNode) throws -> Recurrent {
    guard columns.count == inputs else {
      throw node.error("its weights are for \(inputs) inputs, but its input has \(columns.count)")
    }
    let rows = (kind == .lstm ? 4 : kind == .gru ? 3 : 1) * units
    var w = Array(inputWeights[index * rows * inputs..<(index + 1) * rows * inputs])
    var r = Array(hiddenWeights[index * rows * units..<(index + 1) * rows * units])
    if !columns.indices.allSatisfy({ columns[$0] == $0 }) {
      let original = w
      for row in 0..<rows {
        for (input, column) in columns.enumerated() { w[row * inputs + column] = original[row * inputs + input] }
      }
    }
    var wb = Array(biases[index * 2 * rows..<index * 2 * rows + rows])
    var rb = Array(biases[index * 2 * rows + rows..<(index + 1) * 2 * rows])
    var peephole = peepholes.map { Array($0[index * 3 * units..<(index + 1) * 3 * units]) }
    if isCoupled {
      // f = 1 − i, and 1 − sigmoid(x) = sigmoid(−x): the forget gate is the input gate's negative.
      for row in 0..<units {
        for column in 0..<inputs { w[(2 * units + row) * inputs + column] = -w[row * inputs + column] }
        for column in 0..<units { r[(2 * units + row) * units + column] = -r[row * units + column] }
        wb[2 * units + row] = -wb[row]
        rb[2 * units + row] = -rb[row]
        if let input = peephole?[row] { peephole?[2 * units + row] = -input }
      }
    }
    var result = Recurrent(
      kind: kind, units: units, inputWeights: w, hiddenWeights: r, inputBias: wb, hiddenBias: rb)
    result.reverse = isReverse(index)
    result.resetAfter = resetAfter
    result.peephole = peephole
    result.clip = clip
    let functions = activations[index]
    switch kind {
    case .lstm:
      (result.gateActivation, result.cellActivation, result.outputActivation) = (
        functions[0], functions[1], functions[2]
      )
    case .gru: (result.gateActivation, result.cellActivation) = (functions[0], functions[1])
    case .simple: result.cellActivation = functions[0]
    }
    let range = index * units..<(index + 1) * units
    // Beside a cell state that is an input, h is one, too.
    if states.cell?.view == nil { result.initialHidden = states.hidden?.values.map { Array($0[range]) } }
    result.initialCell = states.cell?.values.map { Array($0[range]) }
    return result
  }
}
