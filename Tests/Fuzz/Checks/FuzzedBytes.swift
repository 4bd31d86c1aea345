/// The bytes of a case, taken from the front; 0 where there are no more.
struct FuzzedBytes {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isEmpty: Bool { position >= bytes.count }

  mutating func next() -> UInt8 {
    guard !isEmpty else { return 0 }
    defer { position += 1 }
    return bytes[position]
  }

  /// What is left, from the current position on.
  var rest: UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[min(position, bytes.count)...]) }
}

/// A block on the heap of exactly so many bytes, so that AddressSanitizer sees the first one beyond.
struct FuzzedBlock {
  let start: UnsafeMutableRawPointer
  let count: Int

  init(_ count: Int) {
    self.count = count
    start = .allocate(byteCount: max(count, 1), alignment: 64)
    start.initializeMemory(as: UInt8.self, repeating: 0, count: count)
  }

  init(copying bytes: UnsafeRawBufferPointer) {
    self.init(bytes.count)
    if let source = bytes.baseAddress { start.copyMemory(from: source, byteCount: bytes.count) }
  }

  func free() { start.deallocate() }
}
