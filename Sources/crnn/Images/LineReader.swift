import Glibc

/// Lines of an open file, or what else a separator ends; empty ones are left out. What stands behind the last separator is one too.
struct LineReader {
  private let descriptor: Int32
  private let separator: UInt8
  private var block = [UInt8](repeating: 0, count: 1 << 16)
  private var unread = 0..<0

  init(_ descriptor: Int32, separator: UInt8) {
    self.descriptor = descriptor
    self.separator = separator
  }

  /// There is one that need not be waited for.
  var hasLine: Bool { block[unread].contains(separator) }

  /// Throws with the system's reason.
  mutating func next() throws -> FileName? {
    var line: [UInt8] = []
    while true {
      if let end = block[unread].firstIndex(of: separator) {
        line += block[unread.lowerBound..<end]
        unread = end + 1..<unread.upperBound
        if !line.isEmpty { return FileName(line) }
      } else {
        line += block[unread]
        unread = 0..<0
        let count = read(descriptor, &block, block.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else {
          throw CommandError("cannot read the list of names: \(String(cString: strerror(errno)))")
        }
        unread = 0..<count
        if count == 0 { return line.isEmpty ? nil : FileName(line) }
      }
    }
  }
}
