#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

extension SourceGraph {
  /// `(k · average(x ^ p)) ^ (1/p)` becomes an LpPool, and where k is not the window's size, a factor after it.
  ///
  /// Only for even p, where x ^ p is |x| ^ p.
  mutating func recogniseLpPools() {
    let producers = producers()
    let readings = readings()
    func single(_ name: String) -> Int? { readings[name] == 1 ? producers[name] : nil }

    for last in nodes.indices where nodes[last].op == "Pow" && nodes[last].inputs.count == 2 {
      guard let root = initializers[nodes[last].inputs[1]]?.scalar, root > 0, root < 1 else { continue }
      let power = (1 / root).rounded()
      guard power >= 2, power <= 64, power.truncatingRemainder(dividingBy: 2) == 0, abs(power * root - 1) < 1e-6 else {
        continue
      }
      // Back through an Identity, a factor and another Identity to the pool.
      var name = nodes[last].inputs[0]
      var factor: Float = 1
      var pool: Int?
      while let index = single(name) {
        let node = nodes[index]
        if node.op == "Identity" {
          name = node.inputs[0]
        } else if node.op == "Mul", factor == 1, node.inputs.count == 2 {
          let sides = node.inputs.map { initializers[$0]?.scalar }
          guard let position = sides.firstIndex(where: { $0 != nil }), let value = sides[position], value > 0 else {
            break
          }
          factor = value
          name = node.inputs[1 - position]
        } else {
          if node.op == "AveragePool" { pool = index }
          break
        }
      }
      guard let pool, let average = Optional(nodes[pool]), let kernel = try? average.integers("kernel_shape"),
        let window = RowMajor.count(kernel), window > 0, let isCeiling = try? average.integer("ceil_mode", default: 0),
        isCeiling == 0,
        let autoPad = try? average.string("auto_pad", default: "NOTSET"), !autoPad.hasPrefix("SAME")
      else { continue }
      // Padding must count as zeros, as it does in a sum.
      let pads = (try? average.integers("pads")) ?? []
      let counts = (try? average.integer("count_include_pad", default: 0)) ?? 0
      guard pads.allSatisfy({ $0 == 0 }) || counts != 0 else { continue }
      // Back through zero padding to the first power; 0 ^ p is 0, so that it may stand before.
      var start = average.inputs[0]
      var pad: Int?
      if let index = single(start), nodes[index].op == "Pad", isZeroPad(nodes[index]) {
        pad = index
        start = nodes[index].inputs[0]
      }
      guard let first = single(start), nodes[first].op == "Pow", nodes[first].inputs.count == 2,
        initializers[nodes[first].inputs[1]]?.scalar == power
      else { continue }

      let source = nodes[first].inputs[0]
      if let pad { nodes[pad].inputs[0] = source }
      nodes[pool].op = "LpPool"
      nodes[pool].inputs = [pad.map { nodes[$0].outputs[0] } ?? source]
      nodes[pool].attributes["p"] = .integer(Int(power))
      nodes[pool].attributes["count_include_pad"] = nil
      // The factor (k / window) ^ (1/p), usually 1.
      let scale = nodes[last].name + "/factor"
      initializers[scale] = Constant(shape: [], floats: [pow(factor / Float(window), 1 / power)])
      nodes[last].op = "Mul"
      nodes[last].inputs = [nodes[pool].outputs[0], scale]
    }
  }

  func isZeroPad(_ node: SourceNode) -> Bool {
    guard (try? node.string("mode", default: "constant")) == "constant" else { return false }
    if let name = node.input(2) { return initializers[name]?.scalar == 0 }
    return (try? node.float("value", default: 0)) == 0
  }
}
