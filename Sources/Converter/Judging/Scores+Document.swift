extension Scores {
  package var document: JSONValue {
    .members([
      ("compared", .integer(compared)),
      ("right", .integer(right)),
      ("unreadable", .integer(unreadable)),
      ("without_label", .integer(unexpected)),
      ("accuracy_percent", .finite(accuracy)),
      ("character_error_rate_percent", .finite(characterErrorRate)),
      (
        "texts_by_edits",
        isText
          ? .object(
            distances.sorted { $0.key < $1.key }.map { .init(key: String($0.key), value: .integer($0.value)) }) : nil
      ),
      (
        isText ? "characters" : "classes",
        .array(
          classes.map { score in
            .members([
              ("label", .text(score.label)), ("expected", .integer(score.count)), ("right", .integer(score.right)),
              ("given", .integer(score.given)), ("recall_percent", .finite(score.recall)),
              ("precision_percent", .finite(score.precision)),
            ])
          })
      ),
      (
        "mistakes",
        .array(
          mistakes.map { pair, count in
            .members([
              ("expected", .text(pair.expected)), ("given", .text(pair.given)), ("times", .integer(count)),
            ])
          })
      ),
    ])
  }
}
