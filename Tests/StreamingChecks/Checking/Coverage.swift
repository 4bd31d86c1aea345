import Quantizer

/// What a run of random networks went over: for every operation, in how many nodes each property occurred.
struct Coverage {
  static let properties = [
    "nodes", "stride 1", "stride 2", "stride 3+", "dilated", "pad before", "pad after", "dropped", "ceiling", "edge",
    "2-D", "in branch", "once", "reverse", "in blocks", "wide",
  ]
  private var nodes: [String: [Int]] = [:]
  private var networks: [String: Int] = [:]
  private(set) var count = 0

  mutating func add(_ check: StreamingCase) {
    let graph = check.graph
    count += 1
    let joins = graph.tensorsBeforeJoins()
    for node in graph.nodes {
      var properties = node.properties
      if check.wideHidden.contains(node.name) { properties.insert("wide") }
      if joins.contains(node.output) { properties.insert("in branch") }
      if graph.tensors[node.output].rate.isPerSequence { properties.insert("once") }
      if let input = node.inputs.first, graph.tensors[input].frame.width > 1 { properties.insert("2-D") }
      nodes[node.kindName, default: Coverage.properties.map { _ in 0 }].add(properties, in: Coverage.properties)
    }
    for property in check.properties { networks[property, default: 0] += 1 }
  }

  /// Operation × property, then what the networks had.
  var table: String {
    let width = (nodes.keys.map(\.count).max() ?? 0) + 1
    // A long soak counts to more digits than the shortest heading has letters.
    let columns = Coverage.properties.enumerated().map { index, property in
      2 + max(property.count, nodes.values.map { String($0[index]).count }.max() ?? 0)
    }
    var text = "".padded(width) + zip(Coverage.properties, columns).map { $0.padded(before: $1) }.joined() + "\n"
    for (name, counts) in nodes.sorted(by: { $0.key < $1.key }) {
      text += name.padded(width)
      for (column, count) in zip(columns, counts) {
        text += (count == 0 ? "·" : String(count)).padded(before: column)
      }
      text += "\n"
    }
    text += "of \(count) networks:\n"
    for (property, count) in networks.sorted(by: { ($1.value, $0.key) < ($0.value, $1.key) }) {
      text += String(count).padded(8) + property + "\n"
    }
    return text
  }
}

extension [Int] {
  fileprivate mutating func add(_ properties: Set<String>, in order: [String]) {
    for (index, property) in order.enumerated() where property == "nodes" || properties.contains(property) {
      self[index] += 1
    }
  }
}

extension String {
  fileprivate func padded(_ width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
  fileprivate func padded(before width: Int) -> String {
    String(repeating: " ", count: max(0, width - count)) + self
  }
}

extension StreamingCase {
  /// What the network and its sequence have, for the table.
  fileprivate var properties: [String] {
    let tensors = graph.inputs.map { graph.tensors[$0.tensor] }
    let rates = Set(tensors.map(\.rate).filter { !$0.isPerSequence })
    var properties = ["\(tensors.count) inputs", "\(graph.outputs.count) outputs"]
    if rates.count > 1 {
      let isJoined = graph.tensorsOfSeveralRates()
      properties.append(isJoined ? "ports of several rates, joined" : "ports of several rates, apart")
    }
    if tensors.contains(where: \.rate.isPerSequence) { properties.append("a port of one frame per sequence") }
    if tensors.contains(where: \.isIndex) { properties.append("a port of indices") }
    if tensors.contains(where: { $0.frames != nil && !$0.rate.isPerSequence }) { properties.append("a fixed length") }
    if tensors.contains(where: { $0.frame.width > 1 && $0.frame.channels == 3 }) { properties.append("video frames") }
    if graph.isBounded { properties.append("bounded") }
    if lengths.contains(0) { properties.append("an empty sequence") }
    for kind in Set(kinds.values) { properties.append("\(kind) input") }
    if feedings.contains(where: { $0.steps.contains(.move) }) { properties.append("moved while it ran") }
    if feedings.contains(where: { $0.steps.contains(.reset) }) { properties.append("begun again") }
    return properties
  }
}

extension Graph {
  /// Tensors that lead to a join through nodes that keep to streams.
  fileprivate func tensorsBeforeJoins() -> Set<TensorID> {
    var before: Set<TensorID> = []
    for node in nodes.reversed() where node.inputs.count > 1 || before.contains(node.output) {
      before.formUnion(node.inputs)
    }
    return before
  }

  /// Whether a node joins what came of input ports of different rates.
  fileprivate func tensorsOfSeveralRates() -> Bool {
    var rates = [Set<Rate>](repeating: [], count: tensors.count)
    for port in inputs where !tensors[port.tensor].rate.isPerSequence {
      rates[port.tensor] = [tensors[port.tensor].rate]
    }
    for node in nodes {
      for input in node.inputs { rates[node.output].formUnion(rates[input]) }
      if rates[node.output].count > 1 { return true }
    }
    return false
  }
}

extension Node {
  fileprivate var kindName: String {
    switch operation {
    case .convolution(let convolution): convolution.groups == 1 ? "convolution" : "convolution, grouped"
    case .dense: "dense"
    case .pool(let pool): "pool \(pool.kind)"
    case .recurrent(let layer): layer.kindName + (inputs.count > 1 ? ", state from input" : "")
    case .activation: "activation"
    case .affine(let affine):
      switch affine.repetition {
      case .perChannel, .perElement: "affine"
      case .perTime, .perTimeAndElement: "affine over time"
      }
    case .binary: "binary"
    case .concatenate: "concatenate"
    case .gather: "gather"
    case .window: "window"
    case .timeReduction(let reduction): "time \(reduction)"
    case .frameReduction: "frame reduction"
    case .softmax: "softmax"
    case .repeatFrame: inputs.count == 2 ? "repeat along a stream" : "repeat"
    case .unstack: "unstack"
    case .embedding: "embedding"
    }
  }

  fileprivate var properties: Set<String> {
    switch operation {
    case .convolution(let convolution): convolution.geometry.properties
    case .pool(let pool): pool.geometry.properties.union(pool.ceilingTime ? ["ceiling"] : [])
    case .window(let window): window.geometry.properties.union(window.padsWithEdge ? ["edge"] : [])
    case .recurrent(let layer): layer.view != nil ? ["in blocks"] : layer.reverse ? ["reverse"] : []
    default: []
    }
  }
}

extension Recurrent {
  fileprivate var kindName: String {
    switch kind {
    case .lstm: peephole == nil ? "LSTM" : "LSTM, peepholes"
    case .gru: resetAfter ? "GRU, reset after" : "GRU, reset before"
    case .simple: "simple RNN"
    }
  }
}

extension WindowGeometry {
  fileprivate var properties: Set<String> {
    var properties: Set<String> = [stride.time == 1 ? "stride 1" : stride.time == 2 ? "stride 2" : "stride 3+"]
    if dilation.time > 1, kernel.time > 1 { properties.insert("dilated") }
    if padBefore.time > 0 { properties.insert("pad before") }
    if padAfter.time > 0 { properties.insert("pad after") }
    if padBefore.time < 0 || padAfter.time < 0 { properties.insert("dropped") }
    return properties
  }
}
