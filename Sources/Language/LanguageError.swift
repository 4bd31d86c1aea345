/// Why a word list or an n-gram model cannot be packed, as a sentence.
public struct LanguageError: Error, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }

  /// Up to ten of many, for a sentence.
  static func list(_ items: [String]) -> String {
    let shown = items.prefix(10).joined(separator: ", ")
    return items.count > 10 ? "\(shown) and \(items.count - 10) more" : shown
  }
}
