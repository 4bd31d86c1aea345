import CCRNN

extension UnsafeMutablePointer {
  /// Copies `count` elements. Where code is optimised for size, the standard library's `update(from:count:)` calls a function for
  /// each of them.
  @inline(__always)
  func copy(from source: UnsafePointer<Pointee>, count: Int) {
    crnn_copy(self, source, count &* MemoryLayout<Pointee>.stride)
  }

  /// Sets `count` elements to zero bytes.
  @inline(__always)
  func clear(count: Int) { crnn_fill(self, 0, count &* MemoryLayout<Pointee>.stride) }
}

extension UnsafeMutableRawPointer {
  @inline(__always)
  func copy(from source: UnsafeRawPointer, bytes: Int) { crnn_copy(self, source, bytes) }
}
