/// Chooses a store and a scale for every tensor of a graph.
///
/// Operands of matrices need integer codes; what only pointwise nodes read stays float. Nodes that merely move data pass codes
/// on unchanged, so their tensors form groups with one store and one scale.
struct StoreAssignment {
  private let graph: Graph
  private let calibration: Calibration
  private let options: QuantizationOptions
  private let choices: QuantizationChoices
  /// The representative of each tensor's group.
  private var parent: [TensorID]

  static func assign(
    _ graph: Graph, calibration: Calibration, options: QuantizationOptions,
    choices: QuantizationChoices = QuantizationChoices()
  ) throws -> [TensorQuantization] {
    try StoreAssignment(graph, calibration, options, choices).assign()
  }

  /// The groups whose store is open, by the tensor of each that a matrix reads first: operands of matrices that are no pixels, no
  /// indices, and not told by the options.
  static func openGroups(
    _ graph: Graph, calibration: Calibration, options: QuantizationOptions
  ) throws -> [(operand: TensorID, members: [TensorID])] {
    let assignment = try StoreAssignment(graph, calibration, options, QuantizationChoices())
    let overrides = try assignment.overriddenStores()
    let kinds = assignment.sourceKinds()
    let groups = Dictionary(grouping: graph.tensors.indices, by: assignment.representative)
    var taken: Set<TensorID> = []
    return graph.nodes.filter(\.hasMatrix).compactMap { node in
      guard let operand = node.inputs.first else { return nil }
      let group = assignment.representative(operand)
      let members = groups[group] ?? []
      guard taken.insert(group).inserted, overrides[group] == nil, !graph.tensors[operand].isIndex,
        Set(members.compactMap { kinds[$0] }) != [.input(.image)]
      else { return nil }
      return (operand, members)
    }
  }

  private init(
    _ graph: Graph, _ calibration: Calibration, _ options: QuantizationOptions, _ choices: QuantizationChoices
  ) throws {
    self.graph = graph
    self.calibration = calibration
    self.options = options
    self.choices = choices
    parent = Array(graph.tensors.indices)
    let inputNames = Set(graph.inputs.map(\.name))
    for name in options.inputs.keys where !inputNames.contains(name) {
      throw GraphError(
        "there is no input called \(name); the inputs are \(inputNames.sorted().joined(separator: ", "))")
    }
    for node in graph.nodes where node.movesData {
      for input in node.movedInputs { join(input, node.output) }
    }
  }

  private mutating func join(_ a: TensorID, _ b: TensorID) { parent[representative(a)] = representative(b) }

  private func representative(_ tensor: TensorID) -> TensorID {
    var tensor = tensor
    while parent[tensor] != tensor { tensor = parent[tensor] }
    return tensor
  }

  private func assign() throws -> [TensorQuantization] {
    let overrides = try overriddenStores()
    let operands = Set(graph.nodes.filter(\.hasMatrix).compactMap(\.inputs.first).map(representative))
    let features = featureTensors()
    let kinds = sourceKinds()
    var quantizations = [TensorQuantization](repeating: .float, count: graph.tensors.count)
    for (group, members) in Dictionary(grouping: graph.tensors.indices, by: representative) {
      let isOperand = operands.contains(group)
      let isFeature = members.contains { features[$0] }
      let quantization = try quantization(
        members, sources: Set(members.compactMap { kinds[$0] }), isOperand: isOperand, isFeature: isFeature,
        override: overrides[group], choice: members.lazy.compactMap { choices.stores[$0] }.first)
      for member in members { quantizations[member] = quantization }
    }
    return quantizations
  }

