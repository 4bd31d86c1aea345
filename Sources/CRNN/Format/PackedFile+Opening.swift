import CCRNN

extension PackedFile {
  /// How much of a file stands in memory, and how much of it to check.
  enum Extent {
    /// Only the sections that describe the network (`crnn_file_header.prefix_size` bytes).
    case prefix
    /// All of it, but the weights' checksum is left for later.
    case wholeDeferringChecksum
    case whole
  }

  /// Checks the header, the checksums, the section table and every record, and fills in `file`; on failure it is not to be used.
  static func open(
    _ bytes: UnsafeRawPointer, _ count: Int, _ extent: Extent, _ file: UnsafeMutablePointer<PackedFile>,
    _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    guard count > 0 else {
      return Message(error, CRNN_ERROR_FILE_EMPTY).text("the file is empty; copy or convert it again").status
    }
    guard count >= MemoryLayout<crnn_file_header>.size else {
      return Message(error, CRNN_ERROR_FILE_TRUNCATED).text("the file has ").number(count)
        .text(" bytes, less than the header of a model file; copy or convert it again").status
    }
    let header = bytes.assumingMemoryBound(to: crnn_file_header.self)
    let magic = header.pointee.magic
    guard magic.0 == 0x43, magic.1 == 0x52, magic.2 == 0x4E, magic.3 == 0x4E, magic.4 == 0x0D, magic.5 == 0x0A,
      magic.6 == 0x1A, magic.7 == 0x0A
    else {
      return Message(error, CRNN_ERROR_FILE_MAGIC)
        .text("this is not a crnn model file; make one with `crnn convert`").status
    }
    guard Checksum.crc32c(bytes, MemoryLayout<crnn_file_header>.size &- 4) == header.pointee.header_checksum else {
      return Message(error, CRNN_ERROR_FILE_CHECKSUM).text("the file's header is damaged; copy or convert it again")
        .status
    }
    guard UInt32(header.pointee.reader_version) <= CRNN_FORMAT_VERSION else {
      return Message(error, CRNN_ERROR_FILE_TOO_NEW).text("the file needs a reader of format ")
        .number(Int(header.pointee.reader_version)).text("; this library reads up to format ")
        .number(Int(CRNN_FORMAT_VERSION)).text("; update crnn").status
    }
    guard header.pointee.reader_version > 0, header.pointee.format_version >= header.pointee.reader_version,
      header.pointee.numerics_revision > 0
    else {
      return Message(error, CRNN_ERROR_FILE_VERSION)
        .text("the file names a version that was never written; convert the network again").status
    }
    guard header.pointee.numerics_revision == CRNN_NUMERICS_REVISION else {
      return Message(error, CRNN_ERROR_FILE_TOO_NEW).text("the file needs numerics revision ")
        .number(Int(header.pointee.numerics_revision)).text("; this library has revision ")
        .number(Int(CRNN_NUMERICS_REVISION)).text("; update crnn").status
    }
    let unknown = header.pointee.features >> UInt64(CRNN_OP_COUNT)
    guard unknown == 0 else {
      return Message(error, CRNN_ERROR_FILE_TOO_NEW).text("the file uses operation ")
        .number(CRNN_OP_COUNT &+ unknown.trailingZeroBitCount).text(", which this library does not have; update crnn")
        .status
    }
    let prefix = Int(header.pointee.prefix_size)
    guard header.pointee.file_size <= UInt64(Int.max), prefix >= MemoryLayout<crnn_file_header>.size,
      UInt64(prefix) <= header.pointee.file_size
    else { return malformed(error, "its sizes contradict each other") }
    let needed = extent == .prefix ? prefix : Int(truncatingIfNeeded: header.pointee.file_size)
    guard count >= needed else {
      return Message(error, CRNN_ERROR_FILE_TRUNCATED).text("the file should have ").number(needed)
        .text(" bytes but ends after ").number(count).text("; copy or convert it again").status
    }
    guard Checksum.crc32c(bytes + 128, prefix &- 128) == header.pointee.prefix_checksum else {
      return Message(error, CRNN_ERROR_FILE_CHECKSUM).text(
        "the file is damaged: its description has a wrong checksum; copy or convert it again"
      )
      .status
    }
    if extent == .whole {
      let status = checkPayload(bytes, header, error)
      if status != CRNN_OK { return status }
    }
    file.pointee = PackedFile(base: bytes)
    let status = file.pointee.readSections(error)
    if status != CRNN_OK { return status }
    let records = file.pointee.checkRecords(error)
    return records == CRNN_OK ? UnsafePointer(file).checkNodes(error) : records
  }

