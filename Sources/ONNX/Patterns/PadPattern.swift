extension SourceGraph {
  /// Zero padding of the spatial axes before a convolution that is its only reader becomes the convolution's own.
  mutating func mergePads() {
    let producers = producers()
    let readings = readings()
    for index in nodes.indices where nodes[index].op == "Conv" {
      let conv = nodes[index]
      guard let name = conv.inputs.first, readings[name] == 1, let padIndex = producers[name],
        nodes[padIndex].op == "Pad",
        isZeroPad(nodes[padIndex]), nodes[padIndex].input(3) == nil,
        let autoPad = try? conv.string("auto_pad", default: "NOTSET"), !autoPad.hasPrefix("SAME")
      else { continue }
      let pad = nodes[padIndex]
      let given = pad.input(1).flatMap { initializers[$0]?.integers } ?? (try? pad.integers("pads")) ?? nil
      guard let pads = given, pads.count >= 6, pads.count % 2 == 0, pads.allSatisfy({ $0 >= 0 && $0 < 1 << 16 }) else {
        continue
      }
      let rank = pads.count / 2
      guard pads[0] == 0, pads[1] == 0, pads[rank] == 0, pads[rank + 1] == 0 else { continue }
      let own = autoPad == "VALID" ? nil : (try? conv.integers("pads")) ?? nil
      let merged = Array(pads[2..<rank] + pads[(rank + 2)...])
      guard own == nil || own?.count == merged.count else { continue }
      let sums = zip(merged, own ?? [Int](repeating: 0, count: merged.count)).compactMap { $0.sum($1) }
      guard sums.count == merged.count else { continue }
      nodes[index].attributes["pads"] = .integers(sums)
      nodes[index].attributes["auto_pad"] = nil
      nodes[index].inputs[0] = pad.inputs[0]
    }
  }
}
