import CCRNN

/// A model file in memory: where its sections lie. Made only by `PackedFile.open`, which has checked every offset, so that
/// what it points to can be read without further checks. The file itself is never copied.
struct PackedFile {
  var base: UnsafeRawPointer
  var header: UnsafePointer<crnn_file_header>
  var strings: UnsafePointer<CChar>
  var stringBytes = 0
  var tensors: UnsafePointer<crnn_tensor_record>
  var tensorCount = 0
  var nodes: UnsafePointer<crnn_node_record>
  var nodeCount = 0
  var indices: UnsafePointer<UInt32>
  var indexCount = 0
  var blobs: UnsafePointer<crnn_blob_record>
  var blobCount = 0
  var ports: UnsafePointer<crnn_port_record>
  var inputCount = 0
  var outputCount = 0
  /// Pairs of string offsets.
  var metadata: UnsafePointer<UInt32>
  var metadataCount = 0
  var weights: UnsafeRawPointer
  var weightBytes = 0
  var selfTest: UnsafePointer<crnn_self_test_record>?

  init(base: UnsafeRawPointer) {
    self.base = base
    header = base.assumingMemoryBound(to: crnn_file_header.self)
    strings = base.assumingMemoryBound(to: CChar.self)
    tensors = base.assumingMemoryBound(to: crnn_tensor_record.self)
    nodes = base.assumingMemoryBound(to: crnn_node_record.self)
    indices = base.assumingMemoryBound(to: UInt32.self)
    blobs = base.assumingMemoryBound(to: crnn_blob_record.self)
    ports = base.assumingMemoryBound(to: crnn_port_record.self)
    metadata = indices
    weights = base
  }

  func string(_ offset: UInt32) -> UnsafePointer<CChar> { strings + Int(offset) }

  func input(_ port: Int) -> UnsafePointer<crnn_port_record> { ports + port }
  func output(_ port: Int) -> UnsafePointer<crnn_port_record> { ports + inputCount + port }

  /// The value of a metadata key, or nil.
  func text(_ key: UnsafePointer<CChar>) -> UnsafePointer<CChar>? {
    var i = 0
    while i < metadataCount {
      if CString.equal(string(metadata[2 &* i]), key) { return string(metadata[2 &* i &+ 1]) }
      i &+= 1
    }
    return nil
  }
}

enum CString {
  static func equal(_ a: UnsafePointer<CChar>, _ b: UnsafePointer<CChar>) -> Bool {
    var i = 0
    while a[i] == b[i] {
      if a[i] == 0 { return true }
      i &+= 1
    }
    return false
  }
}
