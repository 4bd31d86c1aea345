import Arrays
import Glibc

/// Standard error: progress on a terminal, notes anywhere. Standard output: results.
enum Console {
  /// Throws where the system does not take all of it.
  static func output(_ text: String) throws {
    let bytes = Array(text.utf8)
    guard Files.put(bytes, STDOUT_FILENO) == bytes.count else { throw RowFile.failure("standard output") }
  }

  /// A line on standard error.
  static func note(_ text: String) { write(text + "\n") }

  static let isTerminal = isatty(STDERR_FILENO) == 1

  fileprivate static func write(_ text: String) { _ = Files.put(Array(text.utf8), STDERR_FILENO) }
}

/// What is being done and how much of it, rewritten in one line of the terminal; silent elsewhere and in the first second.
final class Progress {
  private let title: String
  private let start = ContinuousClock.now
  private var shown = ContinuousClock.now
  private var isVisible = false
  /// What was done before this began; nil: how fast it goes is not shown.
  private let first: Int?

  /// - Parameter first: with it, the line says how many a second there are and, where the total is known, how long the rest takes;
  ///   so many were done before.
  init(_ title: String, countingFrom first: Int? = nil) {
    self.title = title
    self.first = first
  }

  func update(_ done: Int, of total: Int? = nil) {
    guard Console.isTerminal else { return }
    let now = ContinuousClock.now
    guard now - start > .seconds(1), now - shown > .milliseconds(100) else { return }
    shown = now
    isVisible = true
    let part = total.map { "\(done) of \($0)" } ?? "\(done)"
    Console.write("\r\u{1B}[K\(title) \(part)\(rate(done, of: total, after: now - start))")
  }

  private func rate(_ done: Int, of total: Int?, after duration: Duration) -> String {
    guard let first, done > first else { return "" }
    let perSecond = Double(done - first) / (duration / .seconds(1))
    let rate = ", \(fixed(perSecond, perSecond < 10 ? 1 : 0)) a second"
    guard let total, total >= done else { return rate }
    return rate + ", \(Progress.words(seconds: Int(Double(total - done) / perSecond))) left"
  }

  /// "2 h 5 min", "3 min 20 s", "8 s"
  private static func words(seconds: Int) -> String {
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    if hours > 0 { return "\(hours) h \(minutes) min" }
    return minutes > 0 ? "\(minutes) min \(seconds % 60) s" : "\(seconds) s"
  }

  deinit { finish() }

  /// Takes the line away.
  func finish() {
    if isVisible { Console.write("\r\u{1B}[K") }
    isVisible = false
  }
}
