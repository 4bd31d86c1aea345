import Converter
import Quantizer

/// A conversion's report as one page that needs nothing but a browser: no script, and nothing to load.
struct ConversionPage {
  let document: ConversionDocument
  /// What the network's file is called.
  let source: String
  /// The sequences that the worst samples are some of, and the port whose values are shown of them.
  let sequences: [[[Float]]]
  let port: PortDescription?
  /// The network as an SVG picture.
  let drawing: String

  var report: ConversionReport { document.report }
  var samples: SampleReport { document.samples }

  var html: String {
    let sections = [warnings, answers, worstSamples, layers, histograms, choices, network]
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
      <title>\(escaped(source)) in 8 bits</title>
      <style>
      \(ConversionPage.css)
      </style></head><body><main>
      <header><h1>\(escaped(source))</h1><p>\(verdict)</p></header>
      \(tiles)\(sections.joined())
      </main></body></html>

      """
  }

  /// What the reader came for.
  private var verdict: String {
    let data =
      "\(grouped(samples.sequences)) \(samples.sequences == 1 ? "sequence" : "sequences") of \(escaped(samples.title))"
    if let float = samples.float?.accuracy, let packed = samples.packed?.accuracy {
      let kept = samples.agreement.map { "; <b>\(fixed($0, 2)) %</b> of the answers are those of float" } ?? ""
      return "<b>\(fixed(packed, 2)) %</b> right in int8, \(fixed(float, 2)) % in float, on \(data)\(kept)."
    }
    if let agreement = samples.agreement {
      return "<b>\(fixed(agreement, 2)) %</b> of the answers are those of float, on \(data)."
    }
    let ratio = samples.comparison.signalToNoise.map { "\(fixed($0, 1)) dB" } ?? "no difference"
    return "<b>\(ratio)</b> between int8 and float, on \(data)."
  }

  private var tiles: String {
    var tiles = [
      ("file", "\(grouped(report.fileBytes)) B", "\(grouped(report.weightBytes)) of them weights"),
      (
        "memory of a stream", "\(grouped(document.cost.streamBytes)) B",
        (document.cost.longestSequence.map { "for up to \(grouped($0)) frames; " } ?? "")
          + "\(grouped(document.cost.modelBytes)) B once for the model"
      ),
      (
        "multiplications", shortened(report.multiplicationsPerFrame),
        "for each input frame"
          + (report.multiplicationsPerSequence > 0
            ? ", \(shortened(Double(report.multiplicationsPerSequence))) once" : "")
      ),
      ("waits for", document.cost.lookahead, "of the input, before an output is complete"),
    ]
    let comparison = samples.comparison
    tiles.append(
      (
        "signal to noise", comparison.signalToNoise.map { "\(fixed($0, 1)) dB" } ?? "exact",
        "largest difference \(scientific(comparison.maximumAbsoluteError ?? 0))"
      ))
    tiles.append(
      (
        "in 16 bits", "\(fixed(report.shares.multiplications, 1)) %",
        "of the multiplications, \(fixed(report.shares.weights, 1)) % of the weights"
      ))
    if let difference = document.referenceDifference {
      tiles.append(("float itself", scientific(difference), "at most from the reference"))
    }
    return "<div class=tiles>"
      + tiles.map { "<div><span>\($0)</span><b>\($1)</b><small>\($2)</small></div>" }.joined() + "</div>"
  }

  private var warnings: String {
    report.warnings.isEmpty
      ? ""
      : "<section class=warn><h2>Look at this first</h2><ul>"
        + report.warnings.map { "<li>\(escaped($0))</li>" }.joined() + "</ul></section>"
  }

  private var network: String {
    "<section><h2>The network</h2><img class=network alt=\"\(escaped(source))\" src=\""
      + "\(dataAddress(Array(drawing.utf8), type: "image/svg+xml"))\"></section>"
  }

  func section(_ title: String, _ note: String = "", _ body: String) -> String {
    "<section><h2>\(title)</h2>\(note.isEmpty ? "" : "<p>\(note)</p>")\(body)</section>\n"
  }

  func table(_ head: [String], _ rows: [[String]]) -> String {
    "<table><tr>" + head.map { "<th>\($0)" }.joined()
      + rows.map { "<tr>" + $0.map { "<td>\(escaped($0))" }.joined() }.joined() + "</table>"
  }

  func escaped(_ text: String) -> String { SVGDocument.escaped(text) }

  /// 12345 as 12,345.
  func grouped(_ value: Int) -> String {
    let digits = Array(String(value.magnitude))
    var text = value < 0 ? "-" : ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text += "," }
      text.append(digit)
    }
    return text
  }

  /// 1234567 as 1.2 M.
  private func shortened(_ value: Double) -> String {
    value < 10_000
      ? grouped(Int(value.rounded())) : value < 1e6 ? "\(fixed(value / 1e3, 1)) k" : "\(fixed(value / 1e6, 1)) M"
  }
}
