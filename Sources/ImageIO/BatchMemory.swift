import CCRNN

/// A thread's memory for the streams that it runs side by side, kept from one run to the next: pages that are new to a process cost more
/// than a small network's work on an image.
struct BatchMemory {
  /// Of a cache line, as the runtime's own memory is.
  private static let alignment = 64

  private var block: UnsafeMutablePointer<UInt8>?
  private var room = 0
  /// For what the last run was, and what it needed.
  private var (together, frames, bytes) = (0, Int64(0), 0)

  func free() { release(block) }

  /// Runs `count` images, `together` at a time, of which the longest has `frames` frames. Each record then has its status.
  mutating func run(
    _ model: OpaquePointer, _ records: UnsafeMutablePointer<crnn_batch_item>, _ count: Int, together: Int,
    frames: Int64
  ) {
    var options = crnn_batch_options()
    options.struct_size = MemoryLayout<crnn_batch_options>.size
    options.together = Int32(truncatingIfNeeded: together)
    options.maximum_frames = frames
    if self.together != together || self.frames != frames {
      guard crnn_batch_size(model, &options, &bytes, nil) == CRNN_OK, hold(bytes) else {
        // The runtime finds memory of its own, or the reason why there is none.
        self.together = 0
        _ = crnn_batch_run(model, &options, nil, 0, records, Int32(truncatingIfNeeded: count), nil)
        return
      }
      (self.together, self.frames) = (together, frames)
    }
    _ = crnn_batch_run(model, &options, aligned, bytes, records, Int32(truncatingIfNeeded: count), nil)
  }

  /// False where memory is missing.
  private mutating func hold(_ bytes: Int) -> Bool {
    guard bytes > room else { return true }
    release(block)
    room = 0
    block = allocate(UInt8.self, bytes &+ BatchMemory.alignment)
    guard block != nil else { return false }
    room = bytes
    return true
  }

  private var aligned: UnsafeMutableRawPointer? {
    block.map { UnsafeMutableRawPointer($0).alignedUp(toMultipleOf: BatchMemory.alignment) }
  }
}
