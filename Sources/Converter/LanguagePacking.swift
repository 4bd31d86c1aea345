import Language

/// What a decoder knows of the language, packed for it: a word list or an n-gram model of characters (docs/ctc.md).
package struct LanguagePacking {
  package enum Source {
    /// One word on each line. `separator`: what stands between the words of a text, one character or `none`; nil: the space, where
    /// the alphabet has one.
    case words(separator: String?)
    /// An ARPA file. `unknown`: base-10 logarithm of the probability of a character that it does not name; nil: that of its <unk>.
    case arpa(unknown: Double?)

    /// What is wrong with it; nil where nothing is.
    package var problem: String? {
      switch self {
      case .words(let separator?) where separator != "none" && separator.unicodeScalars.count != 1:
        "--separator takes one character or none, not '\(separator)'"
      case .arpa(let unknown?) where !(-99...0).contains(unknown): "--unknown takes -99 to 0, not \(unknown)"
      default: nil
      }
    }
  }

  package let bytes: [UInt8]
  /// The numbers of it, for machines.
  package let document: [(String, JSONValue?)]
  /// What it holds, in words.
  package let text: String
  /// What was left out; nil where nothing was.
  package let note: String?

  /// - Parameter alphabet: the characters in the order of the network's classes, without the blank.
  /// - Throws: `ConverterError`, with `title` in front where the text is to blame.
  package init(_ content: [UInt8], _ source: Source, alphabet characters: String, title: String) throws {
    if let problem = source.problem { throw ConverterError(problem) }
    guard let content = String(validating: content, as: UTF8.self) else {
      throw ConverterError("\(title) is not UTF-8")
    }
    let alphabet: Alphabet
    do { alphabet = try Alphabet(characters) } catch { throw ConverterError("\(error)") }
    do {
      switch source {
      case .words(let separator):
        let lexicon = try Lexicon(
          words: content.lines.filter { !$0.isEmpty }, alphabet: alphabet,
          separator: LanguagePacking.between(separator, alphabet))
        bytes = try lexicon.bytes()
        document = [
          ("kind", .text("lexicon")), ("words", .integer(lexicon.wordCount)), ("states", .integer(lexicon.stateCount)),
        ]
        text = "\(lexicon.wordCount) words, \(lexicon.stateCount) states"
        note = nil
      case .arpa(let unknown):
        let model = try NgramModel(arpa: content, alphabet: alphabet, unknown: unknown)
        bytes = try model.bytes()
        document = [
          ("kind", .text("ngram")), ("order", .integer(model.order)), ("ngrams", .integer(model.ngramCount)),
          ("states", .integer(model.stateCount)), ("characters_left_out", .integer(model.leftOut.count)),
        ]
        text =
          "\(model.ngramCount) n-grams of up to \(model.order) characters, \(model.stateCount) states"
        note =
          model.leftOut.isEmpty ? nil : "left out, because the alphabet lacks them: \(model.leftOutNames)"
      }
    } catch let error as LanguageError { throw ConverterError("\(title): \(error)") }
  }

  /// By code points: a line may begin with a mark that would join what stands before it.
  private static func between(_ separator: String?, _ alphabet: Alphabet) -> Unicode.Scalar? {
    if let separator { return separator == "none" ? nil : separator.unicodeScalars.first }
    return alphabet.characters.contains(" ") ? " " : nil
  }
}
