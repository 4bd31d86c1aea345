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
  var offset: Int64
  var capacity: Int64
}

struct NodeState {
  var emitted: Int64
  /// Input frames that a reduction has taken.
  var consumed: Int64
  /// The node's own state, bytes from the start of the stream.
  var offset: Int64
}

/// The start of every stream. It holds no pointer, and has the same fields on every machine.
struct StreamHeader {
  static let magic: UInt64 = 0x6D61_6572_7473_6E63
  /// Grows whenever streams are laid out in another way, or what stands in them means something else.
  static let layout: Int64 = 2
  var magic: UInt64
  /// The first bytes of the model's content id.
  var model: UInt64
  var layout: Int64
  var bytes: Int64
  var maximumFrames: Int64
  var chunk: Int64
  var tensorOffset: Int64
  var nodeOffset: Int64
  var scratchOffset: Int64
  /// 1 where a node has frames to give, but its ring had no room for them.
  var isWaiting: Int64
  /// Not 0 while a call is using the stream, in builds that check it.
  var mark: Int64
}

extension PackedFile {
  /// No stream is larger, so that sums of sizes cannot overflow.
  static var maximumBytes: Int64 { min(Int64(Int.max) &>> 2, 1 &<< 46) }

  /// Whether so many bytes are few enough. The states of all nodes, or what one of them needs while it runs, may be 4 GB less one: a sum
  /// of 32 bits that became negative is too large, too.
  static func fits(_ bytes: Int) -> Bool { UInt64(UInt(bitPattern: bytes)) <= UInt64(maximumBytes) }

  /// Which model this is: what the file says, and what was found right of all that a stream's layout hangs on.
  var contentID: UInt64 {
    UnsafeRawPointer(header).load(fromByteOffset: Int(CRNN_CONTENT_ID_OFFSET), as: UInt64.self)
      &+ UInt64(header.pointee.prefix_checksum)
  }
}

extension UnsafePointer where Pointee == PackedFile {
  /// What a walk over the parts of a stream does with the places it finds.
  enum LayingOut {
    /// Counts bytes.
    case nothing
    case writing(UnsafeMutableRawPointer)
    case comparing(UnsafeMutableRawPointer)

    var memory: UnsafeMutableRawPointer? {
      switch self {
      case .nothing: nil
      case .writing(let memory), .comparing(let memory): memory
      }
    }
    var isWriting: Bool { if case .writing = self { true } else { false } }
    var isComparing: Bool { if case .comparing = self { true } else { false } }
  }

  /// One walk counts a stream's bytes, lays it out and checks one, so that these cannot disagree. Returns the bytes, 0 where they are
  /// too many to count or what was compared differs, −1 where a maximum length is missing.
  @inline(never)
  func layOut(_ action: LayingOut, chunk: Int, maximumFrames: Int64) -> Int {
    var cursor = action.memory.map { Cursor($0) } ?? Cursor()
    let header = cursor.take(1, of: StreamHeader.self)
    let tensorOffset = cursor.offset
    let tensors = cursor.take(pointee.tensorCount, of: TensorState.self)
    let nodeOffset = cursor.offset
    let nodes = cursor.take(pointee.nodeCount, of: NodeState.self)
    var isSame = true
    var i = 0
    while i < pointee.nodeCount {
      if action.isWriting { nodes[i] = NodeState(emitted: 0, consumed: 0, offset: Int64(cursor.offset)) }
      if action.isComparing { isSame = isSame && nodes[i].offset == Int64(cursor.offset) }
      _ = cursor.take(Operations.stateBytes(node(i)), of: UInt8.self)
      i &+= 1
    }
    i = 0
    while i < pointee.tensorCount {
      let capacity = pointee.ringCapacity(i, chunk: chunk, maximumFrames: maximumFrames)
      guard capacity >= 0 else { return -1 }
      // Capacities are at most 10^15 frames: their bytes may be more than any machine has.
      let (ring, overflow) = capacity.multipliedReportingOverflow(by: Int64(pointee.tensors[i].frameBytes))
      guard !overflow, ring <= PackedFile.maximumBytes, PackedFile.fits(cursor.offset) else { return 0 }
      if action.isWriting {
        tensors[i] = TensorState(
          produced: 0, final: -1, pulled: 0, predicted: 0, predictedFinal: -1, offset: Int64(cursor.offset),
          capacity: capacity)
      }
      if action.isComparing {
        isSame = isSame && tensors[i].offset == Int64(cursor.offset) && tensors[i].capacity == capacity
      }
      _ = cursor.take(Int(truncatingIfNeeded: ring), of: UInt8.self)
      i &+= 1
    }
    let scratchOffset = cursor.offset
    let scratch = scratchBytes(chunk: chunk)
    _ = cursor.take(scratch, of: UInt8.self)
    guard PackedFile.fits(scratch), PackedFile.fits(cursor.offset) else { return 0 }
    if action.isWriting {
      header.initialize(
        to: StreamHeader(
          magic: StreamHeader.magic, model: pointee.contentID, layout: StreamHeader.layout, bytes: Int64(cursor.offset),
          maximumFrames: maximumFrames, chunk: Int64(chunk), tensorOffset: Int64(tensorOffset),
          nodeOffset: Int64(nodeOffset), scratchOffset: Int64(scratchOffset), isWaiting: 0, mark: 0))
    }
    if action.isComparing {
      isSame =
        isSame && header.pointee.tensorOffset == Int64(tensorOffset) && header.pointee.nodeOffset == Int64(nodeOffset)
        && header.pointee.scratchOffset == Int64(scratchOffset)
    }
    return isSame ? cursor.offset : 0
  }

  /// The largest of what any node or port needs while it runs.
  @inline(never)
  func scratchBytes(chunk: Int) -> Int {
    var bytes: UInt = 0
    var i = 0
    while i < pointee.nodeCount {
      bytes = max(bytes, UInt(bitPattern: Operations.scratchBytes(node(i), chunk: chunk)))
      i &+= 1
    }
    i = 0
    while i < pointee.inputCount &+ pointee.outputCount {
      bytes = max(bytes, UInt(bitPattern: 4 &* pointee.tensors[Int(pointee.ports[i].tensor)].elements))
      i &+= 1
    }
    return Int(bitPattern: bytes)
  }
}
