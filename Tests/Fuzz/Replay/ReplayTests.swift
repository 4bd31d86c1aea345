import Foundation
import FuzzChecks
import Testing

/// Every case that a fuzzer once found something with, and the seeds that it starts from, once more. What would end a host ends
/// this test. `CRNN_FUZZ_CASES`: a folder with cases that fuzzers kept, PART/CASE; `make coverage` names that of `make fuzz`.
@Suite struct ReplayTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  private func files(_ folder: URL) throws -> [URL] {
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .sorted { $0.path < $1.path }
  }

  @Test(arguments: FuzzedPart.allCases) func kept(_ part: FuzzedPart) throws {
    let folder = ReplayTests.folder
    var folders = ["findings", "seeds"].map { folder.appending(path: "\($0)/\(part.rawValue)") }
    if let cases = ProcessInfo.processInfo.environment["CRNN_FUZZ_CASES"] {
      folders.append(URL(filePath: cases).appending(path: part.rawValue))
    }
    for folder in folders {
      for file in try files(folder) {
        try Data(contentsOf: file).withUnsafeBytes { part.check($0) }
      }
    }
    // Nothing, and a few bytes of everything, are seeds of each part.
    for count in [0, 1, 7, 64] {
      for value: UInt8 in [0, 0x7F, 0xFF] {
        [UInt8](repeating: value, count: count).withUnsafeBytes { part.check($0) }
      }
    }
  }
}
