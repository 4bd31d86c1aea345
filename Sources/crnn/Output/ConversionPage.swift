import Converter
import Quantizer

/// A conversion's report as one page that needs nothing but a browser.
struct ConversionPage {
  let document: ConversionDocument
  let source: String
  private var report: ConversionReport { document.report }

  var html: String {
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8"><title>\(escaped(source))</title>
    <style>
    body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 64em; padding: 0 1em }
    table { border-collapse: collapse; margin: 1em 0 } th, td { padding: .2em .8em; text-align: left; border-bottom: 1px solid #8884 }
    td.n { text-align: right; font-variant-numeric: tabular-nums } .bar { background: #48c; height: .8em }
    svg { background: #8881; margin-right: 1em } figure { display: inline-block; margin: .5em } figcaption { font-size: .85em }
    </style></head><body>
    <h1>\(escaped(source))</h1>
    \(totals)\(warnings)\(layers)\(histograms)\(choices)
    </body></html>

    """
  }

  private var totals: String {
    var rows = [
      ("file", "\(report.fileBytes) bytes"), ("weights", "\(report.weightBytes) bytes"),
      ("calibration", "\(report.calibrationSequences) sequences, \(report.calibrationFrames) frames"),
    ]
    if let difference = document.referenceDifference {
      rows.append(("float against the reference", scientific(difference)))
    }
    if let search = report.search {
      rows.append(("judged by", search.heldOut))
      rows.append(("int8 against float", "\(fixed(search.result.signalToNoise, 1)) dB"))
      rows.append(("in front of the last softmax or sigmoid", "\(fixed(search.result.tappedSignalToNoise, 1)) dB"))
      if let drop = search.result.accuracyDrop { rows.append(("accuracy lost", "\(fixed(drop, 2)) points")) }
      rows.append(
        ("with every weight to its nearest and 16-bit operands", "\(fixed(search.plainResult.signalToNoise, 1)) dB"))
      rows.append(("16-bit MACs", "\(fixed(search.wideMultiplications, 1)) %"))
      rows.append(("16-bit weights", "\(fixed(search.wideWeightShare, 1)) %"))
      rows.append(("networks tried", "\(search.trials)"))
    }
    return table(rows.map { [$0.0, $0.1] }, head: [])
  }

  private var warnings: String {
    report.warnings.isEmpty
      ? "" : "<h2>Warnings</h2><ul>" + report.warnings.map { "<li>\(escaped($0))</li>" }.joined() + "</ul>"
  }

  private var layers: String {
    let rows = report.tensors.map { tensor -> String in
      let ratio = tensor.signalToNoise
      let width = ratio.map { min(max($0, 0), 100) } ?? 0
      return "<tr><td>\(escaped(tensor.name))</td><td>\(tensor.store)</td>"
        + "<td class=n>\(tensor.range.map { scientific(Double($0.minimum)) } ?? "")</td>"
        + "<td class=n>\(tensor.range.map { scientific(Double($0.maximum)) } ?? "")</td>"
        + "<td class=n>\(ratio.map { fixed($0, 1) } ?? "")</td>"
        + "<td><div class=bar style=\"width:\(fixed(width * 2, 0))px\"></div></td></tr>"
    }
    return
      "<h2>Signal to noise of every tensor, dB</h2><table><tr><th>tensor<th>store<th>minimum<th>maximum<th>dB<th></tr>"
      + rows.joined(separator: "\n") + "</table>"
  }

  private var histograms: String {
    let worst = report.tensors.filter { $0.signalToNoise != nil && !$0.histogram.isEmpty }
      .sorted { ($0.signalToNoise ?? 0) < ($1.signalToNoise ?? 0) }.prefix(6)
    guard !worst.isEmpty else { return "" }
    let figures = worst.map { tensor -> String in
      let largest = Double(max(1, tensor.histogram.max() ?? 1))
      let bars = tensor.histogram.enumerated().map { index, count -> String in
        // The square root shows rare values beside frequent ones.
        let height = (Double(count) / largest).squareRoot() * 80
        return
          "<rect x=\"\(index * 6)\" y=\"\(fixed(80 - height, 1))\" width=\"5\" height=\"\(fixed(height, 1))\" fill=\"#48c\"/>"
      }
      return "<figure><svg width=\"\(tensor.histogram.count * 6)\" height=\"80\">\(bars.joined())</svg>"
        + "<figcaption>\(escaped(tensor.name)), \(tensor.signalToNoise.map { fixed($0, 1) } ?? "") dB</figcaption></figure>"
    }
    return "<h2>Values of the worst tensors (heights: square roots of counts)</h2>" + figures.joined(separator: "\n")
  }

  private var choices: String {
    guard let search = report.search else { return "" }
    let kept = [
      ["second-order rounding", search.secondOrder.joined(separator: ", ")],
      ["corrected bias", search.corrected.joined(separator: ", ")],
      ["equalised channels", search.equalized.joined(separator: ", ")],
      ["16-bit operands", report.wideTensors.joined(separator: ", ")],
      ["16-bit weights", search.wideWeights.joined(separator: ", ")],
    ]
    let tried = search.sensitivities.map {
      [$0.name, $0.change, fixed($0.signalToNoise, 1), $0.wasTaken ? "kept" : ""]
    }
    return "<h2>What was kept</h2>" + table(kept, head: []) + "<h2>Sensitivity: the outputs after one change, dB</h2>"
      + table(tried, head: ["tensor", "change", "dB", ""])
  }

  private func table(_ rows: [[String]], head: [String]) -> String {
    let title = head.isEmpty ? "" : "<tr>" + head.map { "<th>\($0)" }.joined() + "</tr>"
    let lines = rows.map { "<tr>" + $0.map { "<td>\(escaped($0))</td>" }.joined() + "</tr>" }
    return "<table>\(title)\(lines.joined(separator: "\n"))</table>"
  }

  private func escaped(_ text: String) -> String { SVGDocument.escaped(text) }
}
