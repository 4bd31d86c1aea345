import Quantizer

/// How numbers are to be stored, in the words of the command line.
package struct NumberChoices: Sendable {
  package var inputKind: [NamedValue] = []
  package var calibration = "minmax"
  package var tensor: [NamedValue] = []
  package var hidden: [NamedValue] = []

  package init() {}

  package init(inputKind: [NamedValue], calibration: String, tensor: [NamedValue], hidden: [NamedValue]) {
    self.inputKind = inputKind
    self.calibration = calibration
    self.tensor = tensor
    self.hidden = hidden
  }

  package func options() throws -> QuantizationOptions {
    var options = QuantizationOptions()
    options.rangeRule = try rule()
    options.stores = try stores(tensor, "--tensor")
    options.hiddenStores = try stores(hidden, "--hidden")
    return options
  }

  /// What an input is, where it is said.
  package func kind(of port: String) throws -> InputKind? {
    guard let text = inputKind[port] else { return nil }
    switch text {
    case "image": return .image
    case "audio": return .audio
    case "features", "feature": return .feature
    default: throw ConverterError("--input-kind takes image, audio or features, not '\(text)'")
    }
  }

  private func rule() throws -> RangeRule {
    if calibration == "minmax" { return .minimumMaximum }
    let parts = calibration.split(separator: ":")
    guard parts.count == 2, parts[0] == "percentile", let percent = Double(parts[1]), percent > 0, percent <= 100 else {
      throw ConverterError("--calibration takes minmax or percentile:P, not '\(calibration)'")
    }
    return .percentile(percent)
  }

  private func stores(_ entries: [NamedValue], _ option: String) throws -> [String: Store] {
    var stores: [String: Store] = [:]
    for entry in entries {
      guard !entry.name.isEmpty, let store = [Store.u8, .s16, .f32].first(where: { $0.name == entry.value }) else {
        throw ConverterError("\(option) takes NAME=STORE with u8, s16 or f32")
      }
      stores[entry.name] = store
    }
    return stores
  }
}
