import ArgumentParser
import Converter

/// How `read` decodes what the network gives, and what it tells of it.
struct LineReadingOptions: ParsableArguments {
  /// A beam's width where something needs one and none is stated.
  private static let usualWidth = 16

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Texts that a prefix beam search follows, 1 to 1024; 0: the best class of each frame (default: 0, or 16 with --lexicon, --ngram, "
        + "--insertion-bonus or --best).", valueName: "n"))
  var width: Int?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Texts consist of these words: a word list (UTF-8, one on each line), or what 'crnn language' packed of one.",
      valueName: "file"))
  var lexicon: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "An n-gram model of characters that the readings are weighed with: an ARPA file, or what 'crnn language' packed of one.",
      valueName: "file"))
  var ngram: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What the n-gram model's logarithms count beside the network's, 0 to 100 (default: 0.5).", valueName: "weight"))
  var ngramWeight: Float?

  @Option(
    name: .long,
    help: ArgumentHelp("Added to a text's score for each of its characters, -50 to 50.", valueName: "bonus"))
  var insertionBonus: Float = 0

  @Option(name: .long, help: ArgumentHelp("How many texts each row has, best first, 1 to 1024.", valueName: "n"))
  var best = 1

  @Flag(
    name: .long,
    help: ArgumentHelp(
      "Each text with its characters, as JSON: confidence, columns of the prepared image, and pixels of the picture that they were "
        + "seen in."))
  var spans = false

  func validate() throws {
    if let width, !(0...1024).contains(width) { throw ValidationError("--width takes 0 to 1024, not \(width)") }
    guard (1...1024).contains(best) else { throw ValidationError("--best takes 1 to 1024 texts, not \(best)") }
    guard best == 1 || best <= beam else { throw ValidationError("--best \(best) needs a --width of as many") }
    guard beam > 0 || !needsBeam else {
      throw ValidationError("--lexicon, --ngram and --insertion-bonus need a --width of at least 1")
    }
    guard ngramWeight == nil || ngram != nil else { throw ValidationError("--ngram-weight goes with --ngram") }
    if let ngramWeight, !(0...100).contains(ngramWeight) {
      throw ValidationError("--ngram-weight takes 0 to 100, not \(ngramWeight)")
    }
    guard (-50...50).contains(insertionBonus) else {
      throw ValidationError("--insertion-bonus takes -50 to 50, not \(insertionBonus)")
    }
  }

  private var needsBeam: Bool { lexicon != nil || ngram != nil || insertionBonus != 0 }

  private var beam: Int { width ?? (needsBeam || best > 1 ? max(LineReadingOptions.usualWidth, best) : 0) }

  /// - Parameter alphabet: the model's.
  func reading(alphabet: String) throws -> LineReading {
    LineReading(
      width: beam,
      lexicon: try lexicon.map { try LanguageFile.packed($0, as: .words(separator: nil), alphabet: alphabet) },
      ngram: try ngram.map { try LanguageFile.packed($0, as: .arpa(unknown: nil), alphabet: alphabet) },
      ngramWeight: ngramWeight ?? 0.5,
      insertionBonus: insertionBonus, best: best, spans: spans)
  }
}
