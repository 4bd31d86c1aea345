import CCRNN

/// The whole way from a float graph to a model file.
///
/// ```swift
/// let (bytes, report) = try Conversion.convert(graph: graph, calibration: sequences, options: ConversionOptions())
/// ```
public enum Conversion {
  /// Simplifies, calibrates, quantises, proves and packs.
  ///
  /// - Parameters:
  ///   - graph: as an importer gives it.
  ///   - calibration: real input; a few hundred frames that show what will come.
  /// - Returns: the bytes of the model file, and what was done.
  /// - Throws: `GraphError` or `InterpreterError`, whose text names the part of the network and what to do.
  public static func convert(
    graph: Graph, calibration: [CalibrationSequence], options: ConversionOptions = ConversionOptions()
  ) throws -> (bytes: [UInt8], report: ConversionReport) {
    // Before anything that takes time with each pair of them. Simplification leaves fewer.
    try checkCounts(graph, most: 2)
    let whole = try graph.simplified()
    let simplified = try options.backwardView.map(whole.limitingBackwardView) ?? whole
    try checkCounts(simplified, most: 1)
    let coded = options.quantization.coded(outputsOf: simplified)
    let (tapped, taps) = simplified.tapped { coded.contains($0) }
    let heldOut = HeldOut(sequences: calibration.count)
    var statistics = LayerStatistics(
      simplified, taps: taps, heldOut: heldOut, sequences: calibration.count, keepsMoments: options.search != nil)
    var ranges = try Calibration(
      interpreter: Interpreter(graph: tapped), sequences: calibration, rule: options.quantization.rangeRule,
      progress: options.progress, see: { statistics.see($0, $1) }, end: { statistics.end($0) })
    let network: QuantizedNetwork
    var found: SearchReport?
    if let search = options.search {
      let trial = try Trial(statistics, heldOut, calibration, judge: search.judge)
      let builder = RecipeBuilder(simplified, ranges, statistics, options.quantization)
      (network, ranges, found) = try PrecisionSearch(builder, trial, search, progress: options.searchProgress).run()
    } else {
      network = try QuantizedNetwork(graph: simplified, calibration: ranges, options: options.quantization)
    }
    let warnings = ConversionWarnings(graph: simplified, statistics: statistics, calibration: calibration).sentences
    let float = try Interpreter(graph: network.graph)
    let summary = MetadataEntry(
      "calibration", "\(ranges.sequences) sequences, \(ranges.frames) frames, \(options.quantization.rangeRule.text)")
    let accuracy = MetadataEntry("quantisation", ConversionReport.summary(found, network.wideShares))
    let bytes = try network.packed(
      metadata: options.metadata + [summary, accuracy], selfTest: options.selfTest)
    let comparison = try AccuracyComparison(
      network, float: float, sequences: calibration, limit: options.comparedFrames)
    var result = report(network, ranges, comparison, fileBytes: bytes.count)
    result.search = found
    result.warnings = warnings
    if options.backwardView != nil {
      result.limitedView = try ViewComparison.entries(
        whole: Interpreter(graph: whole), limited: Interpreter(graph: simplified), graph: whole, sequences: calibration)
    }
    return (bytes, result)
  }

  /// Refuses a graph with more than `most` times the nodes and tensors that a file holds.
  private static func checkCounts(_ graph: Graph, most: Int) throws {
    let (nodes, tensors) = (graph.nodes.count, graph.tensors.count)
    guard nodes <= most * CRNN_MAXIMUM_NODES, tensors <= most * CRNN_MAXIMUM_TENSORS else {
      throw GraphError(
        "the network has \(nodes) nodes and \(tensors) tensors; a model file holds at most \(CRNN_MAXIMUM_NODES) and "
          + "\(CRNN_MAXIMUM_TENSORS)")
    }
  }

  private static func report(
    _ network: QuantizedNetwork, _ ranges: Calibration, _ comparison: AccuracyComparison, fileBytes: Int
  ) -> ConversionReport {
    let graph = network.graph
    var recurrent: [ConversionReport.RecurrentEntry] = []
    var segments: [String: Int] = [:]
    for (index, (node, quantized)) in zip(graph.nodes, network.nodes).enumerated() {
      let parts = max(quantized.segments, quantized.hiddenSegments)
      if parts > 1 { segments[node.name] = parts }
      guard case .recurrent(let layer) = node.operation, let hidden = quantized.hidden else { continue }
      let range = ranges.range(.hidden(node: index))
      recurrent.append(
        .init(
          name: node.name, hiddenStore: hidden.store.name, hiddenScale: hidden.scale, hiddenRange: range,
          isBounded: layer.isBounded(node, seen: range)))
    }
    let tensors = graph.tensors.indices.map { id in
      let quantization = network.tensors[id]
      let range = ranges.range(.tensor(id))
      return ConversionReport.TensorEntry(
        name: graph.tensors[id].name, store: quantization.store.name,
        scale: quantization.store.isCode ? quantization.scale : nil,
        zeroPoint: quantization.store.isCode ? quantization.zeroPoint : nil, range: range.isFinite ? range : nil,
        signalToNoise: comparison.signalToNoise(id),
        histogram: ranges.histograms[.tensor(id)]?.counts(within: range, parts: 40) ?? [])
    }
    let outputs = graph.outputs.map { port in
      var entry = tensors[port.tensor]
      entry.name = port.name
      return entry
    }
    let multiplications = graph.multiplications
    return ConversionReport(
      tensors: tensors, outputs: outputs, recurrent: recurrent,
      wideTensors: tensors.filter { $0.store == "s16" }.map(\.name),
      shares: network.wideShares, segments: segments, calibrationSequences: ranges.sequences,
      calibrationFrames: ranges.frames,
      comparedFrames: comparison.frames, fileBytes: fileBytes,
      weightBytes: network.nodes.flatMap(\.matrices).reduce(0) { $0 + $1.weights.count },
      multiplicationsPerFrame: multiplications.perFrame, multiplicationsPerSequence: multiplications.perSequence)
  }
}
