import Arrays
import Glibc

/// Where rows go: standard output, or a file. Whatever happens, what has been written ends with a whole row.
final class RowFile {
  let path: String?
  private let descriptor: Int32
  private(set) var rows = 0

  /// Standard output; or the file at `path`, emptied.
  init(path: String?) throws {
    self.path = path
    guard let path else {
      descriptor = STDOUT_FILENO
      return
    }
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw RowFile.failure(path) }
  }

  /// The file at `path` as it is cut off behind `end` bytes, which hold `rows` rows.
  init(continuing path: String, end: Int, rows: Int) throws {
    self.path = path
    self.rows = rows
    descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0, ftruncate(descriptor, off_t(end)) == 0, lseek(descriptor, off_t(end), SEEK_SET) >= 0 else {
      throw RowFile.failure(path)
    }
  }

  /// Writes whole rows. Where the system takes only a part (a full disk), a row that is not whole is taken away again.
  func write(_ pieces: [[UInt8]], areRows: Bool = true) throws {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(pieces.reduce(0) { $0 + $1.count })
    for piece in pieces { bytes += piece }
    let written = Files.put(bytes, descriptor)
    let error = errno
    guard written < bytes.count else {
      if areRows { rows += pieces.count }
      return
    }
    var whole = 0
    for piece in pieces where whole + piece.count <= written {
      whole += piece.count
      if areRows { rows += 1 }
    }
    cut(by: written - whole)
    throw CommandError(
      "cannot write \(path ?? "standard output"): \(String(cString: strerror(error))); the first \(rows) rows are whole"
        + (path.map { ", --resume \($0) goes on behind them" } ?? ""))
  }

  private func cut(by count: Int) {
    var status = stat()
    let position = lseek(descriptor, 0, SEEK_CUR)
    guard count > 0, fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, position >= count else {
      return
    }
    _ = ftruncate(descriptor, position - off_t(count))
  }

  /// Throws where the system has kept back an error until now.
  func finish() throws {
    if let path, close(descriptor) != 0 { throw RowFile.failure(path) }
  }

  static func failure(_ path: String) -> CommandError {
    CommandError("cannot write \(path): \(String(cString: strerror(errno)))")
  }
}
