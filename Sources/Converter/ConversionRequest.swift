/// A conversion as its caller describes it: how to read the network, how to read arrays, how to store numbers.
package struct ConversionRequest: Sendable {
  package var network = NetworkReading()
  package var arrays = ArrayReading()
  package var numbers = NumberChoices()
  package var classes = ClassTexts()
  /// How images become the input (include/crnn_image.h); stands in the file.
  package var preprocess: String?
  /// `N` or `N:BLOCK`: how far ahead backward layers see.
  package var rightContext: String?
  /// Whether activations keep the scales that QuantizeLinear nodes of the network give them.
  package var keepsQDQ = false

  package init() {}

  /// Says one thing more, in the words of the command line without the dashes: `time-axis`, `image=3`.
  ///
  /// What may be said of several ports may be set several times. Throws where there is no such option.
  package mutating func set(_ name: String, to value: String) throws {
    switch name {
    case "time-axis": network.timeAxis.append(NamedValue(argument: value))
    case "state": network.state.append(NamedValue(argument: value))
    case "input-shape": network.inputShape.append(NamedValue(argument: value))
    case "rate": network.rate.append(NamedValue(argument: value))
    case "window": network.window.append(NamedValue(argument: value))
    case "input-scale": arrays.inputScale.append(NamedValue(argument: value))
    case "input-layout": arrays.inputLayout.append(NamedValue(argument: value))
    case "array": arrays.array.append(NamedValue(argument: value))
    case "input-kind": numbers.inputKind.append(NamedValue(argument: value))
    case "calibration": numbers.calibration = value
    case "tensor": numbers.tensor.append(NamedValue(argument: value))
    case "hidden": numbers.hidden.append(NamedValue(argument: value))
    case "labels": classes.labels = value
    case "alphabet": classes.alphabet = value
    case "blank": classes.blank = value
    case "preprocess": preprocess = value
    case "right-context": rightContext = value
    case "min-snr", "minimum-snr":
      guard let ratio = Quantity(value) else {
        throw ConverterError("\(name) takes a number of decibels, not '\(value)'")
      }
      numbers.minimumSNR = ratio.value
    case "max-drop":
      guard let points = Quantity(value) else {
        throw ConverterError("max-drop takes a number of points, not '\(value)'")
      }
      numbers.maximumDrop = points.value
    case "no-search": numbers.searches = try !flag(name, value)
    case "keep-qdq": keepsQDQ = try flag(name, value)
    default:
      throw ConverterError(
        "there is no option '\(name)'; there are \(ConversionRequest.options.joined(separator: ", "))")
    }
  }

  private func flag(_ name: String, _ value: String) throws -> Bool {
    guard let flag = ["1": true, "true": true, "0": false, "false": false][value] else {
      throw ConverterError("\(name) takes 1 or 0, not '\(value)'")
    }
    return flag
  }

  /// What `set` takes.
  package static let options = [
    "alphabet", "array", "blank", "calibration", "hidden", "input-kind", "input-layout", "input-scale", "input-shape",
    "keep-qdq", "labels", "max-drop", "min-snr", "minimum-snr", "no-search", "preprocess", "rate", "right-context",
    "state", "tensor", "time-axis", "window",
  ]
}
