#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Finds the cheapest assignment of 8 and 16 bits that reaches a limit, and the corrections that help, by running packed networks.
///
/// 1. Corrections (second-order rounding, bias, equalisation) with all operands in 16 bits: all together, then each alone; kept where
///    the held-out ratio rises.
/// 2. Where that misses the limit: weights and hidden states that gain most for their multiplications, in 16 bits, until it holds.
/// 3. Operands in 8 bits, those that lose least for the multiplications that become cheap first, as long as the limit holds; where
///    8 bits alone break it, with another rule for the range or with equalisation.
/// 4. Corrections once more with these stores, which may let further operands follow; weights that have become unnecessary go back
///    to 8 bits, until each single thing that is left in 16 bits is needed: with it in 8 the limit would not hold.
///
/// No time and no random number decides anything: the same data give the same bytes.
final class PrecisionSearch {
  private let builder: RecipeBuilder
  private let trial: Trial
  private let options: SearchOptions
  let groups: [(operand: TensorID, members: [TensorID])]
  private let progress: ((_ done: Int) -> Void)?
  private(set) var trials = 0
  private var sensitivities: [SearchReport.Sensitivity] = []
  private(set) var recipe = Recipe()
  private var result = TrialResult(
    worstStretch: -TrialResult.exact, signalToNoise: -TrialResult.exact, tappedSignalToNoise: -TrialResult.exact)
  private var threshold = 0.0

  init(_ builder: RecipeBuilder, _ trial: Trial, _ options: SearchOptions, progress: ((_ done: Int) -> Void)?) throws {
    self.builder = builder
    self.trial = trial
    self.options = options
    self.progress = progress
    groups = try StoreAssignment.openGroups(
      builder.graph, calibration: builder.calibration, options: builder.options)
  }

  /// The network with the ranges of its graph. Throws `PrecisionUnreached` where no assignment reaches the limit.
  func run() throws -> (network: QuantizedNetwork, calibration: Calibration, report: SearchReport) {
    for group in groups { recipe.stores[group.operand] = .s16 }
    let rule = options.rules.first ?? .minimumMaximum
    for group in groups { recipe.rules[group.operand] = rule }
    result = try measure(recipe)
    let plain = result
    try chooseCorrectionsTogether()
    try chooseCorrectionsEach()
    let wide = result
    threshold =
      switch options.limit {
      case .automatic: min(wide.score - PrecisionLimit.tolerance, PrecisionLimit.enough)
      case .signalToNoise(let least): least
      case .accuracyDrop: 0
      }
    if !holds(result) { try widen() }
    guard holds(result) else { throw PrecisionUnreached(limit: options.limit, best: result) }
    try narrow()
    try chooseCorrectionsEach()
    try narrow()
    try settle()
    let network = try writtenNetwork()
    return (network, try builder.parts(recipe).calibration, report(plain: plain, wide: wide))
  }

  /// The network fitted to all parts. Each part was judged by networks that had not seen it; that this one, too, keeps to a limit is seen
  /// by running it.
  private func writtenNetwork() throws -> QuantizedNetwork {
    while true {
      let network = try builder.network(recipe)
      if case .automatic = options.limit { return network }
      let written = try measure(written: network)
      if holds(written) { return network }
      guard try widenOnce() else { throw PrecisionUnreached(limit: options.limit, best: written) }
    }
  }

  func measure(written network: QuantizedNetwork) throws -> TrialResult {
    trials += 1
    progress?(trials)
    return try trial { _ in network }
  }

  /// The one thing more in 16 bits that helps most; false where there is none left.
  private func widenOnce() throws -> Bool {
    var changes: [(inout Recipe) -> Void] = groups.filter { recipe.stores[$0.operand] == .u8 }.map { group in
      { $0.stores[group.operand] = .s16 }
    }
    changes += widenings().filter { !$0.change.isTaken(in: recipe) }.map { entry in { entry.change.apply(&$0) } }
    var best: (recipe: Recipe, result: TrialResult)?
    for change in changes {
      var changed = recipe
      change(&changed)
      let measured = try measure(changed)
      let isBetter: Bool
      if case .signalToNoise = options.limit {
        isBetter = measured.worstStretch > best?.result.worstStretch ?? -.infinity
      } else {
        isBetter = measured.score > best?.result.score ?? -.infinity
      }
      if isBetter { best = (changed, measured) }
    }
    guard let best else { return false }
    (recipe, result) = best
    return true
  }

  // MARK: Measuring

  func measure(_ recipe: Recipe) throws -> TrialResult {
    trials += 1
    progress?(trials)
    return try trial { try builder.network(recipe, heldOut: $0) }
  }

  func holds(_ result: TrialResult) -> Bool {
    if case .accuracyDrop(let most) = options.limit { return (result.accuracyDrop ?? .infinity) <= most + 1e-9 }
    if case .automatic = options.limit { return result.score >= threshold }
    return result.worstStretch >= threshold
  }

