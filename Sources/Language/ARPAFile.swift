/// An n-gram model as an ARPA file states it: for each n-gram the base-10 logarithm of the probability of its last token after
/// those before it, and of the weight with which shorter contexts answer for it.
struct ARPAFile {
  struct Entry {
    var tokens: [Substring]
    var probability: Double
    /// 0 where the line has none.
    var backoff: Double
    var line: Int
  }

  private(set) var entries: [Entry] = []
  private(set) var order = 0

  init(_ text: String) throws {
    var counts: [Int: Int] = [:]
    /// Of the n-grams that are read; 0: before them, -1: after the end.
    var length = 0
    var hasBegun = false
    // By code points: a token may be a mark that would join what stands before it.
    let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
    for (number, raw) in lines.enumerated() {
      let fields = raw.split { $0 == " " || $0 == "\t" || $0 == "\r" }.map { Substring($0) }
      guard let head = fields.first, length >= 0 else { continue }
      let line = number + 1
      func refuse(_ reason: String) -> LanguageError { LanguageError("line \(line) of the ARPA file: \(reason)") }
      if head == "\\data\\" {
        hasBegun = true
      } else if !hasBegun {
        // What stands before is a comment.
        continue
      } else if head == "\\end\\" {
        length = -1
      } else if head.hasPrefix("\\"), head.hasSuffix("-grams:"), let n = Int(head.dropFirst().dropLast(7)) {
        guard n == length + 1 else { throw refuse("\(n)-grams stand after \(length)-grams") }
        length = n
      } else if head == "ngram", length == 0 {
        let parts = fields.dropFirst().joined().split(separator: "=")
        guard parts.count == 2, let n = Int(parts[0]), n >= 1, let count = Int(parts[1]), count >= 0 else {
          throw refuse("'\(Substring(raw))' is no count of n-grams")
        }
        counts[n] = count
      } else if length == 0 {
        throw refuse("'\(Substring(raw))' stands before the n-grams")
      } else {
        guard let probability = Double(head), probability.isFinite || probability == -.infinity, probability <= 0 else {
          throw refuse("'\(head)' is no logarithm of a probability")
        }
        guard fields.count == length + 1 || fields.count == length + 2 else {
          throw refuse("a \(length)-gram has \(length) tokens")
        }
        var backoff = 0.0
        if fields.count == length + 2 {
          guard let value = Double(fields[length + 1]), value.magnitude < 1e5 else {
            throw refuse("'\(fields[length + 1])' is no logarithm of a weight")
          }
          backoff = value
        }
        entries.append(
          Entry(tokens: Array(fields[1...length]), probability: max(probability, -99), backoff: backoff, line: line))
        order = max(order, length)
      }
    }
    guard length == -1 else {
      throw LanguageError(
        hasBegun ? "the ARPA file is cut short: it has no \\end\\" : "this is no ARPA file: it has no \\data\\")
    }
    for (n, count) in counts.sorted(by: { $0.key < $1.key }) {
      let found = entries.reduce(0) { $0 + ($1.tokens.count == n ? 1 : 0) }
      guard found == count else {
        throw LanguageError("the ARPA file says that it has \(count) \(n)-grams, but has \(found)")
      }
    }
    guard order > 0 else { throw LanguageError("the ARPA file has no n-grams") }
  }
}
