import Arrays
import Language

/// Word lists and n-gram models in files: as text, or as `crnn language` has packed them.
enum LanguageFile {
  /// - Parameter separator: one character, or "none"; nil: the space, where the alphabet has one.
  static func lexicon(_ path: String, _ alphabet: Alphabet, separator: String?) throws -> Lexicon {
    let space: Unicode.Scalar? = alphabet.characters.contains(" ") ? " " : nil
    let between = separator.map { $0 == "none" ? nil : $0.unicodeScalars.first } ?? space
    return try read(path) { try Lexicon(words: lines($0), alphabet: alphabet, separator: between) }
  }

  /// - Parameter unknown: base-10 logarithm of the probability of a character that the model does not name.
  static func ngram(_ path: String, _ alphabet: Alphabet, unknown: Double?) throws -> NgramModel {
    let model = try read(path) { try NgramModel(arpa: $0, alphabet: alphabet, unknown: unknown) }
    if !model.leftOut.isEmpty {
      Console.note("left out, because the alphabet lacks them: \(model.leftOutNames)")
    }
    return model
  }

  /// A packed file as it is; a word list is packed.
  static func packedLexicon(_ path: String, _ alphabet: Alphabet) throws -> [UInt8] {
    try packed(path) ?? lexicon(path, alphabet, separator: nil).bytes()
  }

  /// A packed file as it is; an ARPA file is packed.
  static func packedNgram(_ path: String, _ alphabet: Alphabet) throws -> [UInt8] {
    try packed(path) ?? ngram(path, alphabet, unknown: nil).bytes()
  }

  private static func packed(_ path: String) throws -> [UInt8]? {
    let bytes = try Files.read(path)
    return bytes.starts(with: Array("CRNL\r\n".utf8)) ? bytes : nil
  }

  private static func read<Packed>(_ path: String, _ make: (String) throws -> Packed) throws -> Packed {
    guard let text = String(validating: try Files.read(path), as: UTF8.self) else {
      throw CommandError("\(path) is not UTF-8")
    }
    do { return try make(text) } catch let error as LanguageError { throw CommandError("\(path): \(error)") }
  }

  /// By code points: a line may begin with a mark that would join what stands before it.
  private static func lines(_ text: String) -> [String] {
    text.unicodeScalars.split(separator: "\n").map { line in
      String(line.last == "\r" ? Substring(line.dropLast()) : Substring(line))
    }
  }
}