  /// Takes what `change` makes of the recipe where the ratio rises by `gain` dB, or where it must only hold the limit.
  @discardableResult
  private func take(gain: Double? = 0.1, _ change: (inout Recipe) -> Void) throws -> Bool {
    var changed = recipe
    change(&changed)
    let measured = try measure(changed)
    if let gain {
      // A gain that breaks a limit on accuracy is none.
      guard measured.score >= result.score + gain, holds(measured) || !holds(result) else { return false }
    } else {
      guard holds(measured) else { return false }
    }
    (recipe, result) = (changed, measured)
    return true
  }

  // MARK: Corrections

  private var keys: [MatrixKey] { builder.statistics.moments.keys.sorted() }
  private var places: [TensorID] { builder.places.keys.sorted() }
  private static let exponents: [Float] = [0.5, 0]

  private func chooseCorrectionsTogether() throws {
    let all = Set(keys)
    var choices: [Recipe] = []
    let equalizations: [Float?] = places.isEmpty ? [nil] : [nil] + PrecisionSearch.exponents
    for exponent in equalizations {
      for secondOrder in [Set(), all] {
        for corrected in [Set(), all] {
          var choice = recipe
          if let exponent { for place in places { choice.equalized[place] = exponent } }
          choice.secondOrder = secondOrder
          choice.corrected = corrected
          choices.append(choice)
        }
      }
    }
    for choice in choices.dropFirst() { try take { $0 = choice } }
  }

  private func chooseCorrectionsEach() throws {
    for place in places {
      let now = recipe.equalized[place]
      for exponent in [nil] + PrecisionSearch.exponents.map(Optional.some) where exponent != now {
        try take { $0.equalized[place] = exponent }
      }
    }
    for key in keys {
      try take { $0.secondOrder.formSymmetricDifference([key]) }
      try take { $0.corrected.formSymmetricDifference([key]) }
    }
  }

  // MARK: Bits

  private enum Widening {
    case weights(TensorID)
    case hidden(TensorID)
    case hiddenWeights(TensorID)

    /// Its name in reports.
    var text: String {
      switch self {
      case .weights: "16-bit weights"
      case .hidden: "16-bit hidden state"
      case .hiddenWeights: "16-bit weights on the hidden state"
      }
    }
    func isTaken(in recipe: Recipe) -> Bool {
      switch self {
      case .weights(let output): recipe.wideWeights.contains(output)
      case .hidden(let output): recipe.hiddenStores[output] != nil
      case .hiddenWeights(let output): recipe.wideHidden.contains(output)
      }
    }
    func apply(_ recipe: inout Recipe) {
      switch self {
      case .weights(let output): recipe.wideWeights.insert(output)
      case .hidden(let output): recipe.hiddenStores[output] = .s16
      case .hiddenWeights(let output): recipe.wideHidden.insert(output)
      }
    }
    func undo(_ recipe: inout Recipe) {
      switch self {
      case .weights(let output): recipe.wideWeights.remove(output)
      case .hidden(let output): recipe.hiddenStores[output] = nil
      case .hiddenWeights(let output): recipe.wideHidden.remove(output)
      }
    }
  }

  /// Everything that could have more bits, with its name and the multiplications that it makes twice as dear.
  private func widenings() -> [(change: Widening, node: Node, cost: Double)] {
    let graph = builder.graph
    return graph.nodes.flatMap { node -> [(change: Widening, node: Node, cost: Double)] in
      let weight = graph.weight(of: node.output)
      var found: [(change: Widening, node: Node, cost: Double)] = []
      if node.canHaveWideWeights {
        found.append((.weights(node.output), node, weight * Double(node.multiplications(0, in: graph))))
      }
      if case .recurrent = node.operation, builder.options.hiddenStores[node.name] == nil {
        let hidden = (1..<node.operation.matrixCount).reduce(0) { $0 + node.multiplications($1, in: graph) }
        found.append((.hidden(node.output), node, weight * Double(hidden)))
        // Twice as many products, each twice as dear.
        if node.canHaveWideHidden { found.append((.hiddenWeights(node.output), node, 3 * weight * Double(hidden))) }
      }
      return found
    }
  }

  /// Most noise taken away for each multiplication first, each measured alone.
  private func widen() throws {
    let noise = power(result)
    var ranked: [(change: Widening, gain: Double)] = []
    for (change, node, cost) in widenings() {
      var changed = recipe
      change.apply(&changed)
      let measured = try measure(changed)
      note(node.name, change.text, measured)
      ranked.append((change, (noise - power(measured)) / max(cost, 1e-9)))
    }
    // The order of the nodes where gains are equal.
    let order = ranked.indices.sorted { (ranked[$1].gain, $0) < (ranked[$0].gain, $1) }
    for index in order where !holds(result) {
      try take(gain: 0.02) { ranked[index].change.apply(&$0) }
    }
    if holds(result) { return }
    // What gains little alone may gain beside the others.
    for index in order where !holds(result) { try take(gain: 0) { ranked[index].change.apply(&$0) } }
    try chooseCorrectionsEach()
  }

