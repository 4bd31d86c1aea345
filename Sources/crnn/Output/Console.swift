import Glibc

/// Standard error: progress on a terminal, notes anywhere.
enum Console {
  /// A line on standard error.
  static func note(_ text: String) { write(text + "\n") }

  static let isTerminal = isatty(STDERR_FILENO) == 1

  fileprivate static func write(_ text: String) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      guard count > 0 else { return }
      bytes = bytes.dropFirst(count)
    }
  }
}

/// What is being done and how much of it, rewritten in one line of the terminal; silent elsewhere and in the first second.
final class Progress {
  private let title: String
  private let start = ContinuousClock.now
  private var shown = ContinuousClock.now
  private var isVisible = false

  init(_ title: String) { self.title = title }

  func update(_ done: Int, of total: Int) {
    guard Console.isTerminal else { return }
    let now = ContinuousClock.now
    guard now - start > .seconds(1), now - shown > .milliseconds(100) else { return }
    shown = now
    isVisible = true
    Console.write("\r\u{1B}[K\(title) \(done) of \(total)")
  }

  deinit { finish() }

  /// Takes the line away.
  func finish() {
    if isVisible { Console.write("\r\u{1B}[K") }
    isVisible = false
  }
}
