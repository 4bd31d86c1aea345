import CCRNN

/// The memory of a batch: what all threads share, then a part for each thread, with a stream for every sequence that it runs
/// beside others.
struct BatchPlan {
  let together: Int
  let streamBytes: Int
  private let rowBytes: Int
  let workerBytes: Int
  let bytes: Int

  /// What stands at the start.
  struct Shared {
    let batch: UnsafeMutablePointer<Batch>
    let counters: UnsafeMutablePointer<UInt32>

    init(_ cursor: inout Cursor) {
      batch = cursor.take(1, of: Batch.self)
      counters = cursor.take(2, of: UInt32.self)
    }
  }

  /// The parts of one thread's memory.
  struct Worker {
    let lanes: UnsafeMutablePointer<BatchLane>
    let recurrent: UnsafeMutablePointer<RecurrentLane>
    let rows: UnsafeMutablePointer<UInt8>
    let streams: UnsafeMutablePointer<UInt8>

    init(_ together: Int, rowBytes: Int, streamBytes: Int, _ cursor: inout Cursor) {
      lanes = cursor.take(together, of: BatchLane.self)
      recurrent = cursor.take(together, of: RecurrentLane.self)
      rows = cursor.take(rowBytes, of: UInt8.self)
      streams = cursor.take(together &* streamBytes, of: UInt8.self)
    }
  }

  /// `streamBytes`: of one stream, at most `PackedFile.maximumBytes`. Nil where the whole would not fit into memory.
  init?(_ file: UnsafePointer<PackedFile>, _ options: BatchOptions, streamBytes: Int) {
    // Only recurrent layers have something from running beside others.
    let isRecurrent = file.hasRecurrentNode
    together = isRecurrent ? options.together : 1
    self.streamBytes = streamBytes
    guard Int64(streamBytes) <= PackedFile.maximumBytes &/ Int64(together) else { return nil }
    rowBytes = isRecurrent ? file.rowBytes(rows: together) : 0
    var cursor = Cursor()
    _ = Worker(together, rowBytes: rowBytes, streamBytes: streamBytes, &cursor)
    workerBytes = cursor.offset
    guard Int64(workerBytes) <= PackedFile.maximumBytes &/ Int64(options.width) else { return nil }
    var whole = Cursor()
    _ = Shared(&whole)
    _ = whole.take(options.width &* workerBytes, of: UInt8.self)
    bytes = whole.offset
  }

  /// The memory of thread `index`, in that of the batch.
  func worker(_ index: Int, _ memory: UnsafeMutableRawPointer) -> Worker {
    var cursor = Cursor(memory)
    _ = Shared(&cursor)
    let start = cursor.take(index &* workerBytes, of: UInt8.self) + index &* workerBytes
    var own = Cursor(UnsafeMutableRawPointer(start))
    return Worker(together, rowBytes: rowBytes, streamBytes: streamBytes, &own)
  }

  /// What operands' padding lies in is nobody else's, and the same in every run.
  func clearRows(_ worker: Worker) { worker.rows.clear(count: rowBytes) }
}

extension UnsafePointer where Pointee == PackedFile {
  fileprivate var hasRecurrentNode: Bool {
    var n = 0
    while n < pointee.nodeCount {
      if node(n).operation == CRNN_OP_RECURRENT { return true }
      n &+= 1
    }
    return false
  }

  /// The largest of what the streams of a group share in any recurrent layer.
  fileprivate func rowBytes(rows: Int) -> Int {
    var bytes = 0
    var n = 0
    while n < pointee.nodeCount {
      if node(n).operation == CRNN_OP_RECURRENT { bytes = max(bytes, Recurrent.rowBytes(node(n), rows: rows)) }
      n &+= 1
    }
    return bytes
  }
}
