import CCRNN
import Language
import Testing

/// Packed blocks that lie: refused, or read without leaving them. The decoders' copies end where their memory ends.
@Suite struct DamagedBlockTests {
  private static func blocks() throws -> [(bytes: [UInt8], isLexicon: Bool)] {
    let alphabet = try Alphabet("abc")
    let arpa = """
      \\data\\
      ngram 1=5
      ngram 2=3
      ngram 3=1

      \\1-grams:
      -1 a -0.3
      -1 b -0.2
      -1 c
      -1 </s>
      -9 <s> -0.1

      \\2-grams:
      -0.3 a b -0.2
      -0.4 b </s>
      -0.5 <s> a

      \\3-grams:
      -0.1 a b c
      \\end\\
      """
    return [
      (try Lexicon(words: ["ab", "abc", "cab"], alphabet: alphabet, separator: nil).bytes(), true),
      (try NgramModel(arpa: arpa, alphabet: alphabet).bytes(), false),
    ]
  }

  private func decoder(_ bytes: [UInt8], _ isLexicon: Bool) throws -> Decoder {
    try Decoder(alphabet: "abc", blank: 0, width: 6, lexicon: isLexicon ? bytes : nil, ngram: isLexicon ? nil : bytes)
  }

  private func checked(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    let rest = Array(bytes[12...])
    let sum = ~crnn_crc32c(~0, rest, rest.count)
    withUnsafeBytes(of: sum.littleEndian) { bytes.replaceSubrange(8..<12, with: $0) }
    return bytes
  }

  @Test func everyTruncationAndExtension() throws {
    for (bytes, isLexicon) in try Self.blocks() {
      _ = try decoder(bytes, isLexicon)
      for cut in 0..<bytes.count {
        #expect(throws: Decoder.Refusal.self) { try decoder(Array(bytes[..<cut]), isLexicon) }
        if cut > 48 { #expect(throws: Decoder.Refusal.self) { try decoder(checked(Array(bytes[..<cut])), isLexicon) } }
      }
      #expect(throws: Decoder.Refusal.self) { try decoder(checked(bytes + [0, 0, 0, 0]), isLexicon) }
    }
  }

  @Test func everyByteChanged() throws {
    var random = RandomNumbers(seed: 5)
    let frames = random.frames(12, classes: 4)
    var accepted = 0
    for (bytes, isLexicon) in try Self.blocks() {
      for place in bytes.indices {
        for change in [0x01, 0x80, 0xFF, UInt8(random.integer(1...255))] {
          var damaged = bytes
          damaged[place] ^= change
          #expect(throws: Decoder.Refusal.self) { try decoder(damaged, isLexicon) }
          // As a liar writes it: with the right checksum.
          if let liar = try? decoder(checked(damaged), isLexicon) {
            accepted += 1
            let reading = try liar.decode(frames, classes: 4)
            #expect(reading.logarithm.isFinite && !reading.logarithm.isNaN)
          }
        }
      }
    }
    #expect(accepted > 100)
  }

  @Test func manyBytesChanged() throws {
    var random = RandomNumbers(seed: 6)
    let frames = random.frames(12, classes: 4)
    for (bytes, isLexicon) in try Self.blocks() {
      for _ in 0..<20000 {
        var damaged = bytes
        for _ in 0..<random.integer(1...6) {
          damaged[random.integer(12...(bytes.count - 1))] = UInt8(
            random.integer(0...1) == 0 ? random.integer(0...8) : random.integer(0...255))
        }
        if let liar = try? decoder(checked(damaged), isLexicon) { _ = try liar.decode(frames, classes: 4) }
      }
    }
  }
}
