import Converter
import Quantizer

extension ConversionDocument {
  private static let shownLayers = 10

  /// The worst layers and the totals; the JSON document has all of them.
  var text: String {
    let measured = report.tensors.filter { $0.signalToNoise != nil }
    let worst = measured.sorted { ($0.signalToNoise ?? 0) < ($1.signalToNoise ?? 0) }.prefix(
      ConversionDocument.shownLayers)
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
    if let search = report.search {
      totals.append("\(search.summary) (\(search.heldOut); \(search.trials) networks tried)")
      totals.append(
        "16-bit weights: \(search.wideWeights.isEmpty ? "none" : search.wideWeights.joined(separator: ", "))")
    }
    totals.append(
      "16-bit tensors: \(report.wideTensors.isEmpty ? "none" : report.wideTensors.joined(separator: ", "))")
    return "\(table.text)\n\n\(viewText)\(totals.joined(separator: "\n"))"
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
