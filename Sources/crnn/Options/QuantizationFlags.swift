import ArgumentParser
import Quantizer

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

  func options() throws -> QuantizationOptions {
    var options = QuantizationOptions()
    options.rangeRule = try rule()
    options.stores = try stores(tensor, "--tensor")
    options.hiddenStores = try stores(hidden, "--hidden")
    return options
  }

  /// What an input is, where it is said.
  func kind(of port: String) throws -> InputKind? {
    guard let text = inputKind[port] else { return nil }
    switch text {
    case "image": return .image
    case "audio": return .audio
    case "features", "feature": return .feature
    default: throw CommandError("--input-kind takes image, audio or features, not '\(text)'")
    }
  }

  private func rule() throws -> RangeRule {
    if calibration == "minmax" { return .minimumMaximum }
    let parts = calibration.split(separator: ":")
    guard parts.count == 2, parts[0] == "percentile", let percent = Double(parts[1]), percent > 0, percent <= 100 else {
      throw CommandError("--calibration takes minmax or percentile:P, not '\(calibration)'")
    }
    return .percentile(percent)
  }

  private func stores(_ entries: [NamedValue], _ option: String) throws -> [String: Store] {
    var stores: [String: Store] = [:]
    for entry in entries {
      guard !entry.name.isEmpty, let store = [Store.u8, .s16, .f32].first(where: { $0.name == entry.value }) else {
        throw CommandError("\(option) takes NAME=STORE with u8, s16 or f32")
      }
      stores[entry.name] = store
    }
    return stores
  }
}
