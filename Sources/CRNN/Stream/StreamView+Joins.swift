import CCRNN

/// Nodes that join streams frame by frame, in models with several input ports: their inputs must have equally many frames in
/// the end. What would make that impossible is refused while the caller can still do something about it.
extension StreamView {
  /// Whether `extra` more frames may come at input port `port` and, with `finish`, the sequence may end there.
  ///
  /// Every join is looked at as if all ports ended now: inputs of it that have ended stand for good, the others can only grow.
  func checkJoins(
    port: Int, extra: Int64, finish: Bool, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    guard file.pointee.inputCount > 1, finish || hasEndedPort else { return CRNN_OK }
    predictEnd(port: port, extra: extra, finish: finish)
    guard let join = unevenJoin() else { return CRNN_OK }
    let name = file.pointee.string(file.pointee.input(port).pointee.name)
    let frames = tensors[Int(file.pointee.input(port).pointee.tensor)].predicted
    // The join's input that follows this port, and one that does not.
    let isShort = portBehind(join.short) == port
    let (own, other) = isShort ? (join.short, join.long) : (join.long, join.short)
    let message = Message(error, finish ? CRNN_ERROR_INCOMPLETE : CRNN_ERROR_TOO_LONG).text("input port ").name(name)
      .text(finish ? " cannot end after " : " cannot have ").number(frames).text(" frames: node ")
      .name(file.node(join.node).name).text(" would join ").number(tensors[own].predicted).text(" with ")
      .number(tensors[other].predicted).text(" from ").name(portName(behind: other))
    return message.text(finish ? "; push the missing frames first" : ", which has ended").status
  }

  /// As `checkJoins`, for whole sequences whose lengths stand in `predicted` of every tensor.
  func checkWholeJoins(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    guard file.pointee.inputCount > 1, let join = unevenJoin() else { return CRNN_OK }
    let message = Message(error, CRNN_ERROR_INCOMPLETE).text("the lengths at ").name(portName(behind: join.short))
      .text(" and ").name(portName(behind: join.long)).text(" do not fit each other: node ")
    return message.name(file.node(join.node).name).text(" would join ").number(tensors[join.short].predicted)
      .text(" frames with ").number(tensors[join.long].predicted).status
  }

  private var hasEndedPort: Bool {
    var i = 0
    while i < file.pointee.inputCount {
      if tensors[Int(file.pointee.input(i).pointee.tensor)].final >= 0 { return true }
      i &+= 1
    }
    return false
  }

  /// Works out in `predicted` how many frames every tensor would have if all ports ended now, and in `predictedFinal` the same
  /// where that will not change any more, else −1.
  private func predictEnd(port: Int, extra: Int64, finish: Bool) {
    var i = 0
    while i < file.pointee.inputCount {
      let tensor = tensors + Int(file.pointee.input(i).pointee.tensor)
      tensor.pointee.predicted = tensor.pointee.produced &+ (i == port ? extra : 0)
      tensor.pointee.predictedFinal = tensor.pointee.predicted
      i &+= 1
    }
    predictNodes()
    i = 0
    while i < file.pointee.inputCount {
      let tensor = tensors + Int(file.pointee.input(i).pointee.tensor)
      let hasEnded =
        tensor.pointee.final >= 0 || (i == port && finish) || endsWith(tensor.pointee.predicted, port: i)
      if !hasEnded { tensor.pointee.predictedFinal = -1 }
      i &+= 1
    }
    i = 0
    while i < file.pointee.nodeCount {
      if !inputsHaveEnded(i, predicting: true) { tensors[file.node(i).outputIndex].predictedFinal = -1 }
      i &+= 1
    }
  }

  /// A join of which one input has ended with fewer frames than another has; nil where there is none.
  private func unevenJoin() -> (node: Int, short: Int, long: Int)? {
    var n = 0
    while n < file.pointee.nodeCount {
      let node = file.node(n)
      let timing = timing(n)
      if timing.pointee.kind == .each, !timing.pointee.hasInitialStates, node.inputCount > 1,
        !file.pointee.tensors[node.outputIndex].isPerSequence
      {
        var (short, long) = (-1, node.inputIndex(0))
        var i = 0
        while i < node.inputCount {
          let input = node.inputIndex(i)
          let final = tensors[input].predictedFinal
          if final >= 0, short < 0 || final < tensors[short].predictedFinal { short = input }
          if tensors[input].predicted > tensors[long].predicted { long = input }
          i &+= 1
        }
        if short >= 0, tensors[long].predicted > tensors[short].predictedFinal { return (n, short, long) }
      }
      n &+= 1
    }
    return nil
  }

  private func portName(behind tensor: Int) -> UnsafePointer<CChar> {
    file.pointee.string(file.pointee.input(portBehind(tensor)).pointee.name)
  }

  /// An input port whose frames a tensor's frames follow.
  private func portBehind(_ tensor: Int) -> Int {
    var current = tensor
    var n = file.pointee.nodeCount
    // Nodes stand behind what they read.
    while n > 0 {
      n &-= 1
      let node = file.node(n)
      guard node.outputIndex == current else { continue }
      current = node.inputIndex(timing(n).pointee.kind == .following ? 1 : 0)
    }
    var i = file.pointee.inputCount &- 1
    while i > 0, Int(file.pointee.input(i).pointee.tensor) != current { i &-= 1 }
    return i
  }
}
