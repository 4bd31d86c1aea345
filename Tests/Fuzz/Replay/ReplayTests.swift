import Arrays
import Foundation
import FuzzChecks
import Testing

/// Every case that a fuzzer once found something with, the seeds that it starts from, and those that brought it further, once more.
/// What would end a host ends this test.
@Suite struct ReplayTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()

  private func files(_ folder: URL) throws -> [URL] {
    guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
      .sorted { $0.path < $1.path }
  }

  @Test(arguments: FuzzedPart.allCases) func kept(_ part: FuzzedPart) throws {
    let folder = ReplayTests.folder
    for kind in ["findings", "seeds"] {
      for file in try files(folder.appending(path: "\(kind)/\(part.rawValue)")) {
        try Data(contentsOf: file).withUnsafeBytes { part.check($0) }
      }
    }
    let corpus = try NPZFile(folder.appending(path: "corpora/\(part.rawValue).npz").path)
    for name in corpus.names {
      try #require(try corpus[name]).bytes.withUnsafeBytes { part.check($0) }
    }
    // Nothing, and a few bytes of everything, are seeds of each part.
    for count in [0, 1, 7, 64] {
      for value: UInt8 in [0, 0x7F, 0xFF] {
        [UInt8](repeating: value, count: count).withUnsafeBytes { part.check($0) }
      }
    }
  }
}
