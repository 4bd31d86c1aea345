import Foundation
import Testing

/// The table of patterns in Sources/ONNX/README.md says what the fixtures show.
@Suite struct OddGraphTests {
  private struct Row {
    var isRead: Bool
    var fixtures: [String]
  }

  private func rows() throws -> [Row] {
    let readme = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/ONNX/README.md")
    let text = try String(contentsOf: readme, encoding: .utf8)
    let table = try #require(text.components(separatedBy: "## Patterns").dropFirst().first)
    return table.components(separatedBy: "\n").compactMap { line in
      let cells = line.components(separatedBy: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 5, cells[2] == "read" || cells[2] == "refused" else { return nil }
      let names = cells[3].components(separatedBy: "`").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
      return Row(isRead: cells[2] == "read", fixtures: names)
    }
  }

  @Test func everyPatternHasItsNetworks() throws {
    let cases = Dictionary(uniqueKeysWithValues: FixtureCase.all.map { ($0.name, $0) })
    let rows = try rows()
    #expect(rows.count >= 60)
    var seen: Set<String> = []
    for row in rows {
      #expect(!row.fixtures.isEmpty)
      for name in row.fixtures {
        let fixture = try #require(cases[name], "there is no fixture \(name)")
        #expect((fixture.refusal == nil) == row.isRead, "\(name)")
        #expect(seen.insert(name).inserted, "\(name) stands twice")
      }
    }
  }
}
