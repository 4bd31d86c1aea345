import ArgumentParser
import Arrays

/// `--json FILE`, on every command.
struct ReportOptions: ParsableArguments {
  @Option(
    name: [.customLong("json"), .customLong("report")],
    help: ArgumentHelp(
      "Write the results as JSON to this file; - is standard output, instead of the text.", valueName: "file"))
  var json: String?

  /// Writes the document where one is wanted and prints the text where it has not taken its place.
  func write(_ document: JSONValue, text: @autoclosure () -> String) throws {
    if json == "-" {
      print(document.document, terminator: "")
      return
    }
    if let json { try Files.write(Array(document.document.utf8), to: json) }
    let text = text()
    if !text.isEmpty { print(text) }
  }
}
