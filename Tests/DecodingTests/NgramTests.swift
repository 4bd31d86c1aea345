import Language
import Testing

/// An n-gram model, and its text as an ARPA file.
private struct Model {
  var probabilities: [[String]: Double] = [:]
  var backoffs: [[String]: Double] = [:]
  var order: Int { probabilities.keys.map(\.count).max() ?? 0 }

  init(tokens: [String], _ random: inout RandomNumbers) {
    let order = random.integer(1...4)
    for token in tokens + ["</s>"] { probabilities[[token]] = -random.uniform() * 3 }
    for length in 2...max(order, 2) where length <= order {
      for _ in 0..<random.integer(0...12) {
        let first = random.integer(0...3) == 0 ? "<s>" : tokens[random.integer(0...(tokens.count - 1))]
        let middle = (0..<(length - 2)).map { _ in tokens[random.integer(0...(tokens.count - 1))] }
        let last = random.integer(0...3) == 0 ? "</s>" : tokens[random.integer(0...(tokens.count - 1))]
        probabilities[[first] + middle + [last]] = -random.uniform() * 2
        if random.integer(0...3) > 0 { backoffs[[first] + middle] = random.uniform() * 1.3 - 1 }
      }
    }
    // What predicts something is an n-gram itself.
    for ngram in probabilities.keys {
      for length in 1..<max(ngram.count, 1) where probabilities[Array(ngram.prefix(length))] == nil {
        probabilities[Array(ngram.prefix(length))] = -1.5
      }
    }
    for (context, _) in backoffs where context.last == "</s>" { backoffs[context] = nil }
  }

  var arpa: String {
    var text = "a comment\n\\data\\\n"
    let lengths = (1...order).map { length in
      probabilities.keys.filter { $0.count == length }.map { ($0.joined(separator: " "), $0) }.sorted { $0.0 < $1.0 }
    }
    for (index, ngrams) in lengths.enumerated() { text += "ngram \(index + 1)=\(ngrams.count)\n" }
    for (index, ngrams) in lengths.enumerated() {
      text += "\n\\\(index + 1)-grams:\n"
      for (name, tokens) in ngrams {
        text += "\(probabilities[tokens] ?? 0)\t\(name)" + (backoffs[tokens].map { "\t\($0)" } ?? "") + "\n"
      }
    }
    return text + "\n\\end\\\n"
  }

  /// Base-10 logarithm.
  func probability(_ token: String, after context: [String]) -> Double {
    if let value = probabilities[context + [token]] { return value }
    guard !context.isEmpty else { return -.infinity }
    return (backoffs[context] ?? 0) + probability(token, after: Array(context.dropFirst()))
  }

  func probability(of text: [String]) -> Double {
    var history = ["<s>"]
    var sum = 0.0
    for token in text + ["</s>"] {
      sum += min(0, probability(token, after: Array(history.suffix(order - 1))))
      history.append(token)
    }
    return sum
  }
}

@Suite struct NgramTests {
  @Test func equalsBruteForce() throws {
    for seed in UInt64(0)..<2500 {
      var random = RandomNumbers(seed: seed)
      let blank = random.integer(0...2)
      let values = random.frames(random.integer(1...5), classes: 3)
      let model = Model(tokens: ["a", "<space>"], &random)
      let packed = try NgramModel(arpa: model.arpa, alphabet: Alphabet("a "))
      #expect(packed.order == model.order)
      let (weight, bonus) = (Double(random.integer(0...4)) / 4, Double(random.integer(-2...2)) / 2)
      let decoder = try Decoder(
        alphabet: "a ", blank: blank, width: 200, ngram: try packed.bytes(), weight: Float(weight), bonus: Float(bonus))
      try decoder.push(values, classes: 3)
      try decoder.finish()
      let ordered = BruteForce(values, classes: 3, blank: blank).texts.map { symbols, text in
        let tokens = symbols.map { ["a", "<space>"][$0] }
        let language = weight * model.probability(of: tokens) * 10.0.logarithm + bonus * Double(symbols.count)
        return (symbols: symbols, total: text.total.logarithm, score: text.total.logarithm + language)
      }.sorted { $0.score > $1.score }
      for rank in 0..<min(ordered.count, 5) {
        let reading = try decoder.reading(rank)
        #expect(reading.count == ordered.count)
        #expect(abs(reading.score - ordered[rank].score) < 1e-4, "seed \(seed)")
        let same = try #require(ordered.first { $0.symbols == reading.symbols.map(\.character) })
        #expect(abs(reading.logarithm - same.total) < 1e-4, "seed \(seed)")
      }
    }
  }

