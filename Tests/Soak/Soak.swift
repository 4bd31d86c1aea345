import ArgumentParser
import Foundation
import StreamingChecks

/// `make soak`: random networks for as long as asked.
@main
struct Soak: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "soak",
    abstract: "Checks random networks, sequences and feedings until the time is over or one fails.",
    discussion: """
      A failing case is shrunk and left in --directory; the exit status is then 1. One seed again: soak --seed N --networks 1.
      """)

  @Option(help: "How long, in minutes.") var minutes = 60.0
  @Option(help: "At most so many networks; 0: as many as there is time for.") var networks = 0
  @Option(help: "The first seed; others follow one by one. Default: from the clock.") var seed: UInt64?
  @Option(help: "Where a failing case is left.") var directory = "build/soak"

  @Flag(help: .hidden) var writesGoldenCases = false
  /// With the packed digits network of `make demo`.
  @Option(help: .hidden) var writesConformanceVectors: String?

  func run() throws {
    if writesGoldenCases { return try GoldenNetworks.write() }
    if let writesConformanceVectors {
      return try GoldenNetworks.writeVectors(digits: URL(filePath: writesConformanceVectors))
    }
    let first = seed ?? UInt64(Date().timeIntervalSince1970) << 20
    let url = URL(filePath: directory, directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    var cases = RandomRun(seed: first, directory: url)
    let start = Date()
    var reported = 0
    say("first seed \(first)")
    while Date().timeIntervalSince(start) < 60 * minutes, networks == 0 || cases.count < networks {
      // What was running, should the process end.
      try Data("\(cases.seed)\n".utf8).write(to: url.appending(path: "running"))
      if let found = cases.next() {
        say("seed \(found.seed): \(found)")
        say("\(cases.count) networks, 1 difference")
        throw ExitCode(1)
      }
      let passed = Int(Date().timeIntervalSince(start) / 60)
      if passed > reported {
        reported = passed
        say("\(passed) min: \(cases.count) networks, 0 differences")
      }
    }
    say(cases.table)
    say("\(cases.count) networks, 0 differences, seeds \(first) to \(first &+ UInt64(max(cases.count - 1, 0)))")
  }

  /// At once, also where the output is a file.
  private func say(_ text: String) {
    FileHandle.standardOutput.write(Data((text.hasSuffix("\n") ? text : text + "\n").utf8))
  }
}
