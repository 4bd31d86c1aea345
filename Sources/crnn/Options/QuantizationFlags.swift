import ArgumentParser
import Converter

/// How numbers are stored.
struct QuantizationFlags: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "What an input is: image (8 bits, pixels as they are), audio (16 bits, samples as they are) or features (16 bits at a "
        + "calibrated scale). KIND or PORT=KIND. By default uint8 calibration data are an image and int16 data are audio.",
      valueName: "kind"))
  var inputKind: [NamedValue] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "How ranges are found: minmax, percentile:P (for example percentile:99.99), mse (least mean squared error), entropy; auto: "
        + "minmax, or the one of the others that keeps more of the output where 8 bits need it.", valueName: "rule"))
  var calibration = "auto"

  @Option(
    name: [.customLong("min-snr"), .customLong("minimum-snr")],
    help: ArgumentHelp(
      "Least signal-to-noise ratio of every output against float: finds the cheapest 8- and 16-bit operands and weights that keep it "
        + "on held-out calibration data. Where none does, nothing is written and the exit status is 3.", valueName: "dB"
    ))
  var minSNR: Quantity?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Most accuracy lost against float, points of per cent: the same search, on calibration data with labels (the array y).",
      valueName: "points"))
  var maxDrop: Quantity?

  @Flag(
    name: .long,
    help:
      "Do not search: 16 bits for feature inputs and the convolutions behind them, 8 for the rest, every weight to its nearest."
  )
  var noSearch = false

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The store of a tensor, by the name that the report shows: NAME=u8, NAME=s16 or NAME=f32.",
      valueName: "name=store"))
  var tensor: [NamedValue] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The store of a recurrent layer's state where it is multiplied: NAME=u8 or NAME=s16.", valueName: "name=store"))
  var hidden: [NamedValue] = []

  func validate() throws {
    if let contradiction = choices.contradiction { throw ValidationError(contradiction) }
  }

  var choices: NumberChoices {
    var choices = NumberChoices()
    choices.inputKind = inputKind
    choices.calibration = calibration
    choices.tensor = tensor
    choices.hidden = hidden
    choices.minimumSNR = minSNR?.value
    choices.maximumDrop = maxDrop?.value
    choices.searches = !noSearch
    return choices
  }
}
