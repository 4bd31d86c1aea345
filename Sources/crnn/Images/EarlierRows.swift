import Glibc

/// The rows that an interrupted run left, compared with the images that it was given.
struct EarlierRows {
  private(set) var rows = 0
  private(set) var failures = 0
  /// Behind the last whole row, in bytes.
  private(set) var end = 0

  /// Reads `path`, which need not exist, and takes as many entries of `files` as it has rows. Throws where a row is of another file.
  init(
    _ path: String, _ writer: RowWriter, _ files: inout ImageFiles,
    each: (_ file: FileName, _ prediction: String?) -> Void
  ) throws {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      guard errno == ENOENT else { throw CommandError("cannot open \(path): \(String(cString: strerror(errno)))") }
      return
    }
    defer { close(descriptor) }
    var unread: [UInt8] = []
    var isHeaderMissing = !writer.header.isEmpty
    while true {
      var block = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(descriptor, &block, block.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw CommandError("cannot read \(path): \(String(cString: strerror(errno)))") }
      // What is no whole row stays out.
      if count == 0 { return }
      unread += block.prefix(count)
      var rest = unread[...]
      while let rowEnd = writer.rowEnd(rest) {
        let row = rest[..<rowEnd]
        rest = rest[rowEnd...]
        end += row.count
        if isHeaderMissing {
          isHeaderMissing = false
          guard row.elementsEqual(writer.header) else {
            throw CommandError("\(path) was not written with these options: its first line is another one")
          }
          continue
        }
        try take(row, path, writer, &files, each)
      }
      unread = Array(rest)
    }
  }

  private mutating func take(
    _ row: ArraySlice<UInt8>, _ path: String, _ writer: RowWriter, _ files: inout ImageFiles,
    _ each: (FileName, String?) -> Void
  ) throws {
    rows += 1
    guard let entry = files.next() else {
      throw CommandError("\(path) has more rows than there are images now: they must be those of the first run")
    }
    let start = writer.start(entry.name)
    guard row.starts(with: start) else {
      throw CommandError(
        "row \(rows) of \(path) is not of \(entry.name.title): the images and the format must be those of the first run"
      )
    }
    let (prediction, isFailure) = writer.answer(row.dropFirst(start.count))
    if isFailure { failures += 1 }
    each(entry.name, prediction)
  }
}