  /// A lexicon and an n-gram model at once: the words' order is the model's.
  @Test func withALexicon() throws {
    let alphabet = try Alphabet("ab")
    let lexicon = try Lexicon(words: ["ab", "ba"], alphabet: alphabet, separator: nil).bytes()
    let arpa = "\\data\\\nngram 1=3\n\\1-grams:\n-1 a\n-0.1 b\n-1 </s>\n\\end\\\n"
    let ngram = try NgramModel(arpa: arpa, alphabet: alphabet).bytes()
    let third: Float = 1.0 / 3
    let decoder = try Decoder(alphabet: "ab", blank: 2, width: 16, lexicon: lexicon, ngram: ngram, weight: 1)
    try decoder.push([Float](repeating: third, count: 9) + [0.5, 0.3, 0.2], classes: 3)
    try decoder.finish()
    #expect(try decoder.reading(0).text == "ba")
    #expect(try decoder.reading(1).text == "ab")
  }

  @Test func whatTheAlphabetOrTheFileLacks() throws {
    let arpa =
      "\\data\\\nngram 1=4\nngram 2=1\n\\1-grams:\n-1 a\n-1 é\n-1 </s>\n-4 <unk>\n\n\\2-grams:\n-1 é a\n\\end\\\n"
    let model = try NgramModel(arpa: arpa, alphabet: Alphabet("ab"))
    #expect(model.leftOut == ["é"] && model.ngramCount == 2)
    #expect(throws: Never.self) { try Decoder(alphabet: "ab", width: 1, ngram: try model.bytes()) }
    func refusal(_ arpa: String, _ unknown: Double? = nil) -> String {
      do {
        _ = try NgramModel(arpa: arpa, alphabet: Alphabet("ab "), unknown: unknown)
        return ""
      } catch { return "\(error)" }
    }
    let poor = "\\data\\\nngram 1=1\n\\1-grams:\n-1 a\n\\end\\\n"
    #expect(refusal(poor).contains("no <unk> and no probability for </s>, U+0020, 'b'"))
    #expect(refusal(poor, -5) == "")
    let gap = "\\data\\\nngram 1=1\nngram 3=1\n\\1-grams:\n-1 a\n\\2-grams:\n\\3-grams:\n-1 a a a\n\\end\\\n"
    #expect(refusal(gap, -5).contains("line 8 of the ARPA file: there is no n-gram of its first 2 tokens"))
    #expect(refusal("-1 a").contains("no \\data\\"))
    #expect(refusal(String(poor.dropLast(6))).contains("cut short"))
    #expect(refusal(poor.replacing("=1", with: "=2")).contains("says that it has 2 1-grams, but has 1"))
    #expect(refusal(poor.replacing("-1 a", with: "-1 the")).contains("line 4 of the ARPA file: the token 'the'"))
    #expect(refusal(poor.replacing("-1 a", with: "1 a")).contains("'1' is no logarithm"))
    #expect(refusal(poor.replacing("-1 a", with: "-1 a b c")).contains("a 1-gram has 1 tokens"))
    #expect(refusal(poor.replacing("=1", with: "=2").replacing("-1 a", with: "-1 a\n-1 a"), -5).contains("twice"))
  }

  /// Marks that join what stands before them are characters of their own.
  @Test func combiningMarks() throws {
    let arpa = "\\data\\\nngram 1=3\n\\1-grams:\n-1 a\n-1 \u{301}\t-0.5\r\n-1 </s>\n\\end\\\n"
    let model = try NgramModel(arpa: arpa, alphabet: Alphabet("a\u{301}"))
    #expect(model.ngramCount == 3)
  }

  /// Any text is a model or refused with a sentence.
  @Test func damagedFiles() throws {
    var random = RandomNumbers(seed: 11)
    let bytes = Array(Model(tokens: ["a", "b"], &random).arpa.utf8)
    let alphabet = try Alphabet("ab")
    let parts = Array("\\\n\t -.0123456789ab<>/sdgrm:=é".utf8)
    for cut in 0..<bytes.count {
      _ = try? NgramModel(arpa: String(decoding: bytes[..<cut], as: UTF8.self), alphabet: alphabet)
    }
    for _ in 0..<3000 {
      var damaged = bytes
      for _ in 0..<random.integer(1...3) {
        damaged[random.integer(0...(bytes.count - 1))] = parts[random.integer(0...(parts.count - 1))]
      }
      if let model = try? NgramModel(arpa: String(decoding: damaged, as: UTF8.self), alphabet: alphabet, unknown: -3) {
        #expect(throws: Never.self) { try Decoder(alphabet: "ab", width: 1, ngram: try model.bytes()) }
      }
    }
  }
}
