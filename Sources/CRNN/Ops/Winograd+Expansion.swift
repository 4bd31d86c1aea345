import CCRNN
import CKernels

/// The transformed weights of all of a model's convolutions that take Winograd's way, made once: a header, and for each node in order
/// [panel][run][pair][point][channel in fours][row][4]. The same bytes on every instruction set.
struct Expansion {
  static let magic: UInt64 = 0x646E_6170_786E_7263
  var magic: UInt64
  /// The first bytes of the model's content id.
  var model: UInt64
  var bytes: UInt64
  /// Where the weights begin: on a line of the cache.
  private static let start = 64

  private static func elements(_ node: NodeView) -> Int {
    guard Winograd.isPossible(node) else { return 0 }
    return Matrix.paddedRows(Int(node.output.pointee.channels)) &* Winograd.points
      &* Int(node.input(0).pointee.channels)
  }

  /// 0 where nothing is to be gained.
  static func bytes(_ model: UnsafePointer<Model>) -> Int {
    guard Winograd.isBuilt, crnn_use_winograd(model.pointee.kernels) != nil else { return 0 }
    var count = 0
    var n = 0
    while n < model.pointee.file.pointee.nodeCount {
      count &+= elements(model.pointee.file.node(n))
      n &+= 1
    }
    return count > 0 ? start &+ 2 &* count : 0
  }

  /// One node's weights.
  static func weights(of node: NodeView, in expansion: UnsafeRawPointer?) -> UnsafePointer<Int16>? {
    guard let expansion else { return nil }
    var offset = 0
    var n = 0
    while node.file.node(n).record != node.record {
      offset &+= elements(node.file.node(n))
      n &+= 1
    }
    return (expansion + start).assumingMemoryBound(to: Int16.self) + offset
  }

  static func isOne(_ memory: UnsafeRawPointer, of model: UnsafePointer<Model>) -> Bool {
    let header = memory.load(as: Expansion.self)
    return header.magic == magic && header.model == model.pointee.file.pointee.contentID
      && header.bytes == UInt64(bytes(model))
  }

  static func write(_ model: UnsafePointer<Model>, to memory: UnsafeMutableRawPointer) {
    guard let kernels = crnn_use_winograd(model.pointee.kernels) else { return }
    var target = (memory + start).assumingMemoryBound(to: Int16.self)
    var n = 0
    while n < model.pointee.file.pointee.nodeCount {
      let node = model.pointee.file.node(n)
      if elements(node) > 0 { write(node, kernels, &target) }
      n &+= 1
    }
    // Last, so that memory which this did not finish is not taken for an expansion.
    memory.assumingMemoryBound(to: Expansion.self).initialize(
      to: Expansion(magic: magic, model: model.pointee.file.pointee.contentID, bytes: UInt64(bytes(model))))
  }

  private static func write(
    _ node: NodeView, _ kernels: UnsafePointer<crnn_winograd>, _ target: inout UnsafeMutablePointer<Int16>
  ) {
    let channels = Int(node.input(0).pointee.channels)
    let runs = Winograd.Runs(node)
    var weights = node.blob(CRNN_MATRIX_WEIGHTS, as: Int8.self)
    var row = 0
    while row < Int(node.output.pointee.channels) {
      var run = runs.first
      while run.groups > 0 {
        var pair = 0
        while pair < 3 {
          kernels.pointee.transform(weights, run, channels, pair, target)
          target += 12 &* Int(CRNN_PANEL_ROWS) &* run.channels
          pair &+= 1
        }
        run = runs.after(run)
      }
      weights += 9 &* Int(CRNN_PANEL_ROWS) &* channels
      row &+= Int(CRNN_PANEL_ROWS)
    }
  }
}
