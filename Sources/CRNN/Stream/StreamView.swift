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
    tensors = (base + header.pointee.tensorOffset).assumingMemoryBound(to: TensorState.self)
    nodes = (base + header.pointee.nodeOffset).assumingMemoryBound(to: NodeState.self)
  }

  var file: UnsafePointer<PackedFile> { model.pointee.file }
  var scratch: UnsafeMutableRawPointer { base + header.pointee.scratchOffset }
  var execution: Execution {
    Execution(kernels: model.pointee.kernels, stream: base, tensors: tensors, scratch: scratch)
  }

  /// Lays a fresh stream out in memory of `streamBytes`; the walk is the one that counted them.
  static func place(
    _ model: UnsafePointer<Model>, _ memory: UnsafeMutableRawPointer, bytes: Int, chunk: Int, maximumFrames: Int64
  ) {
    let file = model.pointee.file
    var cursor = Cursor(memory)
    let header = cursor.take(1, of: StreamHeader.self)
    let tensorOffset = cursor.offset
    let tensors = cursor.take(file.pointee.tensorCount, of: TensorState.self)
    let nodeOffset = cursor.offset
    let nodes = cursor.take(file.pointee.nodeCount, of: NodeState.self)
    var i = 0
    while i < file.pointee.nodeCount {
      nodes[i] = NodeState(emitted: 0, consumed: 0, offset: cursor.offset)
      _ = cursor.take(Operations.stateBytes(file.node(i)), of: UInt8.self)
      i &+= 1
    }
    i = 0
    while i < file.pointee.tensorCount {
      let capacity = Int(
        truncatingIfNeeded: file.pointee.ringCapacity(i, chunk: chunk, maximumFrames: maximumFrames))
      tensors[i] = TensorState(
        produced: 0, final: -1, pulled: 0, predicted: 0, predictedFinal: -1, offset: cursor.offset, capacity: capacity)
      _ = cursor.take(capacity &* file.pointee.tensors[i].frameBytes, of: UInt8.self)
      i &+= 1
    }
    header.initialize(
      to: StreamHeader(
        magic: StreamHeader.magic, model: file.pointee.contentID, bytes: bytes, maximumFrames: maximumFrames, chunk: chunk,
        tensorOffset: tensorOffset, nodeOffset: nodeOffset, scratchOffset: cursor.offset))
    StreamView(model, memory).reset()
  }

  /// The state of a fresh stream. Rings need no clearing: nothing is read from them that was not written.
  func reset() {
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
      Operations.reset(file.node(i), base + nodes[i].offset)
      i &+= 1
    }
  }
}
