import CCRNN
import Converter
import Quantizer

extension LayerBench {
  /// Multiplications by weights of a node in the whole sequence, as its definition counts them.
  private func macs(_ node: Int) -> Int { inspection.nodes[node].macs &* layers[node].frames }

  private var allMACs: Int { layers.indices.reduce(0) { $0 &+ macs($1) } }

  /// What the multiplications that a node really did would take at the limit, as a share of what they took; nil where it has none.
  private func share(_ node: Int) -> Double? {
    guard let limits, macs(node) > 0, layers[node].seconds > 0 else { return nil }
    let record = packed.nodes[node]
    let input = packed.tensors[record.inputs[0]]
    let rate = input.store == .u8 ? limits.bytes : limits.words
    if layers[node].winogradProducts > 0 {
      return Double(layers[node].winogradProducts) / limits.words / layers[node].seconds
    }
    guard Int(record.record.op) == CRNN_OP_RECURRENT else { return Double(macs(node)) / rate / layers[node].seconds }
    // The hidden state has codes of its own, mostly of seven bits.
    let units = Double(record.parameter(CRNN_RECURRENT_UNITS))
    let isWide = record.parameter(CRNN_RECURRENT_HIDDEN_STORE) == CRNN_STORE_S16
    let maximum = record.parameter(CRNN_RECURRENT_HIDDEN_MAXIMUM)
    let hiddenRate = isWide ? limits.words : maximum <= 127 ? limits.sevenBits : limits.bytes
    let hidden = units / (units + Double(input.elements ?? 0))
    return Double(macs(node)) * (hidden / hiddenRate + (1 - hidden) / rate) / layers[node].seconds
  }

  func text(layers isDetailed: Bool) -> String {
    let frames = runtime.frames(sequence).max() ?? 0
    var text = """
      \(fixed(minimum * 1e6, 1)) us for \(frames) frames, median \(fixed(median * 1e6, 1)) us, \(runs) runs; \
      \(fixed(Double(frames) / minimum, 0)) frames/s, \(giga(Double(allMACs) / minimum)) GMAC/s
      kernels \(runtime.instructionSet), chunk \(chunk)
      """
    if let limits {
      text += """

        limit, GMAC/s: \(giga(limits.bytes)) of 8 bits, \(giga(limits.sevenBits)) of 7, \(giga(limits.words)) of 16
        """
    }
    guard isDetailed else { return text }
    var table = Table(["node", "operation", "us", "of all", "GMAC/s", "of limit", ""], leftColumns: [0, 1, 6])
    let sum = layers.reduce(0) { $0 + $1.seconds }
    for (index, layer) in layers.enumerated() {
      let node = inspection.nodes[index]
      table.add([
        node.name, node.kind.isEmpty ? node.operation : "\(node.operation) \(node.kind)", fixed(layer.seconds * 1e6, 1),
        "\(fixed(100 * layer.seconds / sum, 1)) %",
        macs(index) == 0 ? "" : giga(Double(macs(index)) / layer.seconds),
        share(index).map { "\(fixed(100 * $0, 0)) %" } ?? "", layer.winogradProducts > 0 ? "Winograd" : "",
      ])
    }
    table.add(["all", "", fixed(sum * 1e6, 1), "", giga(Double(allMACs) / sum)])
    return text + "\n\n" + table.text
  }

  func document(_ model: String, layers isDetailed: Bool) -> JSONValue {
    .members([
      ("model", .text(model)),
      ("isa", .text(runtime.instructionSet)),
      ("chunk", .integer(chunk)),
      ("frames", .integer(runtime.frames(sequence).max() ?? 0)),
      ("runs", .integer(runs)),
      ("minimum_us", .finite(minimum * 1e6)),
      ("median_us", .finite(median * 1e6)),
      ("macs", .integer(allMACs)),
      (
        "limit_macs_per_second",
        limits.map {
          .members([("u8", .finite($0.bytes)), ("u7", .finite($0.sevenBits)), ("s16", .finite($0.words))])
        }
      ),
      (
        "layers",
        isDetailed
          ? .array(
            layers.indices.map { index in
              .members([
                ("node", .text(inspection.nodes[index].name)),
                ("operation", .text(inspection.nodes[index].operation)),
                ("us", .finite(layers[index].seconds * 1e6)),
                ("macs", .integer(macs(index))),
                ("winograd_products", .integer(layers[index].winogradProducts)),
                ("limit_share", .finite(share(index))),
              ])
            }) : nil
      ),
    ])
  }

  private func giga(_ rate: Double) -> String { fixed(rate * 1e-9, 1) }
}
