import Converter
import Testing

@testable import crnn

@Suite struct ImageRowTests {
  private let names: [[UInt8]] = [
    Array("plain.png".utf8), Array("comma, \"quote\"\nline.png".utf8), [0xFF, 0x20, 0xC3, 0xA9, 0xC3, 0x2E], [0x20],
  ]

  private func writer(_ format: RowFormat) -> RowWriter { RowWriter(format: format, columns: .classes(top: 2)) }

  @Test(arguments: RowFormat.allCases)
  func rowsAreReadAgain(format: RowFormat) {
    let labels = ["7", "a, \"b\"", "tab\tand \\ 字"]
    for name in names.map({ FileName($0) }) {
      for label in labels {
        let classes: [(label: String, confidence: Float)] = [(label, 0.5), ("x", 0.25)]
        let row = ImageRow(file: name, answer: .classes(classes))
        let bytes = writer(format).bytes(row)
        #expect(writer(format).rowEnd(bytes[...]) == bytes.count)
        let start = writer(format).start(name)
        #expect(bytes.starts(with: start))
        let answer = writer(format).answer(bytes[start.count...])
        #expect(answer.prediction == label && !answer.isFailure)
      }
      let failed = writer(format).bytes(ImageRow(file: name, answer: .failure("no, it\nis not")))
      let answer = writer(format).answer(failed[writer(format).start(name).count...])
      #expect(answer.prediction == nil && answer.isFailure)
    }
  }

  @Test func namesAsJSON() {
    #expect(JSONValue.quoted(FileName([0x61, 0xFF, 0x0A, 0xC3, 0xA9])) == #""a\udcff\né""#)
  }

  @Test func editsOfTexts() {
    var scores = Scores(isText: true)
    scores.add(expected: "kitten", given: "sitting")
    scores.add(expected: "ab", given: "ab")
    scores.add(expected: "abc", given: nil)
    scores.add(expected: nil, given: "abc")
    #expect(scores.compared == 3 && scores.right == 1 && scores.unexpected == 1 && scores.unreadable == 1)
    // Three edits, and three characters that were not read, of eleven.
    #expect(scores.characterErrorRate == Double(600) / 11)
    #expect(scores.mistakes.map { "\($0.pair.expected)>\($0.pair.given)" }.sorted() == [">g", "e>i", "k>s"])
  }

  @Test func commaSeparatedValues() {
    let text = "a,\"b \"\"c\"\"\nd\",\r\n\n,e\nf"
    #expect(CSVReader.rows(Array(text.utf8)) == [["a", "b \"c\"\nd", ""], ["", "e"], ["f"]])
  }

  @Test func workKeepsItsOrder() throws {
    var next = 0
    let work = try OrderedWork<Int, Int>(
      threads: 4, groups: 3...3,
      take: { count in
        defer { next = min(next + count, 1000) }
        return Array(next..<min(next + count, 1000))
      }, work: { $0.map { $0 * 2 } })
    var results: [Int] = []
    while case let some = work.next(), !some.isEmpty { results += some }
    #expect(results == (0..<1000).map { $0 * 2 })
  }
}
