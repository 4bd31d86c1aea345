import CCRNN

extension PackedFile {
  /// How many frames of a tensor a stream must be able to hold; −1 where that depends on a maximum length that was not given.
  func ringCapacity(_ tensor: Int, chunk: Int, maximumFrames: Int64) -> Int64 {
    let record = tensors[tensor]
    let all = totalFrames(record, maximumFrames)
    if needsWholeSequence(tensor) { return all }
    var burst = Double(chunk) * record.share
    // Frames of one port wait for the other ports' frames of the same chunk.
    if inputCount > 1 { burst += burst }
    var need = 0.0
    var n = 0
    while n < nodeCount {
      if consumes(n, tensor) { need = max(need, heldFor(n, tensor)) }
      n &+= 1
    }
    var port = 0
    while port < outputCount {
      if Int(output(port).pointee.tensor) == tensor { need = max(need, record.excess + record.delay) }
      port &+= 1
    }
    // The sums are exact but for strides that are no powers of two.
    let capacity = PackedFile.ceiling(need + burst - 1e-6)
    return all >= 0 ? min(capacity, max(all, 1)) : capacity
  }

  /// Frames of a whole sequence at most, or −1 where that is not known.
  func totalFrames(_ record: crnn_tensor_record, _ maximumFrames: Int64) -> Int64 {
    guard record.total_rate == 0 || maximumFrames > 0 else { return -1 }
    return PackedFile.ceiling(record.total_rate * Double(maximumFrames) + record.total_offset - 1e-6)
  }

  /// The next integer up, at least 1 and at most 10^15 (without a library function).
  private static func ceiling(_ value: Double) -> Int64 {
    guard value > 1 else { return 1 }
    guard value < 1e15 else { return 1_000_000_000_000_000 }
    let whole = Int64(value)
    return Double(whole) < value ? whole &+ 1 : whole
  }

  /// True where a node can only begin when the last frame of this tensor has come, or gives all its frames at once.
  func needsWholeSequence(_ tensor: Int) -> Bool {
    var n = 0
    while n < nodeCount {
      if Int(nodes[n].output) == tensor, NodeTiming(nodes + n).kind == .reverse { return true }
      if consumes(n, tensor), waits(n, for: tensor) { return true }
      n &+= 1
    }
    return false
  }

  /// Node `n` gives nothing before the last frame of its input `tensor` has come.
  private func waits(_ n: Int, for tensor: Int) -> Bool {
    guard tensors[Int(nodes[n].output)].epoch > tensors[tensor].epoch else { return false }
    let timing = NodeTiming(nodes + n)
    if timing.hasInitialStates, Int(indices[Int(nodes[n].input_first)]) != tensor { return false }
    switch timing.kind {
    // They take their input frame by frame.
    case .reduction, .expansion: return false
    case .following: return Int(indices[Int(nodes[n].input_first)]) != tensor
    default: return true
    }
  }

  /// A stream needs a maximum length.
  var isBounded: Bool {
    var n = 0
    while n < nodeCount {
      if makesBounded(n) { return true }
      n &+= 1
    }
    return false
  }

  /// Node `n` holds a stream of frames, in its inputs' rings or its output's, until the sequence has ended.
  @inline(never)
  func makesBounded(_ n: Int) -> Bool {
    if NodeTiming(nodes + n).kind == .reverse, tensors[Int(nodes[n].output)].total_rate > 0 { return true }
    var i = 0
    while i < Int(nodes[n].input_count) {
      let tensor = Int(indices[Int(nodes[n].input_first) &+ i])
      if tensors[tensor].total_rate > 0, waits(n, for: tensor) { return true }
      i &+= 1
    }
    return false
  }

  func consumes(_ node: Int, _ tensor: Int) -> Bool {
    var i = 0
    while i < Int(nodes[node].input_count) {
      if Int(indices[Int(nodes[node].input_first) &+ i]) == tensor { return true }
      i &+= 1
    }
    return false
  }

  private func heldFor(_ node: Int, _ tensor: Int) -> Double {
    let timing = NodeTiming(nodes + node)
    let record = tensors[tensor]
    // An initial state is one frame, which stays.
    if timing.hasInitialStates, Int(indices[Int(nodes[node].input_first)]) != tensor { return 1 }
    let delay = tensors[Int(nodes[node].output)].delay
    switch timing.kind {
    case .window:
      // Padding after the end that repeats the last frame needs it.
      return record.excess + Double(timing.stride) * delay + Double(timing.padBefore) + (timing.needsEdge ? 1 : 0)
    case .reduction, .expansion: return 0
    // A block of which only a part has found room is computed again from its first frame.
    case .blocks: return record.excess + delay + Double(timing.stride) - 1
    default: return record.excess + delay
    }
  }
}
