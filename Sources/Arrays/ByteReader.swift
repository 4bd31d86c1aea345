/// Reads little-endian numbers from a range of bytes, in order; throws instead of reading past its end.
struct ByteReader {
  private let bytes: [UInt8]
  private(set) var position: Int

  /// Starts at `position`, which need not lie inside.
  init(_ bytes: [UInt8], at position: Int = 0) {
    self.bytes = bytes
    self.position = position
  }

  mutating func skip(_ count: Int) throws(ArrayError) { _ = try take(count) }

  /// The next `count` bytes.
  mutating func take(_ count: Int) throws(ArrayError) -> ArraySlice<UInt8> {
    guard position >= 0, count >= 0, position <= bytes.count, count <= bytes.count - position else {
      throw ArrayError("the file ends too early")
    }
    defer { position += count }
    return bytes[position..<position + count]
  }

  mutating func unsigned(bytes count: Int) throws(ArrayError) -> UInt64 {
    try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// A number of 8 bytes that must be usable as an offset or a size.
  mutating func size() throws(ArrayError) -> Int {
    guard let size = Int(exactly: try unsigned(bytes: 8)) else { throw ArrayError("it states an impossible size") }
    return size
  }

  mutating func uint16() throws(ArrayError) -> Int { Int(try unsigned(bytes: 2)) }
  mutating func uint32() throws(ArrayError) -> Int { Int(try unsigned(bytes: 4)) }
}
