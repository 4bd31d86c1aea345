import Converter
import Quantizer

extension ConversionPage {
  private static let shownHistograms = 6

  var layers: String {
    let shown = ConversionDocument.shownLayers
    let worst = report.tensors.count > shown ? Set(report.worstTensors(shown).map(\.name)) : []
    let rows = report.tensors.map { tensor -> String in
      let ratio = tensor.signalToNoise
      let width = ratio.map { min(max($0, 0), 80) / 0.8 } ?? 100
      let kind = ratio.map { $0 < 20 ? "low" : $0 < 30 ? "middle" : "" } ?? "none"
      return
        "<tr\(worst.contains(tensor.name) ? " class=worst" : "")><td>\(escaped(tensor.name))<td><i>\(tensor.store)</i>"
        + "<td class=n>\(tensor.range.map { scientific(Double($0.minimum)) } ?? "")"
        + "<td class=n>\(tensor.range.map { scientific(Double($0.maximum)) } ?? "")"
        + "<td class=n>\(ratio.map { fixed($0, 1) } ?? "exact")"
        + "<td class=bars><div class=\"bar \(kind)\" style=\"width:\(fixed(width, 0))%\"></div>"
    }
    return section(
      "Layers, from input to output",
      "How far the values of each tensor stand above what int8 changes in them, in dB: at 20 dB by a tenth of their size, at 40 "
        + "dB by a hundredth.\(worst.isEmpty ? "" : " The \(worst.count) worst are marked.")",
      "<div class=wide><table><tr><th>tensor<th>store<th>minimum<th>maximum<th>dB<th>" + rows.joined(separator: "\n")
        + "</table></div>")
  }

  var histograms: String {
    let worst = report.worstTensors(report.tensors.count).filter { !$0.histogram.isEmpty }
      .prefix(ConversionPage.shownHistograms)
    guard !worst.isEmpty else { return "" }
    let figures = worst.map { tensor -> String in
      let largest = Double(max(1, tensor.histogram.max() ?? 1))
      let bars = tensor.histogram.enumerated().map { index, count -> String in
        let height = (Double(count) / largest).squareRoot() * 80
        return "M\(index * 6) 80v-\(fixed(height, 1))h5V80"
      }
      let ends = tensor.range.map { [scientific(Double($0.minimum)), scientific(Double($0.maximum))] } ?? ["", ""]
      return "<figure><svg viewBox=\"0 0 \(tensor.histogram.count * 6) 80\"><path d=\"\(bars.joined())\"/></svg>"
        + "<div class=ends><span>\(ends[0])</span><span>\(ends[1])</span></div><figcaption><b>\(escaped(tensor.name))</b> "
        + "\(tensor.signalToNoise.map { fixed($0, 1) } ?? "") dB</figcaption></figure>"
    }
    return section(
      "Values of the worst tensors",
      "Long thin tails cost precision: 8 bits reach from one end to the other. Heights are square roots of counts.",
      "<div class=cards>\(figures.joined(separator: "\n"))</div>")
  }

  var choices: String {
    guard let search = report.search else { return "" }
    let kept = [
      ("rounding fitted to the data", search.secondOrder), ("corrected bias", search.corrected),
      ("equalised channels", search.equalized), ("16-bit operands", report.wideTensors),
      ("16-bit weights", search.wideWeights),
    ].map { [$0, $1.isEmpty ? "none" : $1.joined(separator: ", ")] }
    let tried = search.sensitivities.map {
      [$0.name, $0.change, fixed($0.signalToNoise, 1), $0.wasTaken ? "kept" : ""]
    }
    let measured = [
      ("as it is", search.result), ("with every operand in 16 bits", search.wideResult),
      ("with every operand in 16 bits and every weight to its nearest", search.plainResult),
    ].map { [$0, fixed($1.signalToNoise, 1)] }
    return section(
      "What was chosen",
      "\(search.trials) networks were tried, each judged by data that it was not fitted to: \(escaped(search.heldOut)).",
      table(["choice", "where"], kept) + table(["the outputs", "dB"], measured)
        + "<details><summary>Sensitivity: the outputs after one change alone</summary>"
        + table(["tensor", "change", "dB", ""], tried) + "</details>")
  }
}

extension ConversionReport {
  /// The tensors with most noise, the worst first.
  func worstTensors(_ count: Int) -> [TensorEntry] {
    Array(
      tensors.filter { $0.signalToNoise != nil }.sorted { ($0.signalToNoise ?? 0) < ($1.signalToNoise ?? 0) }
        .prefix(count))
  }
}
