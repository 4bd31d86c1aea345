import CCRNN

extension StreamView {
  /// Computes all that can be computed: a pass over the nodes in their order carries every frame as far as it goes, and only
  /// where a ring was full another pass is needed.
  func advance() {
    var again = true
    while again {
      again = false
      var progress = false
      var n = 0
      while n < file.pointee.nodeCount {
        let step = self.step(n)
        progress = progress || step.hasRun
        again = again || step.wasLimited
        n &+= 1
      }
      header.pointee.isWaiting = again ? 1 : 0
      again = again && progress
    }
  }

  /// Computes what node `n` can give now.
  @inline(never)
  func step(_ n: Int) -> (hasRun: Bool, wasLimited: Bool) {
    let node = file.node(n)
    #if !hasFeature(Embedded)
      Measurement.willRun?()
      let before = nodes[n].emitted
      defer { Measurement.hasRun?(n, Int(nodes[n].emitted &- before)) }
    #endif
    if timing(n).pointee.kind == .reduction { return (reduce(n, node), false) }
    guard tensors[node.outputIndex].final < 0 else { return (false, false) }
    let pending = pending(n, node)
    if pending.count > 0 {
      Operations.run(
        execution, node, base + Int(truncatingIfNeeded: nodes[n].offset), first: nodes[n].emitted,
        count: Int(truncatingIfNeeded: pending.count))
    }
    commit(n, node, pending)
    return (pending.count > 0, pending.isLimited)
  }

  /// How many frames a node can give now, how many its inputs allow from the start of the sequence, and whether there is no room
  /// for all of these.
  func pending(_ n: Int, _ node: NodeView) -> (count: Int64, possible: Int64, isLimited: Bool) {
    let output = tensors + node.outputIndex
    let possible = available(n, predicting: false)
    let wanted = possible &- nodes[n].emitted
    guard wanted > 0 else { return (0, possible, false) }
    let room = output.pointee.capacity &- (output.pointee.produced &- oldestNeeded(node.outputIndex))
    return (max(min(wanted, room), 0), possible, room < wanted)
  }

  /// The node has given what was pending.
  func commit(_ n: Int, _ node: NodeView, _ pending: (count: Int64, possible: Int64, isLimited: Bool)) {
    let output = tensors + node.outputIndex
    nodes[n].emitted &+= pending.count
    output.pointee.produced &+= pending.count
    if nodes[n].emitted == pending.possible, inputsHaveEnded(n, predicting: false) {
      output.pointee.final = pending.possible
    }
  }

  private func reduce(_ n: Int, _ node: NodeView) -> Bool {
    let state = nodes + n
    let input = tensors + node.inputIndex(0)
    let output = tensors + node.outputIndex
    guard output.pointee.final < 0 else { return false }
    let count = input.pointee.produced &- state.pointee.consumed
    let memory = base + Int(truncatingIfNeeded: state.pointee.offset)
    if count > 0 {
      Operations.run(
        execution, node, memory, first: state.pointee.consumed, count: Int(truncatingIfNeeded: count))
      state.pointee.consumed = input.pointee.produced
    }
    guard input.pointee.final >= 0 else { return count > 0 }
    let frames: Int64 = input.pointee.final > 0 ? 1 : 0
    if frames == 1 { Operations.end(execution, node, memory, frames: input.pointee.final) }
    state.pointee.emitted = frames
    output.pointee.produced = frames
    output.pointee.final = frames
    return true
  }

  /// Frames of the node's output that its inputs allow, from the start of the sequence.
  func available(_ n: Int, predicting: Bool) -> Int64 {
    let node = file.node(n)
    let timing = timing(n)
    if timing.pointee.hasInitialStates, !hasInitialStates(node, predicting: predicting) { return 0 }
    let first = tensors + node.inputIndex(0)
    let produced = predicting ? first.pointee.predicted : first.pointee.produced
    let final = predicting ? first.pointee.predictedFinal : first.pointee.final
    switch timing.pointee.kind {
    case .window: return timing.pointee.windows(produced, final: final)
    case .reverse: return max(final, 0)
    case .blocks: return timing.pointee.blocks(produced, final: final)
    case .reduction: return final > 0 ? 1 : 0
    case .expansion: return produced > 0 ? Int64(timing.pointee.count) : 0
    case .following:
      let second = tensors + node.inputIndex(1)
      return produced > 0 ? (predicting ? second.pointee.predicted : second.pointee.produced) : 0
    case .each:
      if timing.pointee.hasInitialStates { return produced }
      var count = produced
      var i = 1
      while i < node.inputCount {
        let other = tensors + node.inputIndex(i)
        count = min(count, predicting ? other.pointee.predicted : other.pointee.produced)
        i &+= 1
      }
      return count
    }
  }

