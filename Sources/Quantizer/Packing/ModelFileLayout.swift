import CCRNN

/// Puts sections behind a header and a table, and fills in every size and checksum.
struct ModelFileLayout {
  struct Section {
    var kind: UInt32
    var flags: UInt32
    var bytes: [UInt8]
    init(_ kind: Int, _ bytes: [UInt8], mustUnderstand: Bool = true) {
      self.kind = UInt32(kind)
      flags = mustUnderstand ? UInt32(CRNN_SECTION_MUST_UNDERSTAND) : 0
      self.bytes = bytes
    }
    /// Sections behind the prefix, which a device needs only to run the network.
    var isPayload: Bool { kind == UInt32(CRNN_SECTION_WEIGHTS) || kind == UInt32(CRNN_SECTION_SELF_TEST) }
  }

  static let magic: [UInt8] = [0x43, 0x52, 0x4E, 0x4E, 0x0D, 0x0A, 0x1A, 0x0A]

  /// Payload sections stand last.
  let sections: [Section]
  let features: UInt64

  func bytes() throws -> [UInt8] {
    let alignment = Int(CRNN_SECTION_ALIGNMENT)
    let headerSize = MemoryLayout<crnn_file_header>.size
    var offset = rounded(headerSize + sections.count * MemoryLayout<crnn_section_record>.size, to: alignment)
    var prefixSize: Int?
    var table = SectionBytes()
    var body = SectionBytes()
    let bodyStart = offset
    for section in sections {
      if section.isPayload && prefixSize == nil { prefixSize = offset }
      table.append(
        crnn_section_record(
          kind: section.kind, flags: section.flags, offset: UInt64(offset), length: UInt64(section.bytes.count)))
      body.append(contentsOf: section.bytes)
      body.pad(to: alignment)
      offset = bodyStart + body.bytes.count
    }
    table.pad(to: alignment)
    let content = table.bytes + body.bytes
    let prefix = prefixSize ?? offset

    var header = crnn_file_header()
    withUnsafeMutableBytes(of: &header.magic) { $0.copyBytes(from: ModelFileLayout.magic) }
    header.format_version = UInt16(CRNN_FORMAT_VERSION)
    header.reader_version = UInt16(CRNN_FORMAT_VERSION)
    header.numerics_revision = UInt32(CRNN_NUMERICS_REVISION)
    header.features = features
    header.file_size = UInt64(headerSize + content.count)
    header.prefix_size = try field(prefix, "the file's prefix")
    header.section_count = try field(sections.count, "sections")
    header.section_offset = UInt32(headerSize)
    header.prefix_checksum = CRC32C.checksum(content[..<(prefix - headerSize)])
    header.payload_checksum = CRC32C.checksum(content[(prefix - headerSize)...])
    withUnsafeMutableBytes(of: &header.content_id) { $0.copyBytes(from: SHA256.digest(content)) }
    let checked = MemoryLayout<crnn_file_header>.offset(of: \.header_checksum) ?? headerSize
    header.header_checksum = withUnsafeBytes(of: header) { CRC32C.checksum($0[..<checked]) }
    return withUnsafeBytes(of: header) { Array($0) } + content
  }
}
