import CCRNN

/// One tensor of a stream. Counts are from the start of the sequence.
struct TensorState {
  /// Frames written so far.
  var produced: Int64
  /// Frames of the whole sequence, once it has ended; else −1.
  var final: Int64
  /// Frames that the host has pulled (output ports).
  var pulled: Int64
  /// What `produced` and `final` would become: see `StreamView.predict`.
  var predicted: Int64
  var predictedFinal: Int64
  /// The ring: bytes from the start of the stream, and frames.
  var offset: Int
  var capacity: Int
}

struct NodeState {
  var emitted: Int64
  /// Input frames that a reduction has taken.
  var consumed: Int64
  /// The node's own state, bytes from the start of the stream.
  var offset: Int
}

/// The start of every stream. It holds no pointer.
struct StreamHeader {
  static let magic: UInt64 = 0x6D61_6572_7473_6E63
  var magic: UInt64
  /// The first bytes of the model's content id.
  var model: UInt64
  var bytes: Int
  var maximumFrames: Int64
  var chunk: Int
  var tensorOffset: Int
  var nodeOffset: Int
  var scratchOffset: Int
}

extension PackedFile {
  var contentID: UInt64 {
    UnsafeRawPointer(header).load(fromByteOffset: Int(CRNN_CONTENT_ID_OFFSET), as: UInt64.self)
  }
}

extension UnsafePointer where Pointee == PackedFile {
  /// The bytes of a stream with these options, 0 where they are too many to count, −1 where a maximum length is missing.
  func streamBytes(chunk: Int, maximumFrames: Int64) -> Int {
    var cursor = Cursor()
    _ = cursor.take(1, of: StreamHeader.self)
    _ = cursor.take(pointee.tensorCount, of: TensorState.self)
    _ = cursor.take(pointee.nodeCount, of: NodeState.self)
    var bytes = Int64(cursor.offset)
    var i = 0
    while i < pointee.nodeCount {
      bytes &+= Int64(Operations.stateBytes(node(i)))
      i &+= 1
    }
    i = 0
    while i < pointee.tensorCount {
      let capacity = pointee.ringCapacity(i, chunk: chunk, maximumFrames: maximumFrames)
      guard capacity >= 0 else { return -1 }
      // Capacities are at most 10^15 and frames 2^26 bytes: the product of the bounds would not fit.
      let (ring, overflow) = capacity.multipliedReportingOverflow(by: Int64(pointee.tensors[i].frameBytes))
      guard !overflow, ring <= 1 << 46, bytes <= 1 << 46 else { return 0 }
      bytes &+= ring
      i &+= 1
    }
    bytes &+= Int64(scratchBytes)
    return bytes <= Int64(Int.max) ? Int(truncatingIfNeeded: bytes) : 0
  }

  /// The largest of what any node or port needs while it runs.
  var scratchBytes: Int {
    var bytes = 0
    var i = 0
    while i < pointee.nodeCount {
      bytes = max(bytes, Operations.scratchBytes(node(i)))
      i &+= 1
    }
    i = 0
    while i < pointee.inputCount &+ pointee.outputCount {
      bytes = max(bytes, 4 &* pointee.tensors[Int(pointee.ports[i].tensor)].elements)
      i &+= 1
    }
    return (bytes &+ Cursor.alignment &- 1) & ~(Cursor.alignment &- 1)
  }
}
