import ArgumentParser

/// `crnn read`
struct ReadCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "read",
    abstract: "Reads the text of images of lines: a row for each, in their order, as they are done.",
    discussion: """
      The model must be a text recogniser trained with CTC ('crnn convert --alphabet --blank') and say how an image becomes its input \
      ('crnn convert --preprocess'; or --preprocess here).

      An image that cannot be read becomes a row with its error, and the run goes on. docs/reading-text-lines.md describes the columns.

      EXAMPLE
        crnn read lines.crnn page/*.png
        crnn read lines.crnn scans --format csv -o texts.csv --expect truth.csv
        crnn read lines.crnn scans --lexicon words.txt --best 3 --spans --format jsonl
        find scans -name '*.png' -print0 | crnn read lines.crnn - -0 --format jsonl

      \(ExitStatus.discussion)
      """)

  @OptionGroup var options: ImageRunOptions
  @OptionGroup(title: "Text") var lines: LineReadingOptions

  func validate() throws { try options.check(lines.decoding.files) }

  func run() throws {
    let model = try RuntimeModel(path: options.model, isa: options.images.isa)
    guard let alphabet = model.text("alphabet") else {
      throw CommandError(
        "\(options.model) has no alphabet, so what it gives cannot be read as text: convert it again with 'crnn convert "
          + "--alphabet CHARACTERS --blank first|last|N'; 'crnn classify' is for networks that name classes")
    }
    let runner = try options.runner(model, .text(try lines.reading(alphabet: alphabet)))
    let writer = RowWriter(format: options.format, columns: .text(best: lines.best, spans: lines.spans))
    try ImageRun(options: options, runner: runner, writer: writer, title: "reading image").run()
  }
}
