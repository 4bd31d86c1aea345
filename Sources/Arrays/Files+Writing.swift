import Glibc

extension Files {
  /// Writes a file that appears whole or not at all, as `write(_:)` does.
  public static func write(_ bytes: [UInt8], to path: String) throws(ArrayError) {
    try write([(bytes: bytes, path: path)])
  }

  /// Writes files that appear whole, or none of them: each into a temporary file beside it; when all are complete, they are
  /// renamed.
  ///
  /// A symbolic link stays one: the file it leads to is replaced. What is no regular file (a device, a pipe) is written to as it
  /// is. Throws with the system's reason; a rename that fails after another succeeded, which needs the folder to change
  /// meanwhile, is the one case that leaves a file behind.
  public static func write(_ files: [(bytes: [UInt8], path: String)]) throws(ArrayError) {
    var prepared: [(temporary: String, target: String)] = []
    do throws(ArrayError) {
      var streams: [(bytes: [UInt8], path: String)] = []
      for file in files {
        if let kind = kind(file.path), kind != S_IFREG {
          guard kind != S_IFDIR else { throw ArrayError("cannot write \(file.path): it is a folder") }
          streams.append(file)
        } else {
          prepared.append(try prepare(file.bytes, file.path))
        }
      }
      for file in streams { try stream(file.bytes, file.path) }
      while let next = prepared.first {
        guard rename(next.temporary, next.target) == 0 else { throw failure("cannot write", next.target) }
        prepared.removeFirst()
      }
    } catch {
      for file in prepared { unlink(file.temporary) }
      throw error
    }
  }

  /// A complete temporary file in the folder of the file that it will replace.
  private static func prepare(_ bytes: [UInt8], _ path: String) throws(ArrayError) -> (
    temporary: String, target: String
  ) {
    var status = stat()
    let isLink = lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    let target = resolved(path) ?? path
    guard !isLink || target != path else {
      throw ArrayError("cannot write \(path): it is a symbolic link to what does not exist")
    }
    var name = Array("\(target).XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw failure("cannot write", path) }
    let temporary = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // mkstemp makes a private file: give it the mode that a new file would have.
    let mask = umask(0)
    umask(mask)
    let isWritten = put(bytes, descriptor) == bytes.count && fchmod(descriptor, 0o666 & ~mask) == 0
    let error = failure("cannot write", path)
    guard close(descriptor) == 0, isWritten else {
      unlink(temporary)
      throw isWritten ? failure("cannot write", path) : error
    }
    return (temporary, target)
  }

  private static func stream(_ bytes: [UInt8], _ path: String) throws(ArrayError) {
    let descriptor = open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("cannot write", path) }
    defer { close(descriptor) }
    guard put(bytes, descriptor) == bytes.count else { throw failure("cannot write", path) }
  }

  /// Writes to an open file and returns how many bytes the system took: fewer than all where it refuses, for the reason in `errno`.
  public static func put(_ bytes: [UInt8], _ descriptor: Int32) -> Int {
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      written += count
    }
    return written
  }
}
