/// How many answers were those that were expected, and where the others went.
struct Scores {
  private(set) var compared = 0
  private(set) var right = 0
  /// Images for which nothing was expected.
  private(set) var unexpected = 0
  /// Images with an expectation that could not be read: they are no right answers.
  private(set) var unreadable = 0
  /// Of labels, or of the characters of texts; an empty one stands for a character that is not there.
  private(set) var confusions: [Pair: Int] = [:]
  private var characters = 0
  private var edits = 0
  let isText: Bool

  struct Pair: Hashable {
    var expected: String
    var given: String
  }

  init(isText: Bool) { self.isText = isText }

  mutating func add(expected: String?, given: String?) {
    guard let expected else {
      unexpected += 1
      return
    }
    compared += 1
    guard let given else {
      unreadable += 1
      if isText { (characters, edits) = (characters + expected.count, edits + expected.count) }
      return
    }
    if given == expected { right += 1 }
    guard isText else {
      confusions[Pair(expected: expected, given: given), default: 0] += 1
      return
    }
    characters += expected.count
    for pair in Alignment.pairs(Array(expected), Array(given)) {
      if pair.expected != pair.given { edits += 1 }
      confusions[pair, default: 0] += 1
    }
  }

  var accuracy: Double? { compared == 0 ? nil : 100 * Double(right) / Double(compared) }
  /// Insertions, deletions and substitutions for each expected character.
  var characterErrorRate: Double? { !isText || characters == 0 ? nil : 100 * Double(edits) / Double(characters) }

  struct ClassScore {
    var label: String
    var count: Int
    var right: Int
    var given: Int
    var recall: Double? { count == 0 ? nil : 100 * Double(right) / Double(count) }
    var precision: Double? { given == 0 ? nil : 100 * Double(right) / Double(given) }
  }

  /// Of each label, or character, that was expected or given, in order.
  var classes: [ClassScore] {
    var scores: [String: ClassScore] = [:]
    func score(_ label: String) -> ClassScore {
      scores[label] ?? ClassScore(label: label, count: 0, right: 0, given: 0)
    }
    for (pair, count) in confusions {
      scores[pair.expected] = score(pair.expected)
      scores[pair.expected]?.count += count
      scores[pair.given] = score(pair.given)
      scores[pair.given]?.given += count
      if pair.expected == pair.given { scores[pair.expected]?.right += count }
    }
    return scores.values.filter { !isText || !$0.label.isEmpty }.sorted { Scores.isBefore($0.label, $1.label) }
  }

  /// What was taken for something else, the most frequent first.
  var mistakes: [(pair: Pair, count: Int)] {
    confusions.filter { $0.key.expected != $0.key.given }
      .sorted { ($1.value, $0.key.expected, $0.key.given) < ($0.value, $1.key.expected, $1.key.given) }
      .map { ($0.key, $0.value) }
  }

  /// Numbers by their size, then the rest by the alphabet.
  private static func isBefore(_ a: String, _ b: String) -> Bool {
    switch (Int(a), Int(b)) {
    case (let first?, let second?): first < second
    case (.some, nil): true
    case (nil, .some): false
    default: a < b
    }
  }
}

/// The least edits that turn one text into another (Levenshtein 1966), as pairs of characters; an empty one stands for a character
/// that is not there.
enum Alignment {
  static func pairs(_ expected: [Character], _ given: [Character]) -> [Scores.Pair] {
    // costs[i][j]: of the first i and the first j.
    var costs = [[Int]](repeating: Array(0...given.count), count: expected.count + 1)
    for i in 1..<max(1, expected.count + 1) {
      costs[i][0] = i
      for j in 1..<max(1, given.count + 1) {
        let change = costs[i - 1][j - 1] + (expected[i - 1] == given[j - 1] ? 0 : 1)
        costs[i][j] = min(change, min(costs[i - 1][j], costs[i][j - 1]) + 1)
      }
    }
    var pairs: [Scores.Pair] = []
    var (i, j) = (expected.count, given.count)
    while i > 0 || j > 0 {
      if i > 0, j > 0, costs[i][j] == costs[i - 1][j - 1] + (expected[i - 1] == given[j - 1] ? 0 : 1) {
        pairs.append(Scores.Pair(expected: String(expected[i - 1]), given: String(given[j - 1])))
        (i, j) = (i - 1, j - 1)
      } else if i > 0, costs[i][j] == costs[i - 1][j] + 1 {
        pairs.append(Scores.Pair(expected: String(expected[i - 1]), given: ""))
        i -= 1
      } else {
        pairs.append(Scores.Pair(expected: "", given: String(given[j - 1])))
        j -= 1
      }
    }
    return pairs.reversed()
  }
}