  private func quantization(
    _ members: [TensorID], sources: Set<SourceKind>, isOperand: Bool, isFeature: Bool, override: Store?,
    choice: Store?
  ) throws -> TensorQuantization {
    let name = graph.tensors[members[0]].name
    if graph.tensors[members[0]].isIndex { return .index }
    // Values that lie side by side have one scale: two that were given cannot both be kept.
    if override == nil, let given = options.given(for: members.map { graph.tensors[$0].name }) { return given }
    if override == .f32 {
      guard !isOperand else {
        throw GraphError("\(name) is multiplied with a matrix and must be stored as u8 or s16, not as f32")
      }
      return .float
    }
    if override == nil {
      switch sources {
      case [.input(.image)]: return .image
      case [.input(.audio)] where choice != .u8: return .audio
      default: guard isOperand else { return .float }
      }
    }
    let store = override ?? choice ?? (isFeature ? .s16 : .u8)
    if sources == [.bounded], store == .u8 { return .bounded }
    var range = sources.contains(.bounded) ? ValueRange(minimum: -1, maximum: 1) : ValueRange()
    // 16 bits have room for everything that was seen.
    let rule = store == .u8 ? members.lazy.compactMap { choices.rules[$0] }.first : nil
    for member in members { range.include(calibration.range(.tensor(member), rule: rule)) }
    guard range.isFinite else {
      throw GraphError("\(name) became infinite on the calibration data; check how the input is scaled")
    }
    return store == .s16 ? .s16(range) : .u8(range)
  }

  /// What the values of a tensor come from, where no data-moving node made it.
  private enum SourceKind: Hashable {
    case input(InputKind)
    /// Between −1 and 1 by construction.
    case bounded
    case computed
  }

  private func sourceKinds() -> [TensorID: SourceKind] {
    var kinds: [TensorID: SourceKind] = [:]
    for port in graph.inputs { kinds[port.tensor] = .input(options.inputs[port.name] ?? .feature) }
    for node in graph.nodes where !node.movesData {
      if case .recurrent(let recurrent) = node.operation, recurrent.isBounded, node.inputs.count == 1,
        node.activation == .identity
      {
        kinds[node.output] = .bounded
      } else {
        kinds[node.output] = .computed
      }
    }
    return kinds
  }

  /// Tensors between an input of features and the first dense or recurrent layer.
  private func featureTensors() -> [Bool] {
    var isFeature = [Bool](repeating: false, count: graph.tensors.count)
    for port in graph.inputs where options.inputs[port.name] != .image { isFeature[port.tensor] = true }
    for node in graph.nodes {
      switch node.operation {
      case .recurrent, .dense, .softmax, .embedding: break
      default: isFeature[node.output] = node.movedInputs.contains { isFeature[$0] }
      }
    }
    return isFeature
  }

  private func overriddenStores() throws -> [TensorID: Store] {
    var byGroup: [TensorID: (store: Store, name: String)] = [:]
    var unused = Set(options.stores.keys)
    let producers = Dictionary(graph.nodes.map { ($0.output, $0.name) }, uniquingKeysWith: { first, _ in first })
    for (id, tensor) in graph.tensors.enumerated() {
      for name in Set([tensor.name, producers[id] ?? tensor.name]) {
        guard let store = options.stores[name] else { continue }
        unused.remove(name)
        guard store != .s32 else { throw GraphError("\(name): a tensor can be stored as u8, s16 or f32") }
        if let other = byGroup[representative(id)], other.store != store {
          throw GraphError(
            "\(name) and \(other.name) only pass data on to one another and cannot be stored as \(store.name) and "
              + other.store.name)
        }
        byGroup[representative(id)] = (store, name)
      }
    }
    if let name = unused.sorted().first { throw GraphError("there is no tensor called \(name)") }
    return byGroup.mapValues(\.store)
  }
}

extension Node {
  /// True where the output's values are input values, unchanged.
  var movesData: Bool {
    switch operation {
    case .pool(let pool): pool.kind == .maximum
    case .concatenate, .gather, .window, .repeatFrame, .unstack: true
    case .timeReduction(let reduction), .frameReduction(let reduction, _, _, _): reduction.selects
    default: false
    }
  }

  /// The inputs whose values the node works on; the second input of a repetition only gives its length.
  var movedInputs: [TensorID] {
    if case .repeatFrame = operation { return Array(inputs.prefix(1)) }
    return inputs
  }

  /// True where the first input is the operand of a matrix; further ones are initial states, which stay as they are.
  var hasMatrix: Bool {
    switch operation {
    case .convolution, .dense, .recurrent: true
    default: false
    }
  }
}

extension Reduction {
  /// The result is one of the values.
  fileprivate var selects: Bool {
    switch self {
    case .last, .first, .maximum, .minimum: true
    case .mean, .sum: false
    }
  }
}
