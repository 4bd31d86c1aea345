/// Hands out consecutive parts of one memory block. The planner walks with a block that does not exist, to count bytes; the
/// operations walk the same way over the real one: the two can never disagree.
struct Cursor {
  static let alignment = 16

  private let base: UnsafeMutableRawPointer?
  private(set) var offset = 0

  /// Counts only: what `take` returns must not be dereferenced.
  init() { base = nil }
  init(_ base: UnsafeMutableRawPointer) { self.base = base }

  mutating func take<T>(_ count: Int, of type: T.Type) -> UnsafeMutablePointer<T> {
    let start = offset
    let bytes = (count &* MemoryLayout<T>.stride &+ Cursor.alignment &- 1) & ~(Cursor.alignment &- 1)
    offset &+= bytes
    let address = UInt(bitPattern: base) &+ UInt(bitPattern: start)
    // When counting, any non-null address will do.
    return UnsafeMutablePointer<T>(bitPattern: address == 0 ? UInt(Cursor.alignment) : address)
      .unsafelyUnwrapped
  }
}
