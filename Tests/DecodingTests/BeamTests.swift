import CCRNN
import Testing

@Suite struct BeamTests {
  /// 10,000 cases, in batches that run side by side.
  @Test(arguments: 0..<4) func equalsBruteForce(batch: Int) throws {
    for seed in UInt64(2500 * batch)..<UInt64(2500 * batch + 2500) {
      var random = RandomNumbers(seed: seed)
      let classes = random.integer(2...4)
      let blank = random.integer(0...(classes - 1))
      let frames = random.integer(0...[8, 6, 5][classes - 2])
      let values = random.frames(frames, classes: classes)
      let alphabet = String("aßи".prefix(classes - 1))
      let truth = BruteForce(values, classes: classes, blank: blank)
      let decoder = try Decoder(alphabet: alphabet, blank: blank, width: 512)
      try decoder.push(values, classes: classes)
      try decoder.finish()
      let ordered = truth.texts.sorted { $0.value.total > $1.value.total }
      var previous = Double.infinity
      for rank in 0..<min(ordered.count, 6) {
        let reading = try decoder.reading(rank)
        try #require(reading.count == ordered.count)
        let characters = reading.symbols.map(\.character)
        let text = try #require(truth.texts[characters])
        #expect(abs(reading.logarithm - text.total.logarithm) < 2e-5, "seed \(seed)")
        #expect(abs(reading.logarithm - ordered[rank].value.total.logarithm) < 2e-5, "seed \(seed) rank \(rank)")
        #expect(abs(Double(reading.confidence) - text.total) < 1e-5)
        #expect(reading.score == reading.logarithm && reading.score <= previous)
        previous = reading.score
        #expect(reading.text == String(characters.map { Array(alphabet)[$0] }))
        if text.second < text.best * 0.9999 {
          #expect(reading.symbols.map(\.frames) == BruteForce.spans(text.path, blank: blank), "seed \(seed)")
          for symbol in reading.symbols {
            let label = symbol.character + (symbol.character >= blank ? 1 : 0)
            #expect(symbol.confidence == symbol.frames.map { values[$0 * classes + label] }.max())
          }
        }
      }
    }
  }

  /// Where every frame has a class above 1/√2, a beam of one text reads what the best classes spell: docs/ctc.md proves it.
  @Test func widthOneIsGreedyWhereFramesAreSure() throws {
    for seed in UInt64(0)..<2000 {
      var random = RandomNumbers(seed: seed)
      let classes = random.integer(2...6)
      let blank = random.integer(0...(classes - 1))
      let values = (0..<random.integer(1...40)).flatMap { _ -> [Float] in
        let best = random.integer(0...(classes - 1))
        let probability = 0.7072 + 0.29 * random.uniform()
        let rest = (0..<classes).map { _ in random.uniform() + 1e-3 }
        let sum = rest.enumerated().reduce(0) { $0 + ($1.offset == best ? 0 : $1.element) }
        return rest.enumerated().map { Float($0.offset == best ? probability : $0.element / sum * (1 - probability)) }
      }
      let alphabet = String("abcde".prefix(classes - 1))
      let greedy = try Decoder(alphabet: alphabet, blank: blank).decode(values, classes: classes)
      let beam = try Decoder(alphabet: alphabet, blank: blank, width: 1).decode(values, classes: classes)
      #expect(greedy.text == beam.text, "seed \(seed)")
      #expect(beam.logarithm >= greedy.logarithm - 1e-5)
    }
  }

