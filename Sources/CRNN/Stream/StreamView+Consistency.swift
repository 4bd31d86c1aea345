import CCRNN

/// What holds for every stream between two calls. A block that was saved and read again is checked for it, so that whatever stands
/// in it, the engine stays inside the block.
extension StreamView {
  /// No stream has had more frames: nothing that is worked out from so many overflows.
  private static var mostFrames: Int64 { 1 << 48 }

  /// `bytes` of the block are there.
  func isConsistent(bytes: Int64) -> Bool {
    let (chunk, maximumFrames) = (header.pointee.chunk, header.pointee.maximumFrames)
    guard chunk >= 1, chunk <= 65536, maximumFrames >= 0, maximumFrames <= 1 << 40, header.pointee.bytes <= bytes else {
      return false
    }
    // Places and sizes follow from the model and these two numbers.
    let frames = Int(truncatingIfNeeded: chunk)
    guard
      file.layOut(.nothing, chunk: frames, maximumFrames: maximumFrames)
        == Int(truncatingIfNeeded: header.pointee.bytes),
      file.layOut(.comparing(base), chunk: frames, maximumFrames: maximumFrames) > 0
    else { return false }
    var i = 0
    while i < file.pointee.tensorCount {
      guard hasValidCounts(tensor: i) else { return false }
      i &+= 1
    }
    i = 0
    while i < file.pointee.nodeCount {
      let (node, state) = (file.node(i), nodes[i])
      guard state.emitted == tensors[node.outputIndex].produced, state.consumed >= 0,
        state.consumed <= tensors[node.inputIndex(0)].produced
      else { return false }
      // A reduction gives its one frame, or none, at the end.
      if timing(i).pointee.kind == .reduction, state.emitted > (tensors[node.outputIndex].final < 0 ? 0 : 1) {
        return false
      }
      i &+= 1
    }
    // No ring holds more than it has room for: else a node would have work for years.
    i = 0
    while i < file.pointee.tensorCount {
      guard tensors[i].produced &- oldestNeeded(i) <= tensors[i].capacity else { return false }
      i &+= 1
    }
    return true
  }

  private func hasValidCounts(tensor i: Int) -> Bool {
    let state = tensors[i]
    return state.produced >= 0 && state.produced <= StreamView.mostFrames && state.pulled >= 0
      && state.pulled <= state.produced && (state.final == -1 || state.final == state.produced)
  }
}
