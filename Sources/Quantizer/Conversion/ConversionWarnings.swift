/// Sentences about calibration data and networks that can be converted, but hardly mean what their owner thinks.
struct ConversionWarnings {
  let graph: Graph
  let statistics: LayerStatistics
  let calibration: [CalibrationSequence]

  var sentences: [String] { scales + deadChannels + constantOutputs }

  /// Whole numbers up to 255 in a float input: pixels that were not divided.
  private var scales: [String] {
    graph.inputs.enumerated().compactMap { index, port in
      guard !graph.tensors[port.tensor].isIndex else { return nil }
      var largest: Float = 0
      for sequence in calibration where sequence.inputs.indices.contains(index) {
        for value in sequence.inputs[index] {
          guard value >= 0, value <= 255, value == value.rounded() else { return nil }
          largest = max(largest, value)
        }
      }
      guard largest > 100 else { return nil }
      return
        "input \(port.name): the calibration data are whole numbers from 0 to \(Int(largest)); where the network was trained "
        + "on 0...1, divide them (integers: --input-scale 1/255)"
    }
  }

  private var deadChannels: [String] {
    statistics.extents.sorted { $0.key < $1.key }.compactMap { tensor, extents in
      let channels = graph.tensors[tensor].frame.channels
      guard channels > 1, !graph.isInput(tensor) else { return nil }
      var isAlive = [Bool](repeating: false, count: channels)
      for (k, extent) in extents.enumerated() where extent.magnitude > 0 { isAlive[k % channels] = true }
      let dead = isAlive.indices.filter { !isAlive[$0] }
      guard let first = dead.first else { return nil }
      let which =
        dead.count == 1 ? "channel \(first) is" : "\(dead.count) of \(channels) channels (the first: \(first)) are"
      return "\(graph.tensors[tensor].name): \(which) 0 on all calibration data"
    }
  }

  private var constantOutputs: [String] {
    graph.outputs.enumerated().compactMap { index, port in
      let elements = graph.tensors[port.tensor].frame.elements
      let values = statistics.outputs.flatMap { $0.indices.contains(index) ? $0[index] : [] }
      guard values.count > elements, (elements..<values.count).allSatisfy({ values[$0] == values[$0 - elements] })
      else {
        return nil
      }
      return
        "output \(port.name) is the same in every frame of the calibration data: the data, or the network, say nothing"
    }
  }
}