  /// However the frames are cut into pieces, whatever was asked in between, and after a reset: the same to the bit.
  @Test func streamingEqualsAtOnce() throws {
    for seed in UInt64(0)..<400 {
      var random = RandomNumbers(seed: seed)
      let classes = random.integer(2...12)
      let frames = random.integer(1...60)
      let values = random.frames(frames, classes: classes)
      let alphabet = String("abcdefghijk".prefix(classes - 1))
      for width in [0, 1, 5, 40] {
        let options = (alphabet, random.integer(0...(classes - 1)), random.integer(3...40))
        let whole = try Decoder(
          alphabet: options.0, blank: options.1, width: width, maximumSymbols: options.2)
        let pieces = try Decoder(
          alphabet: options.0, blank: options.1, width: width, maximumSymbols: options.2)
        let first = try whole.decode(values, classes: classes)
        let second = try whole.decode(values, classes: classes)
        #expect(first == second)
        var start = 0
        var stable: [Int] = []
        while start < frames {
          let count = min(random.integer(0...7), frames - start)
          try pieces.push(Array(values[start * classes..<(start + count) * classes]), classes: classes)
          start += count
          let soFar = try pieces.reading(0)
          // What was called stable has stayed.
          #expect(Array(soFar.symbols.prefix(stable.count).map(\.character)) == stable, "seed \(seed)")
          stable = soFar.symbols.prefix(soFar.stableCount).map(\.character)
        }
        try pieces.finish()
        #expect(try pieces.reading(0) == first, "seed \(seed) width \(width)")
        #expect(first.symbols.count <= options.2)
        #expect(first.isTruncated == (first.symbols.count == options.2))
      }
    }
  }

  /// More than the shared characters fit in at once: characters no longer used are used again, and none is used twice.
  @Test func longTextsWithShortMemory() throws {
    for seed in UInt64(0)..<40 {
      var random = RandomNumbers(seed: seed)
      let values = random.frames(600, classes: 5)
      // The second has so much memory that it never looks for free characters.
      let small = try Decoder(alphabet: "abcd", blank: 4, width: 6, maximumSymbols: 400)
      let large = try Decoder(alphabet: "abcd", blank: 4, width: 6, maximumSymbols: 4000)
      let (a, b) = (try small.decode(values, classes: 5), try large.decode(values, classes: 5))
      #expect(a.text == b.text && a.symbols == b.symbols && a.logarithm == b.logarithm)
      var next = 0
      for symbol in a.symbols {
        #expect(symbol.frames.lowerBound >= next)
        next = symbol.frames.upperBound + 1
      }
    }
  }

  @Test func kindsOfValues() throws {
    var random = RandomNumbers(seed: 3)
    for width in [0, 8] {
      let values = random.frames(30, classes: 5)
      let expected = try Decoder(alphabet: "abcd", blank: 1, width: width).decode(values, classes: 5)
      let logarithms = values.map { Float(Double($0).logarithm) }
      let scores = logarithms.map { $0 + 3 }
      for (kind, given) in [(CRNN_CTC_LOG_PROBABILITIES, logarithms), (CRNN_CTC_SCORES, scores)] {
        let reading = try Decoder(alphabet: "abcd", blank: 1, width: width, values: kind).decode(given, classes: 5)
        #expect(reading.text == expected.text && abs(reading.logarithm - expected.logarithm) < 1e-4)
      }
    }
  }

  /// What is no probability harms nothing, and long sequences do not run out of range.
  @Test func valuesThatAreNoProbabilities() throws {
    for width in [0, 4] {
      for kind in [CRNN_CTC_PROBABILITIES, CRNN_CTC_LOG_PROBABILITIES, CRNN_CTC_SCORES] {
        let decoder = try Decoder(alphabet: "ab", blank: 0, width: width, values: kind)
        for value in [Float.nan, .infinity, -.infinity, 0, -1, 1e30, -1e30, Float.leastNonzeroMagnitude] {
          for _ in 0..<40 { try decoder.push([value, 0.5, value, .nan, value, 1], classes: 3) }
        }
        for _ in 0..<200 { try decoder.push([Float](repeating: 0, count: 3000), classes: 3) }
        try decoder.finish()
        let reading = try decoder.reading()
        #expect(reading.logarithm.isFinite && reading.confidence >= 0 && reading.confidence <= 1)
      }
    }
  }
}

extension Double {
  /// Natural.
  var logarithm: Double { _log(self) }
}
