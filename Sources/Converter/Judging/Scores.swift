/// How many answers were those that were expected, and where the others went.
package struct Scores: Sendable {
  package private(set) var compared = 0
  package private(set) var right = 0
  /// Images for which nothing was expected.
  package private(set) var unexpected = 0
  /// Images with an expectation that could not be read: they are no right answers.
  package private(set) var unreadable = 0
  /// Of labels, or of the characters of texts; an empty one stands for a character that is not there.
  package private(set) var confusions: [Pair: Int] = [:]
  private var characters = 0
  private var edits = 0
  /// How many texts are so many edits away from what was expected.
  package private(set) var distances: [Int: Int] = [:]
  package let isText: Bool

  package struct Pair: Hashable, Sendable {
    package var expected: String
    package var given: String

    package init(expected: String, given: String) {
      self.expected = expected
      self.given = given
    }
  }

  package init(isText: Bool) { self.isText = isText }

  package mutating func add(expected: String?, given: String?) {
    guard let expected else {
      unexpected += 1
      return
    }
    compared += 1
    guard let given else {
      unreadable += 1
      if isText { count(expected, edits: expected.count) }
      return
    }
    if given == expected { right += 1 }
    guard isText else {
      confusions[Pair(expected: expected, given: given), default: 0] += 1
      return
    }
    let pairs = Alignment.pairs(Array(expected), Array(given))
    count(expected, edits: pairs.reduce(0) { $0 + ($1.expected == $1.given ? 0 : 1) })
    for pair in pairs { confusions[pair, default: 0] += 1 }
  }

  private mutating func count(_ expected: String, edits: Int) {
    characters += expected.count
    self.edits += edits
    distances[edits, default: 0] += 1
  }

  package var accuracy: Double? { compared == 0 ? nil : 100 * Double(right) / Double(compared) }
  /// Insertions, deletions and substitutions for each expected character.
  package var characterErrorRate: Double? {
    !isText || characters == 0 ? nil : 100 * Double(edits) / Double(characters)
  }

  package struct ClassScore {
    package var label: String
    package var count: Int
    package var right: Int
    package var given: Int
    package var recall: Double? { count == 0 ? nil : 100 * Double(right) / Double(count) }
    package var precision: Double? { given == 0 ? nil : 100 * Double(right) / Double(given) }
  }

  /// Of each label, or character, that was expected or given, in order.
  package var classes: [ClassScore] {
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
  package var mistakes: [(pair: Pair, count: Int)] {
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
