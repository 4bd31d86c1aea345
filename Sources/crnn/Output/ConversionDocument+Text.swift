import Converter
import Quantizer

extension ConversionDocument {
  static let shownLayers = 10

  /// The worst layers and the totals; the JSON document has all of them.
  var text: String {
    let worst = report.worstTensors(ConversionDocument.shownLayers)
    var table = Table(["worst tensors", "store", "minimum", "maximum", "snr dB"], leftColumns: [0, 1])
    for tensor in worst {
      table.add([
        tensor.name, tensor.store, tensor.range.map { scientific(Double($0.minimum)) } ?? "",
        tensor.range.map { scientific(Double($0.maximum)) } ?? "", tensor.signalToNoise.map { fixed($0, 1) } ?? "",
      ])
    }
    var totals = [
      "\(report.fileBytes) bytes, \(report.weightBytes) of them weights; calibrated on \(report.calibrationSequences) sequences, "
        + "\(report.calibrationFrames) frames"
    ]
    let macs = report.multiplicationsPerFrame
    totals.append(
      "a stream takes \(cost.streamBytes) bytes"
        + (cost.longestSequence.map { " for up to \($0) frames" } ?? "")
        + " and \(fixed(macs, macs == macs.rounded() ? 0 : 1)) multiplications by weights for each input frame; outputs wait for "
        + cost.lookahead)
    totals.append(sampleText)
    totals.append(report.summary)
    if let search = report.search {
      totals.append("\(search.trials) networks tried, judged by \(search.heldOut)")
      totals.append(
        "16-bit weights: \(search.wideWeights.isEmpty ? "none" : search.wideWeights.joined(separator: ", "))")
    }
    totals.append(
      "16-bit tensors: \(report.wideTensors.isEmpty ? "none" : report.wideTensors.joined(separator: ", "))")
    return "\(table.text)\n\n\(viewText)\(totals.joined(separator: "\n"))"
  }

  private var sampleText: String {
    var parts: [String] = []
    if let float = samples.float?.accuracy, let packed = samples.packed?.accuracy {
      parts.append("\(fixed(float, 2)) % right in float, \(fixed(packed, 2)) % in int8")
    }
    if let agreement = samples.agreement { parts.append("\(fixed(agreement, 2)) % of the answers as in float") }
    if parts.isEmpty { parts.append(samples.comparison.signalToNoise.map { "\(fixed($0, 1)) dB" } ?? "no difference") }
    return "int8 against float on \(samples.title), \(samples.sequences) sequences: " + parts.joined(separator: ", ")
  }

  /// What the limited view of backward layers costs.
  private var viewText: String {
    report.limitedView.map { entry in
      let ratio = entry.signalToNoise.map { "\(fixed($0, 1)) dB" } ?? "no difference"
      let agreement = entry.agreement.map { ", the same largest value in \(fixed($0, 2)) % of the frames" } ?? ""
      return "right context: \(entry.name) against the whole-sequence network, calibration data: \(ratio)\(agreement)\n"
    }.joined()
  }
}
