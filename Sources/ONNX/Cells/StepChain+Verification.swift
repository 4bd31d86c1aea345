import Quantizer

extension StepSearch {
  /// True where the cell, run over the chain's steps, gives what the nodes of the file give, on random values.
  func proves(_ chain: StepChain, _ source: SourceGraph, constant: (String) -> Constant?) -> Bool {
    guard let cell = chain.cells.last else { return false }
    var noise = CellVerification.Noise(seed: 2)
    var known: [String: Constant] = [:]
    for node in source.nodes {
      for name in node.inputs where !name.isEmpty { known[name] = known[name] ?? constant(name) }
    }
    func number(_ id: ExpressionID) -> Float {
      place(id).flatMap { place in known[place.name]?.floats?[place.position] } ?? .nan
    }
    // Values that are not looked into get random numbers; those that are part of another have that one's.
    var parts: [(name: String, codes: Constant)] = []
    for case .value(let name) in evaluator.sources {
      guard let codes = evaluator.environment[name]?.expressions else { continue }
      if value(of: codes.integers ?? []) == name {
        known[name] = Constant(shape: codes.shape, floats: noise.values(codes.count))
      } else {
        parts.append((name, codes))
      }
    }
    for (name, codes) in parts {
      known[name] = Constant(shape: codes.shape, floats: (codes.integers ?? []).map(number))
    }
    let nodes = source.nodes.filter { node in node.outputs.contains { !$0.isEmpty && known[$0] == nil } }
    guard (try? CellVerification.compute(nodes, &known, opset: evaluator.opset)) != nil else { return false }
    let zeros = [Float](repeating: 0, count: cell.units)
    let first = chain.cells[0]
    let hidden = chain.startsAtZero ? zeros : first.previousHidden.map(number)
    let state = chain.startsAtZero || cell.kind != .lstm ? zeros : first.previousCell.map(number)
    guard
      let computed = try? CellVerification.hidden(
        of: cell, frames: chain.inputs.map { $0.map(number) }, initialHidden: hidden, initialCell: state)
    else { return false }
    return zip(computed, chain.hidden).allSatisfy { result, ids in
      name(of: ids).flatMap { known[$0]?.floats }.map { CellVerification.agree(result, $0) } ?? false
    }
  }
}
