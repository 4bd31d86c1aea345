import Converter

extension ConversionPage {
  private static let widestMatrix = 40
  private static let shownMistakes = 12

  /// A matrix of classes, or how many edits texts are away from what is right.
  var answers: String {
    guard let packed = samples.packed else { return "" }
    let against = samples.hasLabels ? "the labels" : "float"
    if packed.isText {
      return section(
        "Texts", "How many edits (characters put in, left out or changed) each text is away from \(against).",
        errorRates(packed) + distances(packed) + mistakes(packed, "character"))
    }
    let classes = packed.classes
    guard classes.count <= ConversionPage.widestMatrix else {
      return section("Classes", "What int8 took for another class, against \(against).", mistakes(packed, "class"))
    }
    return section(
      "Classes", "Rows: \(samples.hasLabels ? "what is right" : "what float says"). Columns: what int8 says.",
      matrix(packed, classes.map(\.label)))
  }

  private func matrix(_ scores: Scores, _ labels: [String]) -> String {
    var totals: [String: Int] = [:]
    for (pair, count) in scores.confusions { totals[pair.expected, default: 0] += count }
    let rows = labels.map { expected -> String in
      let cells = labels.map { given -> String in
        guard let count = scores.confusions[Scores.Pair(expected: expected, given: given)] else { return "<td>" }
        let share = Double(count) / Double(max(1, totals[expected] ?? 1))
        return
          "<td class=\(expected == given ? "hit" : "miss") style=\"--v:\(fixed(20 + 80 * share, 0))%\">\(grouped(count))"
      }
      return "<tr><th>\(escaped(expected))\(cells.joined())"
    }
    return "<div class=wide><table class=matrix><tr><th>" + labels.map { "<th>\(escaped($0))" }.joined()
      + rows.joined(separator: "\n") + "</table></div>"
  }

  private func errorRates(_ packed: Scores) -> String {
    guard let rate = packed.characterErrorRate else { return "" }
    let float = samples.float?.characterErrorRate.map { ", \(fixed($0, 2)) % in float" } ?? ""
    return "<p>Character error rate: <b>\(fixed(rate, 2)) %</b> in int8\(float).</p>"
  }

  private func distances(_ packed: Scores) -> String {
    let largest = max(packed.distances.keys.max() ?? 0, samples.float?.distances.keys.max() ?? 0)
    let most = Double(max(1, packed.distances.values.max() ?? 1, samples.float?.distances.values.max() ?? 1))
    func bar(_ count: Int, _ kind: String) -> String {
      "<div class=\"bar \(kind)\" style=\"width:\(fixed(100 * Double(count) / most, 1))%\"></div>"
    }
    let rows = (0...largest).compactMap { edits -> String? in
      let (int8, float) = (packed.distances[edits] ?? 0, samples.float?.distances[edits] ?? 0)
      guard int8 > 0 || float > 0 else { return nil }
      return "<tr><th>\(edits)<td class=n>\(grouped(int8))"
        + (samples.hasLabels ? "<td class=n>\(grouped(float))" : "")
        + "<td class=bars>\(bar(int8, ""))\(samples.hasLabels ? bar(float, "other") : "")"
    }
    return "<table><tr><th>edits<th>int8\(samples.hasLabels ? "<th>float" : "")<th>" + rows.joined() + "</table>"
  }

  private func mistakes(_ scores: Scores, _ what: String) -> String {
    let mistakes = scores.mistakes.prefix(ConversionPage.shownMistakes)
    guard !mistakes.isEmpty else { return "<p>No \(what) is taken for another.</p>" }
    return table(
      ["\(what) expected", "given", "times"],
      mistakes.map { [$0.pair.expected, $0.pair.given.isEmpty ? "(none)" : $0.pair.given, grouped($0.count)] }.map {
        [$0[0].isEmpty ? "(none)" : $0[0], $0[1], $0[2]]
      })
  }

  /// A card for each of the sequences on which int8 does worst.
  var worstSamples: String {
    guard !samples.worst.isEmpty else { return "" }
    let cards = samples.worst.map { sample -> String in
      let values = sequences.indices.contains(sample.number) ? sequences[sample.number].first ?? [] : []
      let picture = port.map { SamplePicture(values: values, port: $0).html } ?? ""
      let ratio = sample.signalToNoise.map { "\(fixed($0, 1)) dB" } ?? "exact"
      func line(_ name: String, _ answer: String?, _ kind: String = "") -> String {
        answer.map { "<dt>\(name)<dd class=\"\(kind)\">\(escaped($0))" } ?? ""
      }
      return
        "<figure>\(picture)<figcaption><b>\(sample.name.isEmpty ? "sequence \(sample.number)" : escaped(sample.name))</b> \(ratio)"
        + "<dl>\(line("right", sample.truth))\(line("float", sample.float))"
        + "\(line("int8", sample.packed, sample.packed == sample.float ? "" : "miss"))</dl></figcaption></figure>"
    }
    return section(
      "Where int8 does worst",
      samples.agreement == nil
        ? "The sequences with the most noise." : "First where answers change, then where there is most noise.",
      "<div class=cards>\(cards.joined(separator: "\n"))</div>")
  }
}
