import CCRNN

/// The characters of a text recogniser, Unicode code points, each with its number: what an automaton calls a symbol.
public struct Alphabet {
  public let characters: [Unicode.Scalar]
  private let numbers: [Unicode.Scalar: Int]
  let checksum: UInt32

  /// - Parameter text: the characters in the order of the network's classes, without the blank. Of equal ones the first counts.
  public init(_ text: String) throws {
    characters = Array(text.unicodeScalars)
    guard !characters.isEmpty, characters.count < 65536 else {
      throw LanguageError("an alphabet has 1 to 65,535 characters, not \(characters.count)")
    }
    numbers = Dictionary(characters.enumerated().map { ($1, $0) }) { first, _ in first }
    let bytes = Array(text.utf8)
    checksum = ~crnn_crc32c(~0, bytes, bytes.count)
  }

  /// The symbol that stands for the text's end.
  var end: Int { characters.count }

  func number(_ character: Unicode.Scalar) -> Int? { numbers[character] }

  /// Characters as a sentence names them: quoted, and those that would not be seen by their numbers.
  static func names(_ characters: some Sequence<Unicode.Scalar>) -> String {
    LanguageError.list(
      Set(characters).sorted().map { character in
        let isVisible = character.properties.generalCategory.isVisible
        return isVisible ? "'\(character)'" : "U+" + hexadecimal(character.value)
      })
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

extension Unicode.GeneralCategory {
  fileprivate var isVisible: Bool {
    switch self {
    case .control, .format, .surrogate, .privateUse, .unassigned, .spaceSeparator, .lineSeparator, .paragraphSeparator,
      .nonspacingMark, .enclosingMark:
      false
    default: true
    }
  }
}
