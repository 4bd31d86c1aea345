/// Everything that a search decides about a network.
struct Recipe {
  /// Operands whose channels are scaled apart, with the exponent of `Equalization`.
  var equalized: [TensorID: Float] = [:]
  /// Matrices that are rounded column after column (`SecondOrderRounding`) instead of each weight alone.
  var secondOrder: Set<MatrixKey> = []
  /// Matrices whose bias makes good what rounding changed in the mean of the sums.
  var corrected: Set<MatrixKey> = []
  /// Nodes, by the tensors that they compute, whose weights on the input have 14 bits (`WideWeights`).
  var wideWeights: Set<TensorID> = []
  /// Recurrent nodes, likewise, whose weights on the hidden state have 14 bits; it is then stored in 16.
  var wideHidden: Set<TensorID> = []
  /// Of the operands of `StoreAssignment.openGroups`.
  var stores: [TensorID: Store] = [:]
  var rules: [TensorID: RangeRule] = [:]
  /// Of recurrent nodes, by the tensors that they compute; absent: 8 bits.
  var hiddenStores: [TensorID: Store] = [:]
}

/// Makes networks of recipes. What several recipes share is made once.
final class RecipeBuilder {
  let graph: Graph
  let calibration: Calibration
  let statistics: LayerStatistics
  let options: QuantizationOptions
  let places: [TensorID: Equalization]
  private var factors: [FactorKey: [Float]] = [:]
  private var roundings: [RoundingKey: (moments: SecondMoments, rounding: SecondOrderRounding?)] = [:]
  private var matrices: [RoundedKey: (matrix: QuantizedMatrix, bias: [Float])] = [:]

  private struct FactorKey: Hashable { let tensor: TensorID, exponent: Float }
  private struct RoundingKey: Hashable { let key: MatrixKey, exponent: Float?, heldOut: Int? }
  private struct RoundedKey: Hashable {
    let rounding: RoundingKey, outputs: [FactorKey], isSecondOrder: Bool, isWide: Bool
  }

  init(_ graph: Graph, _ calibration: Calibration, _ statistics: LayerStatistics, _ options: QuantizationOptions) {
    self.graph = graph
    self.calibration = calibration
    self.statistics = statistics
    self.options = options
    // Pixels and samples stay as they are.
    let kept = graph.inputs.filter { options.inputs[$0.name] ?? .feature != .feature }.map(\.tensor)
    let told = graph.tensors.indices.filter { options.stores[graph.tensors[$0].name] != nil }
    places = Dictionary(
      uniqueKeysWithValues: graph.equalizations(exceptInputs: Set(kept + told)).map { ($0.tensor, $0) })
  }

  /// - Parameter heldOut: the part of the data that rounding and bias are not fitted to (`HeldOut`).
  func network(_ recipe: Recipe, heldOut: Int? = nil) throws -> QuantizedNetwork {
    let (graph, calibration, choices) = try parts(recipe, heldOut: heldOut)
    return try QuantizedNetwork(graph: graph, calibration: calibration, options: options, choices: choices)
  }

  /// The graph rewritten, with ranges to match.
  func parts(
    _ recipe: Recipe, heldOut: Int? = nil
  ) throws -> (graph: Graph, calibration: Calibration, choices: QuantizationChoices) {
    var graph = self.graph
    var ranges: [TensorID: ValueRange] = [:]
    var operands: [TensorID: TensorID] = [:]
    for (tensor, exponent) in recipe.equalized.sorted(by: { $0.key < $1.key }) {
      guard let place = places[tensor], let extents = statistics.extents[tensor] else { continue }
      let factors = factors(tensor, exponent)
      let (scaled, operand) = try graph.equalizing(place, factors)
      graph = scaled
      operands[tensor] = operand
      var range = ValueRange()
      for (k, extent) in extents.enumerated() {
        range.include(extent.minimum / factors[k % factors.count])
        range.include(extent.maximum / factors[k % factors.count])
      }
      ranges[operand] = range
      // What a pool reads needs no more than what it gives: of windows, the larger of values counts.
      if case .producer = place.place { for between in place.scaled { ranges[between] = range } }
    }
    var choices = QuantizationChoices()
    for node in graph.nodes where node.hasMatrix {
      choices.matrices[node.output] = node.operation.matrices.enumerated().map { index, matrix in
        rounded(matrix, node, MatrixKey(output: node.output, index: index), recipe, heldOut)
      }
    }
    for output in recipe.wideWeights.sorted() { graph = try graph.wideningWeights(of: output) }
    for (tensor, store) in recipe.stores { choices.stores[operands[tensor] ?? tensor] = store }
    for (tensor, rule) in recipe.rules where operands[tensor] == nil { choices.rules[tensor] = rule }
    choices.hiddenStores = recipe.hiddenStores
    for output in recipe.wideHidden { choices.hiddenStores[output] = .s16 }

    var calibration = self.calibration
    for (tensor, range) in ranges {
      calibration.ranges[.tensor(tensor)] = range
      calibration.histograms[.tensor(tensor)] = nil
    }
    // Nodes have other numbers now.
    let numbers = Dictionary(uniqueKeysWithValues: self.graph.nodes.enumerated().map { ($1.output, $0) })
    for index in self.graph.nodes.indices { calibration.ranges[.hidden(node: index)] = nil }
    for (index, node) in graph.nodes.enumerated() {
      guard let before = numbers[node.output] else { continue }
      calibration.ranges[.hidden(node: index)] = self.calibration.ranges[.hidden(node: before)]
    }
    return (graph, calibration, choices)
  }

