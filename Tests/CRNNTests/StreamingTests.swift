import Foundation
import Testing

@testable import StreamingChecks

/// Streaming is batch: random networks give the same bits in any pieces and any order of their ports, with any chunk, on every
/// instruction set. Tests/StreamingChecks/README.md says what is random and how a failure is read.
@Suite struct StreamingTests {
  static let networks = 1500
  static let failures = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../build/tests/streaming", directoryHint: .isDirectory).standardizedFileURL

  @Test func anyPiecesGiveTheSameBits() {
    var run = RandomRun(seed: 0, directory: StreamingTests.failures)
    while run.count < StreamingTests.networks {
      // Before they run, should one end the process.
      print("seeds", (run.seed..<run.seed + 25).map(String.init).joined(separator: " "))
      let found = (0..<25).lazy.compactMap { _ in run.next() }.first
      #expect(found == nil, "seed \(found?.seed ?? 0): \(found?.description ?? "")")
      if found != nil { break }
    }
    print(run.table)
  }

  /// The cases that are kept for ever give what they gave.
  @Test func goldenCases() throws {
    let cases = try GoldenCase.all(in: GoldenCase.directory) + GoldenCase.all(in: GoldenCase.vectors)
    #expect(cases.count >= 60)
    for golden in cases {
      let failure = try golden.failure()
      #expect(failure == nil, "\(golden.name), \(golden.about): \(failure?.description ?? "")")
    }
  }
}
