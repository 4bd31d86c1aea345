import CCRNN

/// Finds sections, records, strings and constants in the bytes of a file, with every offset checked.
struct ModelFileReader {
  let bytes: [UInt8]
  let header: crnn_file_header
  let sections: [crnn_section_record]
  private var ranges: [UInt32: Range<Int>] = [:]

  init(_ bytes: [UInt8]) throws {
    self.bytes = bytes
    let headerSize = MemoryLayout<crnn_file_header>.size
    guard bytes.count >= 8, bytes.starts(with: ModelFileLayout.magic) else {
      throw PackedModelError("this is not a crnn model file")
    }
    guard bytes.count >= headerSize else { throw PackedModelError("the file ends within its header") }
    header = bytes.withUnsafeBytes { $0.loadUnaligned(as: crnn_file_header.self) }
    let checked = MemoryLayout<crnn_file_header>.offset(of: \.header_checksum) ?? headerSize
    guard CRC32C.checksum(bytes[..<checked]) == header.header_checksum else {
      throw PackedModelError("the file's header is damaged")
    }
    guard header.reader_version <= CRNN_FORMAT_VERSION, header.numerics_revision == CRNN_NUMERICS_REVISION,
      header.features >> UInt64(CRNN_OP_COUNT) == 0
    else { throw PackedModelError("the file needs a newer version of this program") }
    guard header.file_size == UInt64(bytes.count) else {
      throw PackedModelError("the file has \(bytes.count) bytes, but should have \(header.file_size)")
    }
    let prefix = Int(header.prefix_size)
    guard prefix >= headerSize, prefix <= bytes.count,
      CRC32C.checksum(bytes[headerSize..<prefix]) == header.prefix_checksum,
      CRC32C.checksum(bytes[prefix...]) == header.payload_checksum
    else { throw PackedModelError("the file is damaged: a checksum does not fit") }
    let table = Int(header.section_offset)..<Int(header.section_offset) + Int(header.section_count) * 24
    guard table.lowerBound >= headerSize, table.upperBound <= prefix else {
      throw PackedModelError("the file's table of sections is not where it should be")
    }
    sections = ModelFileReader.load(bytes, table)
    for section in sections {
      guard section.kind >= CRNN_SECTION_STRINGS, section.kind <= CRNN_SECTION_SELF_TEST else {
        if section.flags & UInt32(CRNN_SECTION_MUST_UNDERSTAND) == 0 { continue }
        throw PackedModelError(
          "section kind \(section.kind) is unknown; the file needs a newer version of this program")
      }
      let (end, overflow) = section.offset.addingReportingOverflow(section.length)
      guard !overflow, end <= UInt64(bytes.count), section.offset % UInt64(CRNN_SECTION_ALIGNMENT) == 0,
        ranges[section.kind] == nil
      else { throw PackedModelError("section \(section.kind) lies outside the file, or stands in it twice") }
      ranges[section.kind] = Int(section.offset)..<Int(end)
    }
    for kind in CRNN_SECTION_STRINGS...CRNN_SECTION_WEIGHTS
    where kind != CRNN_SECTION_METADATA && ranges[UInt32(kind)] == nil {
      throw PackedModelError("section \(kind) is missing")
    }
  }

  /// All records of a section; none where it is absent.
  func records<Record: BitwiseCopyable>(_ kind: Int, as type: Record.Type) throws -> [Record] {
    guard let range = ranges[UInt32(kind)] else { return [] }
    guard range.count % MemoryLayout<Record>.size == 0 else {
      throw PackedModelError("section \(kind) ends within a record")
    }
    return ModelFileReader.load(bytes, range)
  }

  func string(_ offset: UInt32) throws -> String {
    let section = ranges[UInt32(CRNN_SECTION_STRINGS)] ?? 0..<0
    guard offset < section.count,
      let end = bytes[(section.lowerBound + Int(offset))..<section.upperBound].firstIndex(of: 0),
      let text = String(validating: bytes[(section.lowerBound + Int(offset))..<end], as: UTF8.self)
    else { throw PackedModelError("a text lies outside the strings, or is not UTF-8") }
    return text
  }

  func slice<Element>(_ array: [Element], _ first: UInt32, _ count: UInt32, of what: String) throws -> ArraySlice<
    Element
  > {
    let (start, end) = (Int(first), Int(first) + Int(count))
    guard end <= array.count else { throw PackedModelError("\(what) lie outside their section") }
    return array[start..<end]
  }

  /// Where a blob lies in the file.
  func payload(_ blob: crnn_blob_record, of node: String) throws -> Range<Int> {
    let weights = ranges[UInt32(CRNN_SECTION_WEIGHTS)] ?? 0..<0
    let (end, overflow) = blob.offset.addingReportingOverflow(blob.length)
    guard !overflow, end <= UInt64(weights.count), blob.offset % UInt64(CRNN_SECTION_ALIGNMENT) == 0 else {
      throw PackedModelError("a constant of node \(node) lies outside the weights")
    }
    return weights.lowerBound + Int(blob.offset)..<weights.lowerBound + Int(end)
  }

  /// The elements that a range of bytes holds.
  static func load<Element: BitwiseCopyable>(_ bytes: [UInt8], _ range: Range<Int>) -> [Element] {
    bytes.withUnsafeBytes { buffer in
      stride(from: range.lowerBound, to: range.upperBound, by: MemoryLayout<Element>.size).map {
        buffer.loadUnaligned(fromByteOffset: $0, as: Element.self)
      }
    }
  }
}
