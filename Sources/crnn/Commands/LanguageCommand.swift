import ArgumentParser
import Arrays
import Converter

/// `crnn language`
struct LanguageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "language",
    abstract: "Packs a word list or an n-gram model of characters for the decoder of a text recogniser.",
    discussion: """
      A lexicon leaves only texts that consist of its words; an n-gram model makes probable ones of equally good readings win. \
      Both are read in place by crnn_ctc_init of crnn.h and Decoder of the Python package, with a beam. They are for the \
      model's alphabet, in that order.

      EXAMPLE
        crnn language line.crnn --words words.txt -o words.lexicon
        crnn language line.crnn --arpa letters.arpa -o letters.ngram

      \(ExitStatus.discussion)
      """)

  @Argument(help: ArgumentHelp("The packed model, which says the alphabet.", valueName: "crnn"))
  var model: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The characters in the order of the network's classes and without the blank, instead of a model.",
      valueName: "text"))
  var alphabet: String?

  @Option(name: .long, help: ArgumentHelp("A text file (UTF-8) with one word on each line.", valueName: "file"))
  var words: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "What stands between the words of a text: one character, or none where each line is a whole text (default: the space, "
        + "where the alphabet has one).",
      valueName: "character"))
  var separator: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "An n-gram model in ARPA format whose tokens are characters, <space> for a space.", valueName: "file"))
  var arpa: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Base-10 logarithm of the probability of a character that the n-gram model does not name (default: that of its <unk>).",
      valueName: "number"))
  var unknown: Double?

  @Option(name: .shortAndLong, help: ArgumentHelp("The packed file.", valueName: "file"))
  var output: String

  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard (model == nil) != (alphabet == nil) else { throw ValidationError("give either a model or --alphabet") }
    guard (words == nil) != (arpa == nil) else { throw ValidationError("give either --words or --arpa") }
    guard separator == nil || words != nil else { throw ValidationError("--separator goes with --words") }
    guard unknown == nil || arpa != nil else { throw ValidationError("--unknown goes with --arpa") }
    if let problem = source.problem { throw ValidationError(problem) }
    try report.check(inputs: [model, words, arpa].compactMap { $0 }, output: output)
  }

  private var source: LanguagePacking.Source { words != nil ? .words(separator: separator) : .arpa(unknown: unknown) }

  func run() throws {
    guard let path = words ?? arpa else { return }
    let packed = try LanguageFile.pack(Files.read(path), as: source, alphabet: text(), path: path)
    try report.write(
      .members([("file", .text(output)), ("bytes", .integer(packed.bytes.count))] + packed.document),
      with: [(packed.bytes, output)], text: "\(output): \(packed.text), \(packed.bytes.count) bytes")
  }

  private func text() throws -> String {
    if let alphabet { return alphabet }
    let path = model ?? ""
    guard let text = try RuntimeModel(path: path).text("alphabet") else {
      throw CommandError("\(path) has no alphabet: convert it with --alphabet, or state one here")
    }
    return text
  }
}
