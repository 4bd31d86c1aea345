/// The least edits that turn one text into another (Levenshtein 1966), as pairs of characters; an empty one stands for a character
/// that is not there.
package enum Alignment {
  /// How many insertions, deletions and substitutions there are.
  package static func edits(_ expected: [Character], _ given: [Character]) -> Int {
    pairs(expected, given).reduce(0) { $0 + ($1.expected == $1.given ? 0 : 1) }
  }

  package static func pairs(_ expected: [Character], _ given: [Character]) -> [Scores.Pair] {
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
