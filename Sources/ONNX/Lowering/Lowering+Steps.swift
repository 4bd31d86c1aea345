import Quantizer

/// Cells that are written out: one step with its states as inputs and outputs, or step after step of a fixed length.
extension Lowering {
  /// Throws a discovery where such steps become a recurrent node. The shapes of all values are known by now.
  func recogniseSteps() throws {
    let products = source.nodes.count { $0.op == "MatMul" || $0.op == "Gemm" }
    guard products > 0 else { return }
    let search = StepSearch(
      source, constant: { values[$0]?.constant },
      shape: { name in
        guard let view = values[name]?.stream, !graph.tensors[view.tensor].isIndex else { return nil }
        let sizes = view.axes.map { $0.size?.value }
        return sizes.contains(nil) ? nil : sizes.compactMap { $0 }
      })
    // Single steps together: one input may hold the states of several.
    var steps = Replacement(values: [], nodes: [])
    // Where each call is one frame, no axis of the inputs is time.
    for chain in search.chains() where chain.count == 1 || options.callIsTime != true {
      guard let sequence = StepSequence(chain, search),
        search.proves(chain, source, constant: { values[$0]?.constant }),
        let replacement = search.replacement(
          chain, sequence, inputs: Set(source.inputs.map(\.name)), outputs: Set(source.outputs))
      else { continue }
      guard chain.count == 1 else { throw Discovery.replacement(replacement) }
      steps.values.formUnion(replacement.values)
      steps.nodes += replacement.nodes
      steps.constants.merge(replacement.constants) { $1 }
    }
    if !steps.values.isEmpty { throw Discovery.replacement(steps) }
  }
}
