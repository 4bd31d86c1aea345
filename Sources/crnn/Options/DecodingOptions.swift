import ArgumentParser
import Converter

/// How what the network gives becomes text.
struct DecodingOptions: ParsableArguments {
  /// A beam's width where something needs one and none is stated.
  private static let usualWidth = 16

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Texts that a prefix beam search follows, 1 to 1024; 0: the best class of each frame (default: 0, or 16 where another option "
        + "needs a beam).", valueName: "n"))
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

  func validate() throws {
    if let width, !(0...1024).contains(width) { throw ValidationError("--width takes 0 to 1024, not \(width)") }
    guard beam(best: 1) > 0 || !needsBeam else {
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

  /// The files that are read.
  var files: [String] { [lexicon, ngram].compactMap { $0 } }

  /// Whether anything was said, which a network that names classes has no use for.
  var areGiven: Bool { width != nil || needsBeam }

  private var needsBeam: Bool { lexicon != nil || ngram != nil || insertionBonus != 0 }

  /// The width for so many texts.
  func beam(best: Int) -> Int { width ?? (needsBeam || best > 1 ? max(DecodingOptions.usualWidth, best) : 0) }

  /// - Parameter alphabet: the model's.
  func reading(alphabet: String, best: Int = 1, spans: Bool = false) throws -> LineReading {
    LineReading(
      width: beam(best: best),
      lexicon: try lexicon.map { try LanguageFile.packed($0, as: .words(separator: nil), alphabet: alphabet) },
      ngram: try ngram.map { try LanguageFile.packed($0, as: .arpa(unknown: nil), alphabet: alphabet) },
      ngramWeight: ngramWeight ?? 0.5,
      insertionBonus: insertionBonus, best: best, spans: spans)
  }
}
