import CCRNN

/// Bytes of a section as they are written. Records are C structures; the machine that packs is little-endian like the file.
struct SectionBytes {
  private(set) var bytes: [UInt8] = []

  mutating func append<Record: BitwiseCopyable>(_ record: Record) {
    withUnsafeBytes(of: record) { bytes += $0 }
  }

  mutating func append<Element: BitwiseCopyable>(contentsOf elements: [Element]) {
    elements.withUnsafeBytes { bytes += $0 }
  }

  mutating func pad(to alignment: Int) {
    bytes += [UInt8](repeating: 0, count: (alignment - bytes.count % alignment) % alignment)
  }
}

/// NUL-terminated strings, each stored once; offset 0 is the empty string.
struct StringTable {
  private(set) var bytes: [UInt8] = [0]
  private var offsets: [String: UInt32] = ["": 0]

  /// Throws where the text holds a NUL, which would cut it off.
  mutating func offset(of text: String) throws -> UInt32 {
    if let known = offsets[text] { return known }
    guard !text.utf8.contains(0) else { throw GraphError("a name or text contains a NUL character") }
    let offset: UInt32 = try field(bytes.count, "the strings")
    bytes += Array(text.utf8) + [0]
    offsets[text] = offset
    return offset
  }
}

/// The constants of nodes, each on a 64-byte boundary.
struct BlobTable {
  private(set) var weights = SectionBytes()
  private(set) var records: [crnn_blob_record] = []

  /// Appends one blob; one without elements is absent.
  mutating func append<Element: BitwiseCopyable>(_ elements: [Element]) {
    guard !elements.isEmpty else { return records.append(crnn_blob_record(offset: 0, length: 0)) }
    weights.pad(to: Int(CRNN_SECTION_ALIGNMENT))
    let offset = weights.bytes.count
    weights.append(contentsOf: elements)
    records.append(crnn_blob_record(offset: UInt64(offset), length: UInt64(weights.bytes.count - offset)))
  }
}

/// A number that has to fit a field of the file.
func field<Number: FixedWidthInteger>(_ value: Int, _ what: String) throws -> Number {
  guard let number = Number(exactly: value) else {
    throw GraphError("\(what): \(value) is too large for the file format")
  }
  return number
}
