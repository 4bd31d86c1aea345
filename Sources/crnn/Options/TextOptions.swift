import ArgumentParser
import Arrays

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
      "The characters of a text recogniser (CTC), in the order of its classes and without the blank.", valueName: "text"
    ))
  var alphabet: String?

  @Option(
    name: .long, help: ArgumentHelp("Which class is the CTC blank: first, last, or its number.", valueName: "class"))
  var blank = "last"

  /// The texts as a model file holds them. Throws where they do not fit `classes`, the values of an output frame.
  func texts(classes: Int) throws -> [String: String] {
    var texts: [String: String] = [:]
    if let labels {
      let names = try names(labels)
      guard names.count == classes else {
        throw CommandError("there are \(names.count) labels, but the network has \(classes) outputs")
      }
      texts["labels"] = names.joined(separator: "\n")
    }
    if let alphabet {
      guard alphabet.count + 1 == classes else {
        throw CommandError(
          "the alphabet has \(alphabet.count) characters, which with the blank are \(alphabet.count + 1) classes, but the "
            + "network has \(classes)")
      }
      let number = blank == "first" ? 0 : blank == "last" ? classes - 1 : Int(blank) ?? -1
      guard (0..<classes).contains(number) else {
        throw CommandError("--blank takes first, last or a class number below \(classes), not '\(blank)'")
      }
      texts["alphabet"] = alphabet
      texts["ctc.blank"] = String(number)
    }
    return texts
  }

  private func names(_ text: String) throws -> [String] {
    if let bytes = try? Files.read(text) {
      var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      if lines.last?.isEmpty == true { lines.removeLast() }
      return lines.map { $0.last == "\r" ? String($0.dropLast()) : String($0) }
    }
    return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}