  static func checkPayload(
    _ bytes: UnsafeRawPointer, _ header: UnsafePointer<crnn_file_header>, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    let prefix = Int(header.pointee.prefix_size)
    let size = Int(truncatingIfNeeded: header.pointee.file_size)
    guard Checksum.crc32c(bytes + prefix, size &- prefix) == header.pointee.payload_checksum else {
      return Message(error, CRNN_ERROR_FILE_CHECKSUM).text("the file is damaged: its weights have a wrong checksum")
        .status
    }
    return CRNN_OK
  }

  static func malformed(_ error: UnsafeMutablePointer<crnn_error>?, _ reason: Literal) -> crnn_status {
    Message(error, CRNN_ERROR_FILE_MALFORMED).text("the file contradicts itself: ").text(reason).text(
      "; convert it again"
    ).status
  }

  private mutating func readSections(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    let prefix = UInt64(header.pointee.prefix_size)
    let size = header.pointee.file_size
    let table = UInt64(header.pointee.section_offset)
    let count = UInt64(header.pointee.section_count)
    guard table >= 128, table & 7 == 0, table &+ count &* UInt64(MemoryLayout<crnn_section_record>.size) <= prefix,
      count <= 64
    else { return PackedFile.malformed(error, "the section table lies outside") }
    let records = (base + Int(table)).assumingMemoryBound(to: crnn_section_record.self)
    var seen: UInt64 = 0
    var i = 0
    while i < Int(count) {
      let section = records[i]
      i &+= 1
      let isPayload =
        Int(section.kind) == CRNN_SECTION_WEIGHTS || Int(section.kind) == CRNN_SECTION_SELF_TEST
      let limit = isPayload ? size : prefix
      guard section.offset & UInt64(CRNN_SECTION_ALIGNMENT &- 1) == 0, section.offset <= limit,
        section.length <= limit &- section.offset
      else { return PackedFile.malformed(error, "a section lies outside") }
      guard section.kind < 64, seen & (1 << UInt64(section.kind)) == 0 else {
        return PackedFile.malformed(error, "a section stands twice")
      }
      seen |= 1 << UInt64(section.kind)
      let start = base + Int(section.offset)
      let length = Int(section.length)
      switch Int(section.kind) {
      case CRNN_SECTION_STRINGS:
        strings = start.assumingMemoryBound(to: CChar.self)
        stringBytes = length
      case CRNN_SECTION_TENSORS:
        tensors = start.assumingMemoryBound(to: crnn_tensor_record.self)
        tensorCount = length &/ MemoryLayout<crnn_tensor_record>.size
      case CRNN_SECTION_NODES:
        nodes = start.assumingMemoryBound(to: crnn_node_record.self)
        nodeCount = length &/ MemoryLayout<crnn_node_record>.size
      case CRNN_SECTION_INDICES:
        indices = start.assumingMemoryBound(to: UInt32.self)
        indexCount = length &/ 4
      case CRNN_SECTION_BLOBS:
        blobs = start.assumingMemoryBound(to: crnn_blob_record.self)
        blobCount = length &/ MemoryLayout<crnn_blob_record>.size
      case CRNN_SECTION_PORTS:
        ports = start.assumingMemoryBound(to: crnn_port_record.self)
        inputCount = length &/ MemoryLayout<crnn_port_record>.size
      case CRNN_SECTION_METADATA:
        metadata = start.assumingMemoryBound(to: UInt32.self)
        metadataCount = length &/ 8
      case CRNN_SECTION_WEIGHTS:
        weights = start
        weightBytes = length
      case CRNN_SECTION_SELF_TEST:
        if length >= MemoryLayout<crnn_self_test_record>.size, section.offset >= prefix {
          selfTest = start.assumingMemoryBound(to: crnn_self_test_record.self)
        }
      default:
        if section.flags & UInt32(CRNN_SECTION_MUST_UNDERSTAND) != 0 {
          return Message(error, CRNN_ERROR_FILE_TOO_NEW).text("the file has a section of kind ")
            .number(Int(section.kind)).text(", which this library does not know; update crnn").status
        }
      }
    }
    guard stringBytes > 0, strings[0] == 0, strings[stringBytes &- 1] == 0 else {
      return PackedFile.malformed(error, "its names are not terminated")
    }
    guard nodeCount <= CRNN_MAXIMUM_NODES, tensorCount <= CRNN_MAXIMUM_TENSORS, inputCount <= 256 else {
      return PackedFile.malformed(error, "it has too many parts")
    }
    return CRNN_OK
  }
}
