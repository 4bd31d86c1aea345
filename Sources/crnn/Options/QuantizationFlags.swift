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
      "How ranges are found: minmax, or percentile:P, for example percentile:99.99.", valueName: "rule"))
  var calibration = "minmax"

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

  var choices: NumberChoices {
    NumberChoices(inputKind: inputKind, calibration: calibration, tensor: tensor, hidden: hidden)
  }
}