  private func factors(_ tensor: TensorID, _ exponent: Float) -> [Float] {
    let key = FactorKey(tensor: tensor, exponent: exponent)
    if let known = factors[key] { return known }
    guard let place = places[tensor], let extents = statistics.extents[tensor] else { return [1] }
    let made = graph.factors(place, extents: extents, exponent: exponent)
    factors[key] = made
    return made
  }

  private func rounded(
    _ matrix: FloatMatrix, _ node: Node, _ key: MatrixKey, _ recipe: Recipe, _ heldOut: Int?
  ) -> QuantizedMatrix {
    let input = self.graph.nodes.first { $0.output == node.output }?.inputs.first
    let exponent = key.index == 0 ? input.flatMap { recipe.equalized[$0] } : nil
    let outputs = places.values.sorted { $0.tensor < $1.tensor }.compactMap { place -> FactorKey? in
      guard case .producer(let producer) = place.place, producer == node.output,
        let exponent = recipe.equalized[place.tensor]
      else { return nil }
      return FactorKey(tensor: place.tensor, exponent: exponent)
    }
    let isWide = (key.index == 0 ? recipe.wideWeights : recipe.wideHidden).contains(node.output)
    let rounding = RoundingKey(key: key, exponent: exponent, heldOut: heldOut)
    let cacheKey = RoundedKey(
      rounding: rounding, outputs: outputs, isSecondOrder: recipe.secondOrder.contains(key), isWide: isWide)
    var result: (matrix: QuantizedMatrix, bias: [Float])
    if let known = matrices[cacheKey] {
      result = known
    } else {
      let known = moments(rounding, factors: exponent.flatMap { e in input.map { factors($0, e) } })
      let channels = key.index > 0 ? matrix.depth : input.map { graph.tensors[$0].frame.channels } ?? 1
      result = matrix.rounded(
        by: cacheKey.isSecondOrder ? known?.rounding : nil, means: known?.moments.means, isWide: isWide,
        channels: channels)
      matrices[cacheKey] = result
    }
    if recipe.corrected.contains(key) { result.matrix.bias = result.bias }
    return result.matrix
  }

  /// What is known of the vectors that a matrix is multiplied with; nil for matrices of groups.
  private func moments(
    _ key: RoundingKey, factors: [Float]?
  ) -> (moments: SecondMoments, rounding: SecondOrderRounding?)? {
    if let known = roundings[key] { return known }
    guard var moments = statistics.moments(key.key, heldOut: key.heldOut) else { return nil }
    if let factors { moments = moments.divided(by: (0..<moments.depth).map { factors[$0 % factors.count] }) }
    let made = (moments, SecondOrderRounding(moments))
    roundings[key] = made
    return made
  }
}

extension FloatMatrix {
  /// The matrix in integers, and the bias that makes good what rounding changes in the mean of W x.
  func rounded(
    by rounding: SecondOrderRounding? = nil, means: [Double]? = nil, isWide: Bool, channels: Int
  ) -> (matrix: QuantizedMatrix, bias: [Float]) {
    let steps = isWide ? WideWeights.parts : 1
    let limit = isWide ? WideWeights.limit : 127
    var codes: [Int8] = []
    codes.reserveCapacity(weights.count * (isWide ? 2 : 1))
    var scales: [Float] = []
    var corrected = Array(bias)
    for row in 0..<rows {
      let values = self.row(row)
      let scale = QuantizedMatrix.scale(values)
      scales.append(scale)
      let rowCodes =
        values.withUnsafeBufferPointer { values in
          values.baseAddress.flatMap { rounding?.codes($0, scale: scale / steps, limit: limit) }
        }
        ?? values.map { Int32(min(max(Double($0 / scale * steps).rounded(.toNearestOrEven), -limit), limit)) }
      codes += isWide ? WideWeights.split(rowCodes, channels: channels) : rowCodes.map { Int8(clamping: $0) }
      guard let means else { continue }
      let step = Double(scale / steps)
      let lost = zip(values, zip(rowCodes, means)).reduce(0) { $0 + (Double($1.0) - Double($1.1.0) * step) * $1.1.1 }
      corrected[row] = Float(Double(corrected[row]) + lost)
    }
    let depth = isWide ? 2 * self.depth : self.depth
    return (
      QuantizedMatrix(rows: rows, depth: depth, weights: codes, scales: scales, bias: Array(bias)), corrected
    )
  }
}
