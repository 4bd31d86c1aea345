extension Graph {
  /// A gather in front of a dense or recurrent node, which only see the frame as a list of values, moves into the columns of
  /// the weights; two gathers, one after another, become one.
  mutating func foldGather(_ index: Int, _ neighbours: Neighbours) -> Bool {
    guard case .gather(let table, _) = nodes[index].operation, let input = nodes[index].inputs.first,
      !tensors[input].isIndex, nodes[index].activation == .identity, !isOutput(nodes[index].output)
    else { return false }
    let readers = neighbours.consumers[nodes[index].output]
    guard readers.count == 1, let reader = readers.first, readsOnlyFirst(reader, nodes[index].output) else {
      return false
    }
    let elements = tensors[input].frame.elements
    switch nodes[reader].operation {
    // A matrix must not grow: a small selection from a large frame stays.
    case .dense(var dense) where elements <= table.count:
      dense.weights = gatherColumns(dense.weights, table, elements)
      nodes[reader].operation = .dense(dense)
    case .recurrent(var recurrent) where elements <= table.count:
      recurrent.inputWeights = gatherColumns(recurrent.inputWeights, table, elements)
      nodes[reader].operation = .recurrent(recurrent)
    case .gather(let second, let frame):
      nodes[reader].operation = .gather(table: second.map { $0 < 0 ? -1 : table[Int($0)] }, frame: frame)
    default: return false
    }
    nodes[reader].inputs[0] = input
    return true
  }
}

/// W'[r][table[i]] = Σ W[r][i]: the matrix that does to the ungathered frame what W does to the gathered one.
private func gatherColumns(_ weights: [Float], _ table: [Int32], _ elements: Int) -> [Float] {
  let rows = weights.count / table.count
  var result = [Float](repeating: 0, count: rows * elements)
  for row in 0..<rows {
    for (i, source) in table.enumerated() where source >= 0 {
      result[row * elements + Int(source)] += weights[row * table.count + i]
    }
  }
  return result
}