  /// Every input after the first has given its frame.
  private func hasInitialStates(_ node: NodeView, predicting: Bool) -> Bool {
    var i = 1
    while i < node.inputCount {
      let state = tensors + node.inputIndex(i)
      if (predicting ? state.pointee.predicted : state.pointee.produced) == 0 { return false }
      i &+= 1
    }
    return true
  }

  /// No more frames will come at the node's inputs, or one that it cannot begin without never came: an initial state, or the frame
  /// to repeat.
  func inputsHaveEnded(_ n: Int, predicting: Bool) -> Bool {
    let node = file.node(n)
    let timing = timing(n)
    var areAllOver = true
    var i = 0
    while i < node.inputCount {
      let input = tensors + node.inputIndex(i)
      let final = predicting ? input.pointee.predictedFinal : input.pointee.final
      if final < 0 { areAllOver = false }
      if final == 0, timing.pointee.kind == .following ? i == 0 : timing.pointee.hasInitialStates && i > 0 {
        return true
      }
      i &+= 1
    }
    return areAllOver
  }

  /// The oldest frame of a tensor that a consumer, or the host, has not done with.
  func oldestNeeded(_ tensor: Int) -> Int64 {
    let state = tensors + tensor
    var oldest = state.pointee.produced
    var i = Int(model.pointee.firstConsumer[tensor])
    let end = Int(model.pointee.firstConsumer[tensor &+ 1])
    while i < end {
      oldest = min(oldest, oldestNeeded(tensor, by: Int(model.pointee.consumers[i])))
      i &+= 1
    }
    i = 0
    while i < file.pointee.outputCount {
      if Int(file.pointee.output(i).pointee.tensor) == tensor { oldest = min(oldest, state.pointee.pulled) }
      i &+= 1
    }
    return max(oldest, 0)
  }

  private func oldestNeeded(_ tensor: Int, by n: Int) -> Int64 {
    let node = file.node(n)
    let state = nodes + n
    let produced = tensors[tensor].produced
    guard tensors[node.outputIndex].final < 0 else { return produced }
    let timing = timing(n)
    if timing.pointee.hasInitialStates, node.inputIndex(0) != tensor { return 0 }
    switch timing.pointee.kind {
    case .each: return state.pointee.emitted
    case .window:
      let first = state.pointee.emitted &* Int64(timing.pointee.stride) &- Int64(timing.pointee.padBefore)
      return timing.pointee.needsEdge ? min(first, produced &- 1) : first
    case .reverse: return 0
    case .blocks: return timing.pointee.block(holding: state.pointee.emitted, final: -1).first
    case .reduction: return state.pointee.consumed
    case .expansion: return 0
    case .following: return node.inputIndex(0) == tensor ? 0 : state.pointee.emitted
    }
  }

  /// Works out in `predicted` how many frames every tensor will have once `extra` more frames have come at input port `port` and,
  /// with `finish`, the sequence ends there. `port` −1: as it stands.
  func predict(port: Int, extra: Int64, finish: Bool) {
    var i = 0
    while i < file.pointee.inputCount {
      let tensor = tensors + Int(file.pointee.input(i).pointee.tensor)
      tensor.pointee.predicted = tensor.pointee.produced &+ (i == port ? extra : 0)
      tensor.pointee.predictedFinal =
        i == port && finish && tensor.pointee.final < 0 ? tensor.pointee.predicted : tensor.pointee.final
      if i == port, endsWith(tensor.pointee.predicted, port: i) {
        tensor.pointee.predictedFinal = tensor.pointee.predicted
      }
      i &+= 1
    }
    predictNodes()
  }

  /// The nodes' part of `predict`, from what stands at the input ports.
  func predictNodes() {
    var i = 0
    while i < file.pointee.nodeCount {
      let output = tensors + file.node(i).outputIndex
      output.pointee.predicted = available(i, predicting: true)
      output.pointee.predictedFinal = inputsHaveEnded(i, predicting: true) ? output.pointee.predicted : -1
      i &+= 1
    }
  }

  /// A port of one frame per sequence has ended with it.
  func endsWith(_ frames: Int64, port: Int) -> Bool {
    let tensor = file.pointee.tensors[Int(file.pointee.input(port).pointee.tensor)]
    return tensor.isPerSequence && frames == 1
  }
}
