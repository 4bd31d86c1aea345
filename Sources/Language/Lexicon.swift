import CCRNN

/// A word list as a prefix tree whose equal subtrees stand once: the smallest deterministic automaton of its words.
public struct Lexicon {
  private let alphabet: Alphabet
  private let separator: Int?
  /// Words that were packed; without empty lines and repetitions.
  public private(set) var wordCount = 0
  private var automaton = PackedAutomaton(kind: Int(CRNN_AUTOMATON_LEXICON), states: [], start: 0)

  public var stateCount: Int { automaton.states.count }

  /// - Parameters:
  ///   - words: one a line of a word list. Empty ones are left out.
  ///   - separator: what stands between the words of a text; nil: a text is a single word.
  public init(words: [String], alphabet: Alphabet, separator: Unicode.Scalar?) throws {
    self.alphabet = alphabet
    let unknown = words.joined().unicodeScalars.filter { alphabet.number($0) == nil }
    guard unknown.isEmpty else {
      let first = words.first { word in word.unicodeScalars.contains { alphabet.number($0) == nil } } ?? ""
      throw LanguageError(
        "the alphabet lacks characters of the words: \(Alphabet.names(unknown)); the first such word is '\(first)'")
    }
    self.separator = try separator.map { separator in
      guard let number = alphabet.number(separator) else {
        throw LanguageError("the alphabet lacks the separator \(Alphabet.names([separator]))")
      }
      if let word = words.first(where: { $0.unicodeScalars.contains(separator) }) {
        throw LanguageError(
          "the word '\(word)' contains the separator; with separator 'none' each line is a whole text")
      }
      return number
    }
    let sorted = Set(words.map { $0.unicodeScalars.map { alphabet.number($0) ?? 0 } }).subtracting([[]]).sorted {
      $0.lexicographicallyPrecedes($1)
    }
    guard !sorted.isEmpty else { throw LanguageError("the word list has no word") }
    wordCount = sorted.count
    build(sorted)
  }

  public func bytes() throws -> [UInt8] { try automaton.bytes(alphabet) }

  /// Of a tree in the making. What can no longer change becomes a state; equal ones become the same.
  private struct Node: Hashable {
    var isEnd = false
    var symbols: [Int] = []
    var targets: [Int] = []
  }

  /// Words in order close the branches of the tree one by one (J. Daciuk et al., "Incremental construction of minimal acyclic
  /// finite-state automata", 2000).
  private mutating func build(_ words: [[Int]]) {
    var known: [Node: Int] = [:]
    var nodes: [Node] = []
    func state(_ node: Node) -> Int {
      if let number = known[node] { return number }
      known[node] = nodes.count
      nodes.append(node)
      return nodes.count - 1
    }
    // Of the last word, the node after each of its characters.
    var path = [Node()]
    var last: [Int] = []
    func close(to depth: Int) {
      while path.count > depth + 1 {
        let closed = path.removeLast()
        path[path.count - 1].symbols.append(last[path.count - 1])
        path[path.count - 1].targets.append(state(closed))
      }
    }
    for word in words {
      close(to: zip(last, word).prefix { $0 == $1 }.count)
      for _ in path.count...word.count { path.append(Node()) }
      path[word.count].isEnd = true
      last = word
    }
    close(to: 0)
    // The root is not shared: a separator leads to it.
    nodes.append(path[0])
    automaton.start = nodes.count - 1
    automaton.states = nodes.map { node in
      var arcs = zip(node.symbols, node.targets).map { PackedAutomaton.Arc(symbol: $0, target: $1) }
      if node.isEnd {
        arcs.append(PackedAutomaton.Arc(symbol: alphabet.end, target: automaton.start))
        if let separator { arcs.append(PackedAutomaton.Arc(symbol: separator, target: automaton.start)) }
      }
      return PackedAutomaton.State(arcs: arcs)
    }
  }
}
