import ArgumentParser
import Arrays
import Converter

/// `--json FILE`, on every command.
struct ReportOptions: ParsableArguments {
  @Option(
    name: .customLong("json"),
    help: ArgumentHelp(
      "Write the results as JSON to this file; - is standard output, instead of the text.", valueName: "file"))
  var json: String?

  /// Writes the document where one is wanted and prints the text where it has not taken its place. The command's results, files
  /// as well, appear together with the document or not at all.
  func write(
    _ document: JSONValue, with results: [(bytes: [UInt8], path: String)] = [], text: @autoclosure () -> String
  ) throws {
    var files = results
    if let json, json != "-" { files.append((Array(document.document.utf8), json)) }
    try Files.write(files)
    if json == "-" { return try Console.output(document.document) }
    let text = text()
    if !text.isEmpty { try Console.output(text + "\n") }
  }

  /// Throws where the command would write over what it reads, or write two things into one file.
  func check(inputs: [String], output: String? = nil, outputOption: String = "--output") throws {
    let report = json == "-" ? nil : json
    for (option, path) in [(outputOption, output), ("--json", report)] {
      guard let path, let input = inputs.first(where: { Files.areSame($0, path) }) else { continue }
      throw ValidationError("\(option) \(path) is the input \(input), which would be lost: choose another file")
    }
    if let output, let report, Files.areSame(output, report) {
      throw ValidationError(
        "\(outputOption) and --json are the same file, \(report): choose another one for the report")
    }
  }
}
