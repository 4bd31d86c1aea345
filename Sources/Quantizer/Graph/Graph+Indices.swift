extension Graph {
  /// Rows of the smallest embedding that looks the tensor's indices up, directly or through nodes that move them; nil where
  /// none does.
  func embeddingRows(_ tensor: TensorID) -> Int? {
    let rows = nodes.filter { $0.inputs.contains(tensor) }.compactMap { node -> Int? in
      if case .embedding(let embedding) = node.operation { return embedding.rows }
      return tensors[node.output].isIndex ? embeddingRows(node.output) : nil
    }
    return rows.min()
  }
}
