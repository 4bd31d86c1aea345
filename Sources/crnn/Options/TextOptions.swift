import ArgumentParser
import Converter

/// What the network's classes are called.
struct TextOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "Names of the classes: a file with one on each line, or the names with commas between them.", valueName: "labels")
  )
  var labels: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The characters of a text recogniser (CTC), in the order of its classes and without the blank: the text itself, or a file (UTF-8) "
        + "that holds it, in which ends of lines do not count.", valueName: "text"))
  var alphabet: String?

  @Option(
    name: .long,
    help: ArgumentHelp("Which class is the CTC blank: first, last, or its number (default: last).", valueName: "class"))
  var blank: String?

  var classes: ClassTexts { ClassTexts(labels: labels, alphabet: alphabet, blank: blank ?? "last") }
  var areGiven: Bool { labels != nil || alphabet != nil || blank != nil }
  /// What could be files that are read.
  var files: [String] { [labels, alphabet].compactMap { $0 } }

  func validate() throws {
    guard blank == nil || alphabet != nil else { throw ValidationError("--blank goes with --alphabet") }
  }
}
