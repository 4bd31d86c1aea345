import CZlib

/// The entries of a zip file, as far as `.npz` files use the format: stored and deflated, with or without zip64.
struct ZIPArchive {
  struct Entry {
    var name: String
    var method: Int
    var checksum: UInt32
    var compressedSize: Int
    var size: Int
    /// Of the local header, from the start of the file.
    var offset: Int
    var isEncrypted: Bool
  }

  private let bytes: [UInt8]
  let entries: [Entry]

  init(_ bytes: [UInt8]) throws(ArrayError) {
    self.bytes = bytes
    let directory = try ZIPArchive.findDirectory(bytes)
    // Each record takes 46 bytes at least: a count that cannot be true costs no time.
    guard directory.count <= bytes.count / 46 else { throw ArrayError("its list of entries is damaged") }
    var reader = ByteReader(bytes, at: directory.offset)
    var entries: [Entry] = []
    var names: Set<String> = []
    for _ in 0..<directory.count {
      let entry = try ZIPArchive.readEntry(&reader)
      guard names.insert(entry.name).inserted else { throw ArrayError("it holds '\(entry.name)' twice") }
      entries.append(entry)
    }
    self.entries = entries
  }

  /// The contents of an entry, its checksum checked.
  func contents(of entry: Entry) throws(ArrayError) -> [UInt8] {
    guard !entry.isEncrypted else { throw ArrayError("'\(entry.name)' is encrypted") }
    var reader = ByteReader(bytes, at: entry.offset)
    guard try reader.uint32() == 0x0403_4B50 else { throw ArrayError("the place of '\(entry.name)' is damaged") }
    try reader.skip(22)
    let nameLength = try reader.uint16()
    let extraLength = try reader.uint16()
    try reader.skip(nameLength + extraLength)
    let stored = try reader.take(entry.compressedSize)
    let contents: [UInt8]
    switch entry.method {
    case 0:
      guard entry.size == entry.compressedSize else { throw ArrayError("the size of '\(entry.name)' is damaged") }
      contents = Array(stored)
    case 8: contents = try ZIPArchive.inflate(stored, size: entry.size, name: entry.name)
    default: throw ArrayError("'\(entry.name)' is compressed by a method (\(entry.method)) that is not deflate")
    }
    guard ZIPArchive.checksum(contents) == entry.checksum else { throw ArrayError("'\(entry.name)' is damaged") }
    return contents
  }

  /// CRC-32 of the zip format.
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    bytes.withUnsafeBufferPointer { UInt32(truncatingIfNeeded: crc32_z(0, $0.baseAddress, $0.count)) }
  }

  private static func findDirectory(_ bytes: [UInt8]) throws(ArrayError) -> (count: Int, offset: Int) {
    guard bytes.count >= 22 else { throw ArrayError("not a zip file") }
    // The record at the end may be followed by a comment of up to 65,535 bytes.
    let earliest = max(0, bytes.count - 22 - 0xFFFF)
    for start in stride(from: bytes.count - 22, through: earliest, by: -1)
    where bytes[start] == 0x50 && bytes[start + 1] == 0x4B && bytes[start + 2] == 5 && bytes[start + 3] == 6 {
      var reader = ByteReader(bytes, at: start + 10)
      let count = try reader.uint16()
      try reader.skip(4)
      let offset = try reader.uint32()
      guard count == 0xFFFF || offset == 0xFFFF_FFFF else { return (count, offset) }
      var locator = ByteReader(bytes, at: start - 20)
      guard start >= 20, try locator.uint32() == 0x0706_4B50 else { return (count, offset) }
      try locator.skip(4)
      var record = ByteReader(bytes, at: try locator.size())
      guard try record.uint32() == 0x0606_4B50 else { throw ArrayError("its zip64 directory is damaged") }
      try record.skip(28)
      let wideCount = try record.size()
      try record.skip(8)
      return (wideCount, try record.size())
    }
    throw ArrayError("not a zip file, or cut short")
  }

  private static func readEntry(_ reader: inout ByteReader) throws(ArrayError) -> Entry {
    guard try reader.uint32() == 0x0201_4B50 else { throw ArrayError("its list of entries is damaged") }
    try reader.skip(4)
    let flags = try reader.uint16()
    let method = try reader.uint16()
    try reader.skip(4)
    let checksum = UInt32(truncatingIfNeeded: try reader.unsigned(bytes: 4))
    var compressedSize = try reader.uint32()
    var size = try reader.uint32()
    let nameLength = try reader.uint16()
    let extraLength = try reader.uint16()
    let commentLength = try reader.uint16()
    try reader.skip(8)
    var offset = try reader.uint32()
    let name = String(decoding: try reader.take(nameLength), as: UTF8.self)
    var extra = ByteReader(Array(try reader.take(extraLength)))
    while extra.position + 4 <= extraLength {
      let kind = try extra.uint16()
      var field = ByteReader(Array(try extra.take(try extra.uint16())))
      guard kind == 1 else { continue }
      // The wide numbers stand only for those fields that are full, in this order.
      if size == 0xFFFF_FFFF { size = try field.size() }
      if compressedSize == 0xFFFF_FFFF { compressedSize = try field.size() }
      if offset == 0xFFFF_FFFF { offset = try field.size() }
    }
    try reader.skip(commentLength)
    return Entry(
      name: name, method: method, checksum: checksum, compressedSize: compressedSize, size: size, offset: offset,
      isEncrypted: flags & 1 != 0)
  }

  private static func inflate(_ stored: ArraySlice<UInt8>, size: Int, name: String) throws(ArrayError) -> [UInt8] {
    // Deflate cannot shrink further than 1 to 1032: memory is taken only for sizes that can be true.
    guard size / 1032 <= stored.count, size <= Int(UInt32.max), stored.count <= Int(UInt32.max) else {
      throw ArrayError("the size of '\(name)' is damaged")
    }
    var stream = z_stream()
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      throw ArrayError("'\(name)' cannot be unpacked: no memory")
    }
    defer { inflateEnd(&stream) }
    var source = Array(stored)
    // One byte more, so that an entry that is longer than it says is noticed, and one of size zero has a place.
    var contents = [UInt8](repeating: 0, count: size + 1)
    let status = source.withUnsafeMutableBufferPointer { input in
      contents.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(truncatingIfNeeded: output.count)
        return CZlib.inflate(&stream, Z_FINISH)
      }
    }
    guard status == Z_STREAM_END, stream.total_out == size else { throw ArrayError("'\(name)' is damaged") }
    contents.removeLast()
    return contents
  }
}