  /// Everything in 16 bits once more in 8, the dearest first, until nothing follows any more: what was taken back, or rounded in another
  /// way, may have let something else follow.
  private func settle() throws {
    let taken = widenings().sorted { $0.cost > $1.cost }.map(\.change)
    var rejected = 0
    var ways: [() -> [(inout Recipe) -> Void]] = taken.map { change in
      { change.isTaken(in: self.recipe) ? [{ change.undo(&$0) }] : [] }
    }
    ways += groups.map { group in
      { self.recipe.stores[group.operand] == .s16 ? self.narrowings(group.operand) : [] }
    }
    // Each round that goes on has one thing less in 16 bits.
    var next = 0
    while rejected < ways.count {
      let isTaken = try ways[next]().contains { try take(gain: nil, $0) }
      rejected = isTaken ? 0 : rejected + 1
      next = (next + 1) % ways.count
    }
  }

  /// Operands that are still in 16 bits, in 8 where the limit then holds.
  private func narrow() throws {
    let noise = power(result)
    var ranked: [(group: Int, change: (inout Recipe) -> Void, loss: Double)] = []
    for (index, group) in groups.enumerated() where recipe.stores[group.operand] == .s16 {
      var best: (change: (inout Recipe) -> Void, result: TrialResult)?
      for change in narrowings(group.operand) {
        var changed = recipe
        change(&changed)
        let measured = try measure(changed)
        if measured.score > best?.result.score ?? -.infinity { best = (change, measured) }
        // Other ways are only tried where this one does not do.
        if holds(measured) { break }
      }
      guard let best else { continue }
      note(builder.graph.tensors[group.operand].name, "8-bit operand", best.result)
      if holds(best.result) {
        ranked.append((index, best.change, (power(best.result) - noise) / max(saving(group.operand), 1e-9)))
      }
    }
    let order = ranked.sorted { ($0.loss, $0.group) < ($1.loss, $1.group) }
    for entry in order {
      try take(gain: nil, entry.change)
    }
  }

  /// Ways to store an operand in 8 bits, the plainest first.
  private func narrowings(_ operand: TensorID) -> [(inout Recipe) -> Void] {
    var ways: [(inout Recipe) -> Void] = [{ $0.stores[operand] = .u8 }]
    if recipe.equalized[operand] == nil {
      for rule in options.rules.dropFirst() {
        ways.append {
          $0.stores[operand] = .u8
          $0.rules[operand] = rule
        }
      }
    }
    if builder.places[operand] != nil {
      for exponent in PrecisionSearch.exponents where exponent > 0 && recipe.equalized[operand] != exponent {
        ways.append {
          $0.stores[operand] = .u8
          $0.equalized[operand] = exponent
        }
      }
    }
    return ways
  }

  /// Multiplications that become half as dear with the operand in 8 bits.
  private func saving(_ operand: TensorID) -> Double {
    builder.graph.nodes.filter { $0.hasMatrix && $0.inputs.first == operand }.reduce(0) { sum, node in
      sum + builder.graph.weight(of: node.output) * Double(node.multiplications(0, in: builder.graph))
    }
  }

  private func power(_ result: TrialResult) -> Double { exp(-result.score / 10 * log(10)) }

  // MARK: Reporting

  private func note(_ name: String, _ change: String, _ result: TrialResult) {
    sensitivities.append(
      .init(name: name, change: change, signalToNoise: result.signalToNoise, wasTaken: false))
  }

  private func report(plain: TrialResult, wide: TrialResult) -> SearchReport {
    let graph = builder.graph
    let names = Dictionary(uniqueKeysWithValues: graph.nodes.map { ($0.output, $0.name) })
    func name(_ key: MatrixKey) -> String {
      let name = names[key.output] ?? ""
      let isRecurrent = keys.contains { $0.output == key.output && $0.index > 0 }
      return isRecurrent ? "\(name) \(key.index == 0 ? "W" : "R")\(key.index > 1 ? "h" : "")" : name
    }
    let taken = sensitivities.map { entry in
      var entry = entry
      entry.wasTaken =
        switch entry.change {
        case "8-bit operand":
          groups.contains { graph.tensors[$0.operand].name == entry.name && recipe.stores[$0.operand] == .u8 }
        default:
          widenings().contains {
            $0.node.name == entry.name && $0.change.text == entry.change && $0.change.isTaken(in: recipe)
          }
        }
      return entry
    }
    let narrow = groups.filter { recipe.stores[$0.operand] == .u8 && recipe.equalized[$0.operand] == nil }
    return SearchReport(
      result: result, wideResult: wide, plainResult: plain, trials: trials, heldOut: trial.heldOut.text,
      sensitivities: taken, equalized: recipe.equalized.keys.sorted().map { graph.tensors[$0].name },
      secondOrder: recipe.secondOrder.sorted().map(name), corrected: recipe.corrected.sorted().map(name),
      wideWeights: recipe.wideWeights.sorted().compactMap { names[$0] }
        + recipe.wideHidden.sorted().compactMap { names[$0].map { "\($0) R" } },
      rules: Dictionary(
        narrow.compactMap { group in
          recipe.rules[group.operand].map { (graph.tensors[group.operand].name, $0.text) }
        }, uniquingKeysWith: { first, _ in first }))
  }
}
