import CCRNN
import Language
import Testing

@Suite struct LexiconTests {
  @Test func equalsBruteForce() throws {
    for seed in UInt64(0)..<2500 {
      var random = RandomNumbers(seed: seed)
      let classes = random.integer(3...4)
      let blank = random.integer(0...(classes - 1))
      let values = random.frames(random.integer(1...5), classes: classes)
      let alphabet = "ab ".suffix(classes - 1)
      let hasSeparator = random.integer(0...1) == 1
      let letters = hasSeparator ? Array(alphabet.dropLast()) : Array(alphabet)
      let words = Set(
        (0..<random.integer(1...4)).map { _ in
          String((0..<random.integer(1...3)).map { _ in letters[random.integer(0...(letters.count - 1))] })
        })
      let lexicon = try Lexicon(
        words: words.shuffled(), alphabet: Alphabet(String(alphabet)), separator: hasSeparator ? " " : nil)
      #expect(lexicon.wordCount == words.count)
      let bonus = Float(random.integer(-2...2))
      let decoder = try Decoder(
        alphabet: String(alphabet), blank: blank, width: 400, lexicon: try lexicon.bytes(), bonus: bonus)
      try decoder.push(values, classes: classes)
      try decoder.finish()
      let symbols = Array(alphabet)
      func isAllowed(_ text: String) -> Bool {
        text.isEmpty || words.contains(text)
          || (hasSeparator
            && text.split(separator: " ", omittingEmptySubsequences: false).allSatisfy { words.contains(String($0)) })
      }
      let allowed = BruteForce(values, classes: classes, blank: blank).texts.map {
        (text: String($0.key.map { symbols[$0] }), total: $0.value.total, length: $0.key.count)
      }.filter { isAllowed($0.text) }
        .map { (text: $0.text, total: $0.total, score: $0.total.logarithm + Double(bonus) * Double($0.length)) }
        .sorted { $0.score > $1.score }
      for rank in 0..<min(allowed.count, 5) {
        let reading = try decoder.reading(rank)
        #expect(reading.count == allowed.count && reading.isComplete, "seed \(seed)")
        #expect(abs(reading.score - allowed[rank].score) < 5e-5, "seed \(seed)")
        let same = try #require(allowed.first { $0.text == reading.text })
        #expect(abs(reading.logarithm - same.total.logarithm) < 5e-5, "seed \(seed)")
      }
    }
  }

  /// Where no whole word is left, what is left is given, and called incomplete.
  @Test func incompleteTexts() throws {
    let lexicon = try Lexicon(words: ["abab"], alphabet: Alphabet("ab"), separator: nil).bytes()
    let decoder = try Decoder(alphabet: "ab", blank: 2, width: 1, lexicon: lexicon)
    try decoder.push([0.98, 0.01, 0.01], classes: 3)
    #expect(try decoder.reading().isComplete == false)
    try decoder.finish()
    let reading = try decoder.reading()
    #expect(reading.text == "a" && !reading.isComplete && reading.count == 1)
  }

  @Test func equalSubtreesStandOnce() throws {
    let words = (0..<1000).map { "\($0 + 1000)x" }
    let lexicon = try Lexicon(words: words + words + ["", "1000x"], alphabet: Alphabet("0123456789x"), separator: nil)
    #expect(lexicon.wordCount == 1000)
    #expect(lexicon.stateCount == 6)
  }

  @Test func refusals() throws {
    let alphabet = try Alphabet("ab ")
    func refusal(_ words: [String], _ separator: Unicode.Scalar? = nil) -> String {
      do {
        _ = try Lexicon(words: words, alphabet: alphabet, separator: separator)
        return ""
      } catch { return "\(error)" }
    }
    #expect(
      refusal(["ab", "aéb", "a\u{301}", "z"])
        == "the alphabet lacks characters of the words: 'z', 'é', U+0301; the first such word is 'aéb'")
    #expect(
      refusal(["a b"], " ") == "the word 'a b' contains the separator; with separator 'none' each line is a whole text")
    #expect(refusal(["a"], "|") == "the alphabet lacks the separator '|'")
    #expect(refusal(["", ""]) == "the word list has no word")
    #expect(refusal(["a b"]) == "")
    #expect(throws: LanguageError.self) { try Alphabet("") }
  }

  @Test func anotherAlphabetIsRefused() throws {
    let lexicon = try Lexicon(words: ["ab"], alphabet: Alphabet("ab"), separator: nil).bytes()
    for alphabet in ["ba", "abc", "ac"] {
      #expect {
        _ = try Decoder(alphabet: alphabet, width: 1, lexicon: lexicon)
      } throws: {
        ($0 as? Decoder.Refusal)?.status == CRNN_ERROR_ARGUMENT
      }
    }
    #expect {
      _ = try Decoder(alphabet: "ab", width: 1, ngram: lexicon)
    } throws: {
      ($0 as? Decoder.Refusal)?.status == CRNN_ERROR_FILE_MAGIC
    }
  }
}
