import CCRNN

/// How a node's output frames follow from its input frames.
struct NodeTiming {
  enum Kind {
    /// Output frame i needs input frame i of every input.
    case each
    /// Output frame i needs `extent` input frames from i · stride − padBefore on.
    case window
    /// Every output frame needs the whole sequence.
    case reverse
    /// One output frame at the end, from frames taken one by one.
    case reduction
    /// `count` output frames from one input frame.
    case expansion
    /// An output frame for each frame of the second input, from the one frame of the first.
    case following
  }
  var kind = Kind.each
  var extent = 1
  var stride = 1
  var padBefore = 0
  var padAfter = 0
  var hasCeiling = false
  var needsEdge = false
  var count = 0
  /// The inputs after the first are initial states: no frame comes out before each of them has given its one frame, and then
  /// they have no part in the timing.
  var hasInitialStates = false

  init(_ r: crnn_node_record, parameter: (first: Int32, reverse: Int32)) {
    switch Int(r.op) {
    case CRNN_OP_CONVOLUTION, CRNN_OP_DEPTHWISE, CRNN_OP_POOL, CRNN_OP_WINDOW:
      kind = .window
      extent = Int(r.dilation.0) &* (Int(r.kernel.0) &- 1) &+ 1
      stride = Int(r.stride.0)
      padBefore = Int(r.pad_before.0)
      padAfter = Int(r.pad_after.0)
      hasCeiling = Int(r.flags) & CRNN_NODE_CEILING != 0 && Int(r.op) == CRNN_OP_POOL
      needsEdge = Int(r.flags) & CRNN_NODE_EDGE_PADDING != 0 && Int(r.op) == CRNN_OP_WINDOW
    case CRNN_OP_RECURRENT:
      kind = parameter.reverse == 1 ? .reverse : .each
      hasInitialStates = r.input_count > 1
    case CRNN_OP_TIME_REDUCTION: kind = .reduction
    case CRNN_OP_REPEAT:
      kind = r.input_count == 2 ? .following : .expansion
      count = Int(parameter.first)
    case CRNN_OP_UNSTACK:
      kind = .expansion
      count = Int(parameter.first)
    default: break
    }
  }

  init(_ record: UnsafePointer<crnn_node_record>) {
    let r = record.pointee
    self.init(r, parameter: (first: r.parameter.0, reverse: r.parameter.2))
  }

  /// Frames that a window gives from `frames` input frames that have come, `final` (−1: unknown) of which is the whole sequence.
  func windows(_ frames: Int64, final: Int64) -> Int64 {
    if needsEdge && frames == 0 { return 0 }
    let s = Int64(stride)
    guard final >= 0 else {
      let room = frames &+ Int64(padBefore) &+ Int64(min(padAfter, 0)) &- Int64(extent)
      return room < 0 ? 0 : room / s &+ 1
    }
    let room = final &+ Int64(padBefore) &+ Int64(padAfter) &- Int64(extent)
    guard hasCeiling else { return room < 0 ? 0 : room / s &+ 1 }
    // Negative padding may drop all there is.
    if final == 0 || final &+ Int64(padBefore) <= 0 { return 0 }
    let all = room <= 0 ? 1 : (room &+ s &- 1) / s &+ 1
    // A window must start inside the input or its left padding.
    return min(all, (final &+ Int64(padBefore) &- 1) / s &+ 1)
  }
}
