import CCRNN
import CKernels

/// A stream together with its model, for the length of one call.
struct StreamView {
  let model: UnsafePointer<Model>
  let base: UnsafeMutableRawPointer
  let header: UnsafeMutablePointer<StreamHeader>
  let tensors: UnsafeMutablePointer<TensorState>
  let nodes: UnsafeMutablePointer<NodeState>

  init(_ model: UnsafePointer<Model>, _ base: UnsafeMutableRawPointer) {
    self.model = model
    self.base = base
    header = base.assumingMemoryBound(to: StreamHeader.self)
    tensors = (base + Int(truncatingIfNeeded: header.pointee.tensorOffset)).assumingMemoryBound(to: TensorState.self)
    nodes = (base + Int(truncatingIfNeeded: header.pointee.nodeOffset)).assumingMemoryBound(to: NodeState.self)
  }

  var file: UnsafePointer<PackedFile> { model.pointee.file }
  var scratch: UnsafeMutableRawPointer { base + Int(truncatingIfNeeded: header.pointee.scratchOffset) }
  /// How many floats fit into the scratch memory.
  var scratchFloats: Int {
    Int(truncatingIfNeeded: (header.pointee.bytes &- header.pointee.scratchOffset) &/ 4)
  }
  var execution: Execution {
    Execution(
      kernels: model.pointee.kernels, stream: base, tensors: tensors, scratch: scratch,
      chunk: Int(truncatingIfNeeded: header.pointee.chunk), expansion: model.pointee.expansion)
  }

  /// When node `n` runs.
  func timing(_ n: Int) -> UnsafePointer<NodeTiming> { UnsafePointer(model.pointee.timings + n) }

  /// The state of a fresh stream. Rings need no clearing: nothing is read from them that was not written.
  @inline(never)
  func reset() {
    header.pointee.isWaiting = 0
    var i = 0
    while i < file.pointee.tensorCount {
      tensors[i].produced = 0
      tensors[i].final = -1
      tensors[i].pulled = 0
      i &+= 1
    }
    i = 0
    while i < file.pointee.nodeCount {
      nodes[i].emitted = 0
      nodes[i].consumed = 0
      Operations.reset(file.node(i), base + Int(truncatingIfNeeded: nodes[i].offset))
      i &+= 1
    }
  }
}
