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
    /// Frames come in blocks of `stride`; a block needs the `extent` input frames from its own first one on, or those that are left.
    case blocks
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
  /// A recurrent layer that goes forward: every earlier frame has a part in what comes out.
  var remembers = false

  /// Field by field: the record is large.
  @inline(never)
  init(_ record: UnsafePointer<crnn_node_record>) {
    switch Int(record.pointee.op) {
    case CRNN_OP_CONVOLUTION, CRNN_OP_DEPTHWISE, CRNN_OP_POOL, CRNN_OP_WINDOW:
      kind = .window
      extent = Int(record.pointee.dilation.0) &* (Int(record.pointee.kernel.0) &- 1) &+ 1
      stride = Int(record.pointee.stride.0)
      padBefore = Int(record.pointee.pad_before.0)
      padAfter = Int(record.pointee.pad_after.0)
      let (flags, op) = (Int(record.pointee.flags), Int(record.pointee.op))
      hasCeiling = flags & CRNN_NODE_CEILING != 0 && op == CRNN_OP_POOL
      needsEdge = flags & CRNN_NODE_EDGE_PADDING != 0 && op == CRNN_OP_WINDOW
    case CRNN_OP_RECURRENT:
      kind = record.pointee.parameter.2 != 1 ? .each : record.pointee.kernel.0 > 1 ? .blocks : .reverse
      extent = Int(record.pointee.kernel.0)
      stride = Int(record.pointee.stride.0)
      hasInitialStates = record.pointee.input_count > 1
      remembers = kind == .each
    case CRNN_OP_TIME_REDUCTION: kind = .reduction
    case CRNN_OP_REPEAT:
      kind = record.pointee.input_count == 2 ? .following : .expansion
      count = Int(record.pointee.parameter.0)
    case CRNN_OP_UNSTACK:
      kind = .expansion
      count = Int(record.pointee.parameter.0)
    default: break
    }
  }

  /// Frames that a node with a backward view gives from `frames` input frames that have come, `final` (−1: unknown) of which is
  /// the whole sequence.
  func blocks(_ frames: Int64, final: Int64) -> Int64 {
    if final >= 0 { return final }
    let ahead = Int64(extent &- stride)
    return frames <= ahead ? 0 : (frames &- ahead) &/ Int64(stride) &* Int64(stride)
  }

  /// The block of output frames that holds frame `index`: its first frame, its end, and the end of the input frames that it sees.
  /// Without blocks the sequence is one.
  func block(holding index: Int64, final: Int64) -> (first: Int64, end: Int64, seen: Int64) {
    guard kind == .blocks else { return (0, final, final) }
    let first = index &/ Int64(stride) &* Int64(stride)
    let limit = final >= 0 ? final : Int64.max
    return (first, min(first &+ Int64(stride), limit), min(first &+ Int64(extent), limit))
  }

  /// The window of the node's output over its input number `input`.
  func window(input: Int) -> FrameWindow {
    if hasInitialStates, input > 0 { return .whole }
    var result = FrameWindow.same
    switch kind {
    case .each: result.hasPast = remembers
    case .window:
      result.stride = Int64(stride)
      result.low = Int64(0 &- padBefore)
      result.high = Int64(extent &- 1 &- padBefore)
      if needsEdge {
        // A window that lies in the padding alone still sees the first or the last frame.
        result.low = min(result.low, Int64(extent &- 1 &- padBefore &- padAfter))
        result.high = max(result.high, 0)
      }
      // What is cut off at the end shows only when it has come.
      result.ready = result.high &- Int64(min(padAfter, 0))
    case .blocks:
      // What the first frame of a block sees; the others see less.
      result.high = Int64(extent &- 1)
      result.ready = result.high
    case .reverse: result.needsEnd = true
    case .reduction, .expansion: return .whole
    case .following: return input == 0 ? .whole : .same
    }
    return result
  }

  /// Frames that a window gives from `frames` input frames that have come, `final` (−1: unknown) of which is the whole sequence.
  func windows(_ frames: Int64, final: Int64) -> Int64 {
    // An empty sequence has no windows of padding alone where a window must start before its end.
    if (needsEdge || hasCeiling) && frames == 0 { return 0 }
    let s = Int64(stride)
    guard final >= 0 else {
      let room = frames &+ Int64(padBefore) &+ Int64(min(padAfter, 0)) &- Int64(extent)
      return room < 0 ? 0 : room &/ s &+ 1
    }
    let room = final &+ Int64(padBefore) &+ Int64(padAfter) &- Int64(extent)
    guard hasCeiling else { return room < 0 ? 0 : room &/ s &+ 1 }
    // A window must start inside the input, of which negative padding may drop all there is, or in its left padding.
    let starts = final &+ Int64(min(padAfter, 0)) &+ Int64(padBefore)
    if starts <= 0 { return 0 }
    let all = room <= 0 ? 1 : (room &+ s &- 1) &/ s &+ 1
    return min(all, (starts &- 1) &/ s &+ 1)
  }
}
