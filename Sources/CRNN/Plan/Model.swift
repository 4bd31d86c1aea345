import CCRNN
import CKernels

/// A model in the caller's memory: the checked file, the kernels, and for each tensor the list of nodes that consume it and its
/// window over each input port; and when each node runs.
struct Model {
  static let magic: UInt64 = 0x6C65_646F_6D6E_6E63
  var magic: UInt64
  /// Stands behind the model in the same memory.
  var file: UnsafePointer<PackedFile>
  var kernels: UnsafePointer<crnn_kernels>
  /// Consumers of tensor t: `consumers[first[t]..<first[t + 1]]`.
  var firstConsumer: UnsafeMutablePointer<Int32>
  var consumers: UnsafeMutablePointer<Int32>
  /// Of tensor t over input port p: `windows[t * inputCount + p]`.
  var windows: UnsafeMutablePointer<FrameWindow>
  /// Of each node.
  var timings: UnsafeMutablePointer<NodeTiming>
  /// Transformed weights that crnn_model_prepare was given memory for, else nil.
  var expansion: UnsafeRawPointer?
  /// Where crnn_model_open mapped the file or copied it to, else nil.
  var content: UnsafeMutableRawPointer?
  var contentBytes: Int
  var isCopy: Int32

  static func bytes(_ file: PackedFile) -> Int {
    var cursor = Cursor()
    _ = cursor.take(1, of: Model.self)
    _ = cursor.take(1, of: PackedFile.self)
    _ = cursor.take(file.tensorCount &+ 1, of: Int32.self)
    _ = cursor.take(links(file), of: Int32.self)
    _ = cursor.take(file.tensorCount &* file.inputCount, of: FrameWindow.self)
    _ = cursor.take(file.nodeCount, of: NodeTiming.self)
    return cursor.offset
  }

  private static func links(_ file: PackedFile) -> Int {
    var count = 0
    var n = 0
    while n < file.nodeCount {
      count &+= Int(file.nodes[n].input_count)
      n &+= 1
    }
    return count
  }

  static func place(_ file: PackedFile, _ kernels: UnsafePointer<crnn_kernels>, in memory: UnsafeMutableRawPointer)
    -> UnsafeMutablePointer<Model>
  {
    var cursor = Cursor(memory)
    let model = cursor.take(1, of: Model.self)
    let kept = cursor.take(1, of: PackedFile.self)
    kept.initialize(to: file)
    let first = cursor.take(file.tensorCount &+ 1, of: Int32.self)
    let consumers = cursor.take(links(file), of: Int32.self)
    let windows = cursor.take(file.tensorCount &* file.inputCount, of: FrameWindow.self)
    UnsafePointer(kept).findWindows(windows)
    let timings = cursor.take(file.nodeCount, of: NodeTiming.self)
    var n = 0
    while n < file.nodeCount {
      (timings + n).initialize(to: NodeTiming(file.nodes + n))
      n &+= 1
    }
    var next: Int32 = 0
    var tensor = 0
    while tensor < file.tensorCount {
      first[tensor] = next
      n = 0
      while n < file.nodeCount {
        if file.consumes(n, tensor) {
          consumers[Int(next)] = Int32(truncatingIfNeeded: n)
          next &+= 1
        }
        n &+= 1
      }
      tensor &+= 1
    }
    first[file.tensorCount] = next
    model.initialize(
      to: Model(
        magic: magic, file: UnsafePointer(kept), kernels: kernels, firstConsumer: first, consumers: consumers,
        windows: windows, timings: timings, expansion: nil, content: nil, contentBytes: 0, isCopy: 0))
    return model
  }
}
