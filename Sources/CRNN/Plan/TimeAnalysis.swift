import CCRNN

/// Bounds on how many frames of a tensor exist at any moment, from which the planner sizes the rings.
///
/// Let the engine have taken in what t frames of the fastest input port correspond to, and done all it can. Then a tensor
/// with rate r has n frames with r·t − delay ≤ n ≤ max(0, r·t + excess). A window of extent k, stride s and left padding p gives
/// ⌊(n + p − k) / s⌋ + 1 frames, so that
///
///     delay'  = (delay + k − 1 − p) / s
///     excess' = (excess + p − k) / s + 1
///
/// where k counts the frames dropped at the end (a negative right padding) too: which they are is not known before they have come.
///
/// A consumer that has given n' frames still needs the frames from n'·s − p on, so a ring needs
/// excess + s·delay' + p frames, and what one chunk adds (Plan/RingCapacity.swift).
struct TimeAnalysis {
  var epoch: UInt32 = 0
  var delay = 0.0
  var excess = 0.0
  var share = 0.0
  var totalRate = 0.0
  var totalOffset = 0.0

  init(_ tensor: crnn_tensor_record) {
    epoch = tensor.epoch
    delay = tensor.delay
    excess = tensor.excess
    share = tensor.share
    totalRate = tensor.total_rate
    totalOffset = tensor.total_offset
  }

  /// An input port; `fastest` is the highest rate of all input ports.
  init(port tensor: crnn_tensor_record, fastest: Double) {
    if tensor.isPerSequence {
      totalOffset = 1
      excess = 1
      return
    }
    share = Double(tensor.rate_numerator) / Double(tensor.rate_denominator) / fastest
    if share < 1 {
      // A frame of a slower port falls between two of the fastest: it may come with either.
      delay = 1
      excess = 1
    }
    if tensor.fixed_frames > 0 {
      totalOffset = Double(tensor.fixed_frames)
    } else {
      totalRate = 1
    }
  }

  /// The output of a node with these inputs.
  init(_ timing: NodeTiming, first: TimeAnalysis, second: TimeAnalysis?) {
    self = first
    switch timing.kind {
    case .each: break
    case .window:
      let (s, p) = (Double(timing.stride), Double(timing.padBefore))
      let k = Double(timing.extent &- min(timing.padAfter, 0))
      delay = (delay + k - 1 - p) / s
      excess = ((p >= k ? max(excess, 0) : excess) + p - k) / s + 1
      share /= s
      totalRate /= s
      // A partial window counts: one, however short the sequence.
      let ceiling = timing.hasCeiling ? 1.0 : 0.0
      let all = p + Double(timing.padAfter) - Double(timing.extent)
      totalOffset = max(ceiling, (totalOffset + all) / s + 1 + ceiling)
    case .blocks:
      // The last frame of a block of B that sees N frames ahead has come at least N frames ago, its first one up to B − 1 more.
      delay += Double(timing.extent) - 1
      excess -= Double(timing.extent &- timing.stride)
    case .reverse:
      epoch &+= 1
      delay = 0
      excess = 0
    case .reduction:
      self = TimeAnalysis(once: epoch &+ 1)
    case .expansion:
      epoch &+= 1
      delay = 0
      excess = 0
      share = 1
      totalRate = 0
      totalOffset = Double(timing.count)
    case .following:
      guard let second else { return }
      self = second
      wait(for: first)
    }
  }

  /// Nothing begins before `other`, one frame per sequence, has come: where that is later, all comes at once then.
  private mutating func wait(for other: TimeAnalysis) {
    guard other.epoch > epoch else { return }
    epoch = other.epoch
    delay = 0
    excess = 0
  }

  private init(once epoch: UInt32) {
    self.epoch = epoch
    excess = 1
    totalOffset = 1
  }

  /// What two inputs of a join allow together: the slower one decides.
  mutating func join(_ other: TimeAnalysis) {
    if other.epoch < epoch { return }
    if other.epoch > epoch {
      self = other
      return
    }
    delay = max(delay, other.delay)
    excess = min(excess, other.excess)
    share = max(share, other.share)
  }

  func write(to tensor: UnsafeMutablePointer<crnn_tensor_record>) {
    tensor.pointee.epoch = epoch
    tensor.pointee.delay = delay
    tensor.pointee.excess = excess
    tensor.pointee.share = share
    tensor.pointee.total_rate = totalRate
    tensor.pointee.total_offset = totalOffset
  }

  func isEqual(to other: TimeAnalysis) -> Bool {
    epoch == other.epoch && delay == other.delay && excess == other.excess && share == other.share
      && totalRate == other.totalRate && totalOffset == other.totalOffset
  }

  /// The output of `node`, given the records of its inputs.
  static func of(
    _ node: UnsafePointer<crnn_node_record>, _ tensors: UnsafePointer<crnn_tensor_record>,
    _ indices: UnsafePointer<UInt32>
  ) -> TimeAnalysis {
    let first = Int(node.pointee.input_first)
    let timing = NodeTiming(node)
    var joined = TimeAnalysis(tensors[Int(indices[first])])
    if case .following = timing.kind {
      return TimeAnalysis(timing, first: joined, second: TimeAnalysis(tensors[Int(indices[first &+ 1])]))
    }
    var i = 1
    while i < Int(node.pointee.input_count) {
      let other = TimeAnalysis(tensors[Int(indices[first &+ i])])
      if timing.hasInitialStates { joined.wait(for: other) } else { joined.join(other) }
      i &+= 1
    }
    return TimeAnalysis(timing, first: joined, second: nil)
  }

  static func fastestRate(
    _ tensors: UnsafePointer<crnn_tensor_record>, _ ports: UnsafePointer<crnn_port_record>, _ count: Int
  ) -> Double {
    var fastest = 0.0
    var i = 0
    while i < count {
      let tensor = tensors[Int(ports[i].tensor)]
      if Int(ports[i].direction) == CRNN_PORT_INPUT, tensor.rate_denominator > 0 {
        fastest = max(fastest, Double(tensor.rate_numerator) / Double(tensor.rate_denominator))
      }
      i &+= 1
    }
    return fastest > 0 ? fastest : 1
  }
}

@_cdecl("crnn_format_analyse") @implementation
public func crnn_format_analyse(
  _ tensors: UnsafeMutablePointer<crnn_tensor_record>, _ tensorCount: Int, _ nodes: UnsafePointer<crnn_node_record>,
  _ nodeCount: Int, _ indices: UnsafePointer<UInt32>, _ ports: UnsafePointer<crnn_port_record>, _ portCount: Int
) -> Int32 {
  let fastest = TimeAnalysis.fastestRate(tensors, ports, portCount)
  var i = 0
  while i < portCount {
    let tensor = Int(ports[i].tensor)
    guard tensor < tensorCount else { return -1 }
    if Int(ports[i].direction) == CRNN_PORT_INPUT {
      TimeAnalysis(port: tensors[tensor], fastest: fastest).write(to: tensors + tensor)
    }
    i &+= 1
  }
  i = 0
  while i < nodeCount {
    guard Int(nodes[i].output) < tensorCount, nodes[i].input_count > 0 else { return -1 }
    TimeAnalysis.of(nodes + i, tensors, indices).write(to: tensors + Int(nodes[i].output))
    i &+= 1
  }
  return 0
}
