import Converter

extension Scores {
  /// At most so many classes are shown as a matrix: more do not fit into a terminal.
  private static let widestMatrix = 20
  private static let shownMistakes = 10

  var text: String {
    var table = Table(["", ""])
    table.add(["compared", String(compared)])
    if unreadable > 0 { table.add(["of these unreadable", String(unreadable)]) }
    if unexpected > 0 { table.add(["without a label", String(unexpected)]) }
    if let accuracy { table.add([isText ? "texts right, %" : "accuracy, %", fixed(accuracy, 2)]) }
    if let characterErrorRate { table.add(["character error rate, %", fixed(characterErrorRate, 2)]) }
    var parts = [String(table.text.drop { $0 == "\n" })]
    let classes = classes
    if !classes.isEmpty { parts.append(classTable(classes)) }
    if !isText, classes.count <= Scores.widestMatrix, !classes.isEmpty { parts.append(matrix(classes)) }
    if !mistakes.isEmpty { parts.append(mistakeTable) }
    return parts.joined(separator: "\n\n")
  }

  private func classTable(_ classes: [ClassScore]) -> String {
    var table = Table([isText ? "character" : "class", "expected", "right", "recall, %", "precision, %"])
    for score in classes {
      table.add([
        score.label, String(score.count), String(score.right), score.recall.map { fixed($0, 2) } ?? "",
        score.precision.map { fixed($0, 2) } ?? "",
      ])
    }
    return table.text
  }

  /// Rows: what was expected. Columns: what was given.
  private func matrix(_ classes: [ClassScore]) -> String {
    let labels = classes.map(\.label)
    var table = Table(["expected \\ given"] + labels)
    for expected in labels {
      table.add([expected] + labels.map { confusions[Pair(expected: expected, given: $0)].map(String.init) ?? "." })
    }
    return table.text
  }

  private var mistakeTable: String {
    func shown(_ label: String) -> String { isText && label.isEmpty ? "(none)" : label }
    var table = Table(["expected", "given", "times"], leftColumns: [0, 1])
    for (pair, count) in mistakes.prefix(Scores.shownMistakes) {
      table.add([shown(pair.expected), shown(pair.given), String(count)])
    }
    return table.text
  }
}
