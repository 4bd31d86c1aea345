import Arrays

/// What the network's classes are called, in the words of the command line.
package struct ClassTexts: Sendable {
  package var labels: String?
  package var alphabet: String?
  package var blank = "last"

  package init() {}

  package init(labels: String?, alphabet: String?, blank: String) {
    self.labels = labels
    self.alphabet = alphabet
    self.blank = blank
  }

  /// The texts as a model file holds them. Throws where they do not fit `classes`, the values of an output frame.
  package func texts(classes: Int) throws -> [String: String] {
    var texts: [String: String] = [:]
    if let labels {
      let names = try names(labels)
      guard names.count == classes else {
        throw ConverterError("there are \(names.count) labels, but the network has \(classes) outputs")
      }
      texts["labels"] = names.joined(separator: "\n")
    }
    if let alphabet {
      let alphabet = try characters(alphabet)
      let count = alphabet.unicodeScalars.count
      guard count + 1 == classes else {
        throw ConverterError(
          "the alphabet has \(count) characters (Unicode code points), which with the blank are \(count + 1) classes, but the "
            + "network has \(classes)")
      }
      let number = blank == "first" ? 0 : blank == "last" ? classes - 1 : Int(blank) ?? -1
      guard (0..<classes).contains(number) else {
        throw ConverterError("--blank takes first, last or a class number below \(classes), not '\(blank)'")
      }
      texts["alphabet"] = alphabet
      texts["ctc.blank"] = String(number)
    }
    return texts
  }

  /// Of a file, all but the ends of its lines.
  private func characters(_ text: String) throws -> String {
    guard let bytes = try? Files.read(text) else { return text }
    guard let content = String(validating: bytes, as: UTF8.self) else {
      throw ConverterError("the alphabet in \(text) is not UTF-8")
    }
    return content.lines.joined()
  }

  private func names(_ text: String) throws -> [String] {
    if let bytes = try? Files.read(text) {
      var lines = String(decoding: bytes, as: UTF8.self).lines
      if lines.last?.isEmpty == true { lines.removeLast() }
      return lines
    }
    return text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }
}
