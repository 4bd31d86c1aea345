import CCRNN

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An n-gram model of characters as an automaton: a state for each context, an arc for each n-gram.
public struct NgramModel {
  private let alphabet: Alphabet
  private var automaton = PackedAutomaton(kind: Int(CRNN_AUTOMATON_NGRAM), states: [.init()], start: 0)
  private var contexts: [[Int]: Int] = [[]: 0]

  public private(set) var ngramCount = 0
  /// Characters of the model that the alphabet lacks; their n-grams are left out.
  public private(set) var leftOut: Set<Unicode.Scalar> = []
  public var order: Int { automaton.order }
  public var stateCount: Int { automaton.states.count }
  /// Names of `leftOut`, for a sentence.
  public var leftOutNames: String { Alphabet.names(leftOut) }

  /// - Parameters:
  ///   - arpa: the text of an ARPA file whose tokens are single characters. `<space>` and `▁` stand for a space, `<s>` and `</s>` for a
  ///     text's begin and end, `<unk>` for any character that the file does not name.
  ///   - unknown: base-10 logarithm of the probability of such a character, in place of that of `<unk>`.
  public init(arpa: String, alphabet: Alphabet, unknown: Double? = nil) throws {
    self.alphabet = alphabet
    let file = try ARPAFile(arpa)
    automaton.order = file.order
    var unknown = unknown
    var ngrams: [(symbols: [Int], entry: ARPAFile.Entry)] = []
    for entry in file.entries {
      if entry.tokens.count == 1, ["<unk>", "<UNK>"].contains(entry.tokens[0]) {
        unknown = unknown ?? entry.probability
      } else if let symbols = try symbols(entry) {
        ngrams.append((symbols, entry))
      }
    }
    try addContexts(ngrams)
    for (symbols, entry) in ngrams where symbols.last != NgramModel.begin { add(symbols, entry) }
    automaton.start = state([NgramModel.begin])
    try complete(unknown)
  }

  public func bytes() throws -> [UInt8] { try automaton.bytes(alphabet) }

  /// A token that is never predicted.
  private static let begin = -1

  /// nil where a character is none of the alphabet's.
  private mutating func symbols(_ entry: ARPAFile.Entry) throws -> [Int]? {
    var symbols: [Int] = []
    for (place, token) in entry.tokens.enumerated() {
      switch token {
      case "<s>" where place == 0: symbols.append(NgramModel.begin)
      case "</s>" where place == entry.tokens.count - 1: symbols.append(alphabet.end)
      case "<s>", "</s>", "<unk>", "<UNK>": return nil
      default:
        var scalars = Array(token.unicodeScalars)
        if token == "<space>" || (token == "▁" && alphabet.number("▁") == nil) { scalars = [" "] }
        guard scalars.count == 1 else {
          throw LanguageError(
            "line \(entry.line) of the ARPA file: the token '\(token)' is not one character; the model must be one of characters, with "
              + "<space> for a space")
        }
        guard let number = alphabet.number(scalars[0]) else {
          leftOut.insert(scalars[0])
          return nil
        }
        symbols.append(number)
      }
    }
    return symbols
  }

  /// A state for each context that predicts something or has a weight, shorter ones first: each stands after the one that it backs
  /// off to.
  private mutating func addContexts(_ ngrams: [(symbols: [Int], entry: ARPAFile.Entry)]) throws {
    var wanted: Set<[Int]> = []
    for (symbols, entry) in ngrams {
      wanted.insert(Array(symbols.dropLast()))
      if entry.backoff != 0, symbols.count < order, symbols.last != alphabet.end { wanted.insert(symbols) }
    }
    wanted.remove([])
    let sorted = wanted.sorted { $0.count == $1.count ? $0.lexicographicallyPrecedes($1) : $0.count < $1.count }
    for context in sorted {
      contexts[context] = automaton.states.count
      automaton.states.append(.init(shorter: state(Array(context.dropFirst()))))
    }
    var named: Set<[Int]> = [[], [NgramModel.begin]]
    for (symbols, entry) in ngrams {
      named.insert(symbols)
      if let number = contexts[symbols] { automaton.states[number].backoff = natural(entry.backoff) }
    }
    for (symbols, entry) in ngrams where !named.contains(Array(symbols.dropLast())) {
      throw LanguageError(
        "line \(entry.line) of the ARPA file: there is no n-gram of its first \(symbols.count - 1) tokens, after which it stands"
      )
    }
  }

  /// The state of the longest end of a context that has one.
  private func state(_ context: [Int]) -> Int {
    var rest = context[...]
    while !rest.isEmpty {
      if let number = contexts[Array(rest)] { return number }
      rest = rest.dropFirst()
    }
    return 0
  }

  private mutating func add(_ symbols: [Int], _ entry: ARPAFile.Entry) {
    guard let context = contexts[Array(symbols.dropLast())], let symbol = symbols.last else { return }
    let isEnd = symbol == alphabet.end
    automaton.states[context].arcs.append(
      .init(symbol: symbol, target: isEnd ? 0 : state(symbols), weight: natural(entry.probability)))
    ngramCount += 1
  }

  /// Gives the empty context an arc for what the file does not name.
  private mutating func complete(_ unknown: Double?) throws {
    for state in automaton.states {
      var seen: Set<Int> = []
      for arc in state.arcs where !seen.insert(arc.symbol).inserted {
        throw LanguageError("the ARPA file states an n-gram twice")
      }
    }
    let known = Set(automaton.states[0].arcs.map(\.symbol))
    let missing = (0...alphabet.end).filter { !known.contains($0) }
    guard let unknown else {
      guard missing.isEmpty else {
        let names = missing.last == alphabet.end ? ["</s>"] : []
        let characters = missing.filter { $0 < alphabet.end }.map { alphabet.characters[$0] }
        throw LanguageError(
          "the ARPA file has no <unk> and no probability for "
            + (names + (characters.isEmpty ? [] : [Alphabet.names(characters)])).joined(separator: ", ")
            + "; state one for all of these")
      }
      return
    }
    for symbol in missing {
      automaton.states[0].arcs.append(
        .init(symbol: symbol, target: symbol == alphabet.end ? 0 : state([symbol]), weight: natural(unknown)))
    }
  }

  private func natural(_ logarithm: Double) -> Float { Float(logarithm * M_LN10) }
}
