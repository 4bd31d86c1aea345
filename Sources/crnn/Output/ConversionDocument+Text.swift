import Converter
import Quantizer

extension ConversionDocument {
  /// For people.
  var text: String {
    var table = Table(["tensor", "store", "minimum", "maximum", "snr dB"], leftColumns: [0, 1])
    for tensor in report.tensors {
      table.add([
        tensor.name, tensor.store, tensor.range.map { scientific(Double($0.minimum)) } ?? "",
        tensor.range.map { scientific(Double($0.maximum)) } ?? "", tensor.signalToNoise.map { fixed($0, 1) } ?? "",
      ])
    }
    return """
      \(table.text)

      \(viewText)\
      \(report.fileBytes) bytes, \(report.weightBytes) of them weights; calibrated on \(report.calibrationSequences) \
      sequences, \(report.calibrationFrames) frames
      16-bit tensors: \(report.wideTensors.isEmpty ? "none" : report.wideTensors.joined(separator: ", "))
      """
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
