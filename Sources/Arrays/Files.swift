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

  public static func isFolder(_ path: String) -> Bool { kind(path) == S_IFDIR }

  /// Whether two paths name the same file, or would where it does not exist yet. Devices and pipes, which nothing is lost by
  /// writing to, are never the same.
  public static func areSame(_ first: String, _ second: String) -> Bool {
    var (one, other) = (stat(), stat())
    switch (stat(first, &one) == 0, stat(second, &other) == 0) {
    case (true, true):
      return one.st_mode & S_IFMT == S_IFREG && one.st_dev == other.st_dev && one.st_ino == other.st_ino
    case (false, false): return resolvedFuture(first) == resolvedFuture(second)
    default: return false
    }
  }

  /// The path without symbolic links; nil where nothing is there.
  static func resolved(_ path: String) -> String? {
    guard let found = realpath(path, nil) else { return nil }
    defer { free(found) }
    return String(cString: found)
  }

  /// The path that a file which does not exist yet would have.
  private static func resolvedFuture(_ path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let folder = parts.count == 1 ? "." : parts.dropLast().joined(separator: "/") + "/"
    return (resolved(folder) ?? folder) + "/" + (parts.last ?? "")
  }

  /// The bits of the mode that tell files, folders and devices apart; nil where nothing is there.
  static func kind(_ path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  static func failure(_ what: String, _ path: String) -> ArrayError {
    ArrayError("\(what) \(path): \(String(cString: strerror(errno)))")
  }
}
