import ArgumentParser
import Arrays
import CCRNN
import Converter
import Glibc

/// What `classify` and `read` have in common: which images, how many at a time, and where the rows go.
struct ImageRunOptions: ParsableArguments {
  @Argument(help: ArgumentHelp("The packed model (.crnn).", valueName: "model"))
  var model: String

  @Argument(
    help: ArgumentHelp(
      "Images (PNG, JPEG), folders with images, patterns in quotes ('scans/*.png'), or - for a list of files and folders on "
        + "standard input, one on each line.", valueName: "files"))
  var inputs: [String]

  @Option(name: .long, help: ArgumentHelp("Threads (default: as many as there are processors).", valueName: "n"))
  var threads: Int?

  @Option(
    name: .long, help: ArgumentHelp("Images that a thread runs side by side. The result is the same.", valueName: "n"))
  var batch = 4

  @Option(name: .long, help: ArgumentHelp("How rows are written: text, csv or jsonl.", valueName: "format"))
  var format = RowFormat.text

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The file for the rows, instead of standard output.", valueName: "out"))
  var output: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Goes on with a file of an interrupted run: the rows that it has are kept, those that it lacks are added. The images and "
        + "the format must be those of the first run.", valueName: "out"))
  var resume: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A CSV file of names and what should come out; the run is then scored, on standard error. Columns 'file' and 'label' or "
        + "'text', or the first two. A name matches the end of a path.", valueName: "csv"))
  var expect: String?

  @Flag(
    name: [.customLong("null"), .customShort("0")], help: "Names on standard input end with a zero byte (find -print0)."
  )
  var isNullSeparated = false

  @OptionGroup var images: ImageInputOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads takes 1 to 1024 threads, not \(threads)")
    }
    guard (1...64).contains(batch) else { throw ValidationError("--batch takes 1 to 64 images, not \(batch)") }
    guard !inputs.isEmpty else { throw ValidationError("there is no image to read: give files, folders or -") }
    guard output == nil || resume == nil else {
      throw ValidationError("give --output for a new file or --resume for one that is there, not both")
    }
    guard report.json != "-" || rows != nil else {
      throw ValidationError(
        "--json - and the rows both go to standard output: give --output or another file for --json")
    }
    guard inputs.count(where: { $0 == "-" }) < 2 else {
      throw ValidationError("- stands twice: there is one standard input")
    }
    guard !isNullSeparated || inputs.contains("-") else {
      throw ValidationError("--null says how names on standard input end: give - for them")
    }
    // Which images a folder or a pattern stands for is not known yet.
    for (option, path) in [(rowsOption, rows), ("--json", report.json)] {
      if let path, FileName(path).isImage {
        throw ValidationError(
          "\(option) \(path) is called as an image is, of which one could be lost: choose another name")
      }
    }
    try check([])
  }

  /// Throws where the command would write over one of these files, or of its own.
  func check(_ files: [String]) throws {
    try report.check(
      inputs: [model] + inputs + (expect.map { [$0] } ?? []) + files, output: rows, outputOption: rowsOption)
  }

  private var rowsOption: String { resume == nil ? "--output" : "--resume" }

  /// The file of the rows; nil: standard output.
  var rows: String? { output ?? resume }

  var threadCount: Int { threads ?? min(1024, max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))) }

  var files: ImageFiles {
    ImageFiles(RawArguments.names(inputs), separator: isNullSeparated ? 0 : UInt8(ascii: "\n"))
  }

  /// Throws where the model takes no images, and says how it comes to do so.
  func runner(_ model: RuntimeModel, _ task: ImageRunner.Task) throws -> ImageRunner {
    try images.taker(of: model, at: self.model) {
      try ImageRunner(
        model, task, recipe: $0, maximumPixels: images.maximumPixels, maximumBytes: images.maximumBytes,
        together: batch)
    }
  }
}
