import CCRNN

/// Streams of one model that advance in step, node by node, so that a recurrent layer takes all of them together. Each is computed
/// by itself in everything else, whatever frames it is at.
struct StreamGroup {
  let lanes: UnsafeMutablePointer<BatchLane>
  /// Room for as many lanes and rows as there may be streams.
  let recurrent: UnsafeMutablePointer<RecurrentLane>
  let rows: UnsafeMutablePointer<UInt8>

  /// As `StreamView.advance`, for the first `count` streams. With `waiting`, a layer that goes backward through the sequence begins
  /// only when every stream has come to its end: it then goes through all of them at once.
  func advance(_ count: Int, waiting: Bool) {
    let file = lanes[0].sequence.view.file
    var again = true
    while again {
      again = false
      var progress = false
      var n = 0
      while n < file.pointee.nodeCount {
        let step =
          file.node(n).operation == CRNN_OP_RECURRENT
          ? stepTogether(n, file.node(n), count, waiting: waiting) : stepEach(n, count)
        progress = progress || step.hasRun
        again = again || step.wasLimited
        n &+= 1
      }
      again = again && progress
    }
  }

  private func stepEach(_ n: Int, _ count: Int) -> (hasRun: Bool, wasLimited: Bool) {
    var result = (hasRun: false, wasLimited: false)
    var i = 0
    while i < count {
      let step = lanes[i].sequence.view.step(n)
      result = (result.hasRun || step.hasRun, result.wasLimited || step.wasLimited)
      i &+= 1
    }
    return result
  }

  private func stepTogether(
    _ n: Int, _ node: NodeView, _ count: Int, waiting: Bool
  ) -> (hasRun: Bool, wasLimited: Bool) {
    if waiting, lanes[0].sequence.view.timing(n).pointee.kind == .reverse, !haveAllEnded(node, count) {
      return (false, false)
    }
    let layer = Recurrent.Layer(node)
    var wasLimited = false
    var ready = 0
    var i = 0
    while i < count {
      let view = lanes[i].sequence.view
      i &+= 1
      guard view.tensors[node.outputIndex].final < 0 else { continue }
      let pending = view.pending(n, node)
      if pending.count > 0 {
        var scratch = Cursor(view.scratch)
        (recurrent + ready).initialize(
          to: RecurrentLane(
            view.execution, node, layer, view.base + Int(truncatingIfNeeded: view.nodes[n].offset),
            first: view.nodes[n].emitted, count: Int(truncatingIfNeeded: pending.count), &scratch))
        ready &+= 1
      }
      // The layer does not look at these counts, and nobody else does before it has run.
      view.commit(n, node, pending)
      wasLimited = wasLimited || pending.isLimited
    }
    guard ready > 0 else { return (false, wasLimited) }
    var cursor = Cursor(UnsafeMutableRawPointer(rows))
    Recurrent.run(recurrent, ready, node, layer, Recurrent.Rows(layer, rows: ready, &cursor))
    return (true, wasLimited)
  }

  /// No stream will have more frames of the node's input.
  private func haveAllEnded(_ node: NodeView, _ count: Int) -> Bool {
    var i = 0
    while i < count {
      if lanes[i].sequence.view.tensors[node.inputIndex(0)].final < 0 { return false }
      i &+= 1
    }
    return true
  }
}
