import Converter
import Testing

@testable import crnn

@Suite struct EvaluationTests {
  @Test func greedyDecodingDropsRepetitionsAndBlanks() throws {
    func frames(_ classes: [Int], of count: Int) -> [Float] {
      classes.flatMap { best in (0..<count).map { $0 == best ? 1 : 0 } }
    }
    let last = TextDecoder(alphabet: "ab", blank: 2)
    #expect(try last.text(frames([2, 0, 0, 2, 0, 1, 1, 2], of: 3)) == "aab")
    let first = TextDecoder(alphabet: "ab", blank: 0)
    #expect(try first.text(frames([0, 1, 1, 0, 1, 2, 2, 0], of: 3)) == "aab")
    #expect(try last.text([]) == "")
  }

  @Test func comparisonFigures() throws {
    var comparison = Comparison()
    #expect(comparison.meanAbsoluteError == nil)
    comparison.add([1, 2], [1, 1])
    #expect(comparison.meanAbsoluteError == 0.5)
    #expect(comparison.maximumAbsoluteError == 1)
    let ratio = try #require(comparison.signalToNoise)
    #expect(abs(ratio - 3.0103) < 1e-3)
  }

  @Test func anExactResultHasNoRatioAndNaNIsNotForgiven() {
    var exact = Comparison()
    exact.add([1, 2], [1, 2])
    #expect(exact.signalToNoise == nil && exact.maximumAbsoluteError == 0)
    var broken = Comparison()
    broken.add([.nan, 2], [1, 2])
    #expect(broken.maximumAbsoluteError?.isNaN == true)
    #expect(JSONValue.finite(broken.maximumAbsoluteError) == nil)
  }

  @Test func documentsAreJSON() {
    let document = JSONValue.members([
      ("text", .text("a \"b\"\n\u{1}")), ("none", nil), ("list", .array([.integer(1), .number(0.5)])),
      ("empty", .object([])), ("yes", .boolean(true)),
    ])
    #expect(
      document.document == """
        {
          "text": "a \\"b\\"\\n\\u0001",
          "list": [1, 0.5],
          "empty": {},
          "yes": true
        }

        """)
  }

  @Test func numbersForPeople() {
    #expect(fixed(1.005, 1) == "1.0")
    #expect(fixed(-0.04, 1) == "0.0")
    #expect(fixed(-12.35, 1) == "-12.4")
    #expect(fixed(99.999, 2) == "100.00")
    #expect(fixed(7, 0) == "7")
    #expect(scientific(0.000012) == "1.2e-05")
    #expect(scientific(0.99999) == "1.0e+00")
    #expect(scientific(-123) == "-1.2e+02")
    #expect(scientific(0) == "0.0")
  }

  @Test func scalesAreParsed() throws {
    #expect(try parseScale("1/255") == 1 / 255)
    #expect(try parseScale("0.5") == 0.5)
    for text in ["", "0", "-1", "1/0", "1/2/3", "x", "1/"] {
      #expect(throws: CommandError.self) { try parseScale(text) }
    }
  }
}
