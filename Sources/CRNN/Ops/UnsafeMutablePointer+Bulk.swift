import CCRNN

extension UnsafeMutablePointer {
  /// Copies `count` elements. Where code is optimised for size, the standard library's `update(from:count:)` calls a function for
  /// each of them.
  @inline(__always)
  func copy(from source: UnsafePointer<Pointee>, count: Int) {
    UnsafeMutableRawPointer(self).copyMemory(from: source, byteCount: count &* MemoryLayout<Pointee>.stride)
  }

  /// Sets `count` elements to zero bytes.
  @inline(__always)
  func clear(count: Int) { crnn_fill(self, 0, count &* MemoryLayout<Pointee>.stride) }
}
