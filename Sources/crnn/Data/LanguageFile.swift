import Arrays
import Converter

/// Word lists and n-gram models in files: as text, or as `crnn language` has packed them.
enum LanguageFile {
  /// A packed file as it is; a word list or an ARPA file is packed.
  static func packed(_ path: String, as source: LanguagePacking.Source, alphabet: String) throws -> [UInt8] {
    let bytes = try Files.read(path)
    if bytes.starts(with: Array("CRNL\r\n".utf8)) { return bytes }
    return try pack(bytes, as: source, alphabet: alphabet, path: path).bytes
  }

  /// Says what was left out.
  static func pack(
    _ content: [UInt8], as source: LanguagePacking.Source, alphabet: String, path: String
  ) throws -> LanguagePacking {
    let packed = try LanguagePacking(content, source, alphabet: alphabet, title: path)
    if let note = packed.note { Console.note(note) }
    return packed
  }
}
