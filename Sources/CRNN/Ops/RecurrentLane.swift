import CCRNN
import CKernels

/// One stream's way through a recurrent layer, a few steps at a time: which frame is next, and the input's part of it.
struct RecurrentLane {
  let execution: Execution
  let state: Recurrent.State
  private let memory: UnsafeMutableRawPointer
  private let projections: MatrixSums
  /// Output frames that are still to be begun: `first`..<`end`.
  private var first: Int64
  private let end: Int64
  /// The next input frame, how many are left from there on, and before which one results are stored.
  private var frame: Int64 = 0
  private var left: Int64 = 0
  private var storing: Int64 = 0
  /// Frames that have been projected at once, and how many of them have been stepped over.
  private var tile = 0
  private var row = 0
  private(set) var isProjected = false

  /// `memory`: the node's state in the stream.
  init(
    _ execution: Execution, _ node: NodeView, _ layer: Recurrent.Layer, _ memory: UnsafeMutableRawPointer, first: Int64,
    count: Int, _ scratch: inout Cursor
  ) {
    self.execution = execution
    self.memory = memory
    self.first = first
    end = first &+ Int64(count)
    projections = Recurrent.Scratch(node, layer, tile: execution.tile, &scratch).projections
    var cursor = Cursor(memory)
    state = Recurrent.State(node, &cursor)
  }

  /// Steps that can be taken now; 0 where there are none any more.
  @inline(never)
  mutating func prepare(_ node: NodeView, _ layer: Recurrent.Layer) -> Int {
    if row < tile { return tile &- row }
    while left <= 0 {
      guard first < end else { return 0 }
      begin(node, layer)
    }
    row = 0
    tile = execution.framesInRow(node.inputIndex(0), frame, limit: left, isReverse: layer.isReverse)
    isProjected = false
    return tile
  }

  /// Whether step `step` from here on reads its weights backwards, as every other step does: it begins with those that the last one has
  /// left in the caches.
  @inline(__always)
  func readsBackwards(_ step: Int) -> Bool { (Int(truncatingIfNeeded: frame) ^ step) & 1 != 0 }

  /// The input's part of step `step` from here on, for each gate.
  @inline(__always)
  func projection(_ step: Int, _ layer: Recurrent.Layer) -> UnsafePointer<Float> {
    UnsafePointer(projections.values + (row &+ step) &* layer.inputRows)
  }

  /// The output frame of step `step` from here on; −1 where it is none.
  @inline(__always)
  func outputFrame(_ step: Int, _ layer: Recurrent.Layer) -> Int64 {
    let index = layer.isReverse ? frame &- Int64(step) : frame &+ Int64(step)
    return index < storing ? index : -1
  }

  /// `steps` steps have been taken.
  @inline(__always)
  mutating func advance(_ steps: Int, _ layer: Recurrent.Layer) {
    row &+= steps
    left &-= Int64(steps)
    frame &+= layer.isReverse ? 0 &- Int64(steps) : Int64(steps)
  }

  private mutating func begin(_ node: NodeView, _ layer: Recurrent.Layer) {
    guard layer.isReverse else {
      if first == 0 { loadInitialStates(node) }
      (frame, left, storing) = (first, end &- first, end)
      first = end
      return
    }
    // A backward layer begins anew at the end of the sequence, or of what each block of frames may see.
    let block = NodeTiming(node.record).block(holding: first, final: execution.tensors[node.inputIndex(0)].final)
    Recurrent.reset(node, memory)
    loadInitialStates(node)
    (frame, left, storing) = (block.seen &- 1, block.seen &- first, min(max(block.end, first &+ 1), end))
    first = storing
  }

  /// The input's part of the steps that are ready.
  @inline(never)
  mutating func project(_ node: NodeView, _ layer: Recurrent.Layer, backwards: Bool) {
    isProjected = true
    let input = node.input(0)
    let bytes = input.pointee.frameBytes
    layer.inputMatrix(node).apply(
      execution.kernels, OperandKind(input), execution.frame(node.inputIndex(0), bytes, frame),
      stride: layer.isReverse ? 0 &- bytes : bytes, count: tile, projections,
      backwards: backwards)
  }

  /// h and c from the inputs after the first, where there are any; else they stand as `reset` has left them.
  private func loadInitialStates(_ node: NodeView) {
    var i = 1
    while i < node.inputCount {
      let tensor = node.input(i)
      let frame = execution.frame(node.inputIndex(i), tensor.pointee.frameBytes, 0)
      execution.load(frame, tensor, i == 1 ? state.hidden : state.cell, node.parameter(CRNN_RECURRENT_UNITS))
      i &+= 1
    }
  }
}
