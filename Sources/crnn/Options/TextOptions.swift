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
    name: .long, help: ArgumentHelp("Which class is the CTC blank: first, last, or its number.", valueName: "class"))
  var blank = "last"

  var classes: ClassTexts { ClassTexts(labels: labels, alphabet: alphabet, blank: blank) }
}
