import Quantizer

/// How numbers are to be stored, in the words of the command line.
package struct NumberChoices: Sendable {
  package var inputKind: [NamedValue] = []
  package var calibration = "auto"
  package var tensor: [NamedValue] = []
  package var hidden: [NamedValue] = []
  /// Least signal-to-noise ratio of every output on held-out calibration data, in dB.
  package var minimumSNR: Double?
  /// Most accuracy lost there, in points of per cent.
  package var maximumDrop: Double?
  /// Whether bits and corrections are searched for at all.
  package var searches = true

  package init() {}

  package func options() throws -> QuantizationOptions {
    var options = QuantizationOptions()
    options.rangeRule = try rule() ?? .minimumMaximum
    options.stores = try stores(tensor, "--tensor")
    options.hiddenStores = try stores(hidden, "--hidden")
    return options
  }

  /// What is wrong with limits that contradict each other; nil where they do not.
  package var contradiction: String? {
    if minimumSNR != nil, maximumDrop != nil { return "give --min-snr or --max-drop, not both" }
    if !searches, minimumSNR != nil || maximumDrop != nil {
      return "--no-search leaves nothing for --min-snr or --max-drop to search"
    }
    if let maximumDrop, maximumDrop < 0 { return "--max-drop takes at least 0 points" }
    return nil
  }

  /// nil: no search. `judge` counts right decisions on the calibration data.
  func search(_ judge: AccuracyJudge?) throws -> SearchOptions? {
    guard searches else { return nil }
    var options = SearchOptions()
    if let rule = try rule() { options.rules = [rule] }
    if let minimumSNR { options.limit = .signalToNoise(minimumSNR) }
    if let maximumDrop { options.limit = .accuracyDrop(maximumDrop) }
    options.judge = judge
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

  /// nil: what keeps more.
  private func rule() throws -> RangeRule? {
    switch calibration {
    case "auto": return nil
    case "minmax": return .minimumMaximum
    case "mse": return .meanSquaredError
    case "entropy": return .entropy
    default: break
    }
    let parts = calibration.split(separator: ":")
    guard parts.count == 2, parts[0] == "percentile", let percent = Double(parts[1]), percent > 0, percent <= 100 else {
      throw ConverterError("--calibration takes auto, minmax, percentile:P, mse or entropy, not '\(calibration)'")
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
