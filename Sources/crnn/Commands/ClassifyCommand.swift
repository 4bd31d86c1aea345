import ArgumentParser

/// `crnn classify`
struct ClassifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "classify",
    abstract: "Names the classes of images: a row for each, in their order, as they are done.",
    discussion: """
      The model must say how an image becomes its input ('crnn convert --preprocess'; or --preprocess here) and should have names for \
      its classes ('crnn convert --labels'). Of a network that gives several frames, the last counts. A network of one value tells \
      class 1, at that value, from class 0.

      An image that cannot be read becomes a row with its error, and the run goes on. docs/batch-classification.md describes the \
      columns and how names are written that hold commas, line feeds or bytes that are no UTF-8.

      EXAMPLE
        crnn classify digits.crnn seven.png scans/ --top 3
        crnn classify digits.crnn scans --format csv -o digits.csv --expect labels.csv
        find scans -name '*.png' -print0 | crnn classify digits.crnn - -0 --format jsonl

      \(ExitStatus.discussion)
      """)

  @OptionGroup var options: ImageRunOptions

  @Option(
    name: .long,
    help: ArgumentHelp("How many classes each row names, best first (default: 3, or all of fewer).", valueName: "n"))
  var top: Int?

  func validate() throws {
    if let top, !(1...1000).contains(top) { throw ValidationError("--top takes 1 to 1000 classes, not \(top)") }
  }

  func run() throws {
    let model = try RuntimeModel(path: options.model, isa: options.images.isa)
    let labels = model.text("labels")?.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if labels == nil {
      Console.note(
        "note: \(options.model) has no names for its classes, so they are numbers: 'crnn convert --labels' adds them")
    }
    // One value tells two classes apart.
    let classes = model.outputs.first.map { max(2, $0.elements) } ?? 3
    let top = top ?? min(3, classes)
    let runner = try options.runner(model, .classes(top: top, labels: labels))
    let writer = RowWriter(format: options.format, columns: .classes(top: top))
    try ImageRun(options: options, runner: runner, writer: writer, title: "classifying image").run()
  }
}
