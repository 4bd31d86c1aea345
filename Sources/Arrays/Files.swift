import Glibc

/// Whole files in and out.
public enum Files {
  /// The bytes of the file at `path`. Throws with the system's reason where it cannot be read.
  public static func read(_ path: String) throws(ArrayError) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure("cannot open", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("cannot read", path) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw ArrayError("\(path) is a folder, not a file") }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(max(0, Int(status.st_size)))
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = Glibc.read(descriptor, &block, block.count)
      if count < 0 {
        if errno == EINTR { continue }
        throw failure("cannot read", path)
      }
      if count == 0 { return bytes }
      bytes += block[..<count]
    }
  }

  /// Writes a file that appears whole or not at all: into a temporary file beside it, which is then renamed.
  public static func write(_ bytes: [UInt8], to path: String) throws(ArrayError) {
    var name = Array("\(path).XXXXXX".utf8CString)
    let descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw failure("cannot write", path) }
    let temporary = String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count < 0 {
        if errno == EINTR { continue }
        let error = failure("cannot write", path)
        close(descriptor)
        unlink(temporary)
        throw error
      }
      written += count
    }
    // mkstemp makes a private file: give it the mode that a new file would have.
    let mask = umask(0)
    umask(mask)
    let isComplete = fchmod(descriptor, 0o666 & ~mask) == 0
    guard close(descriptor) == 0, isComplete, rename(temporary, path) == 0 else {
      let error = failure("cannot write", path)
      unlink(temporary)
      throw error
    }
  }

  public static func isFolder(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }

  private static func failure(_ what: String, _ path: String) -> ArrayError {
    ArrayError("\(what) \(path): \(String(cString: strerror(errno)))")
  }
}
