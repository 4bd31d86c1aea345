/// A Loop or Scan in one form: states that are handed on, frames that are read, results that are collected.
struct LoopDescription {
  struct State {
    /// Names around the loop (of the result: empty where nobody reads it) and inside.
    var initial: String
    var result: String
    var input: String
    var output: String
  }
  struct Collected {
    var output: String
    var result: String
    var axis: Int
    var isReversed: Bool
  }
  /// A frame that the body gets by itself (Scan).
  struct Frame {
    var value: String
    var input: String
    var axis: Int
    var isReversed: Bool
  }

  let node: SourceNode
  var body: SourceBody
  var states: [State] = []
  var frames: [Frame] = []
  var collected: [Collected] = []
  /// Names of the number of the step and of the condition inside the body (Loop).
  var step: String?
  var condition: (input: String, output: String)?

  /// Scan, as of operator set 9.
  init(scan node: SourceNode, rank: (String) throws -> Int) throws {
    self.node = node
    body = try node.body("body")
    let frameCount = try node.integer("num_scan_inputs", default: 0)
    guard (1...max(1, node.inputs.count)).contains(frameCount) else {
      throw node.error("its body does not fit it: the file is damaged, export it again")
    }
    let stateCount = node.inputs.count - frameCount
    guard stateCount >= 0, body.inputs.count == node.inputs.count, body.outputs.count >= stateCount,
      node.outputs.count <= body.outputs.count
    else { throw node.error("its body does not fit it: the file is damaged, export it again") }
    func list(_ name: String, _ count: Int) throws -> [Int] {
      let values = try node.integers(name) ?? [Int](repeating: 0, count: count)
      guard values.count == count else {
        throw node.error("its \(name) do not fit: the file is damaged, export it again")
      }
      return values
    }
    let axes = try list("scan_input_axes", frameCount)
    let directions = try list("scan_input_directions", frameCount)
    let outputCount = body.outputs.count - stateCount
    let outputAxes = try list("scan_output_axes", outputCount)
    let outputDirections = try list("scan_output_directions", outputCount)
    func result(_ index: Int) -> String { index < node.outputs.count ? node.outputs[index] : "" }
    for index in 0..<stateCount {
      states.append(
        State(
          initial: node.inputs[index], result: result(index), input: body.inputs[index], output: body.outputs[index]))
    }
    for index in 0..<frameCount {
      let value = node.inputs[stateCount + index]
      frames.append(
        Frame(
          value: value, input: body.inputs[stateCount + index], axis: try node.axis(axes[index], rank: rank(value)),
          isReversed: directions[index] != 0))
    }
    for index in 0..<outputCount {
      collected.append(
        Collected(
          output: body.outputs[stateCount + index], result: result(stateCount + index), axis: outputAxes[index],
          isReversed: outputDirections[index] != 0))
    }
  }

  init(loop node: SourceNode) throws {
    self.node = node
    body = try node.body("body")
    let stateCount = node.inputs.count - 2
    guard stateCount >= 0, body.inputs.count == stateCount + 2, body.outputs.count >= stateCount + 1,
      node.outputs.count <= body.outputs.count - 1
    else { throw node.error("its body does not fit it: the file is damaged, export it again") }
    func result(_ index: Int) -> String { index < node.outputs.count ? node.outputs[index] : "" }
    step = body.inputs[0]
    condition = (body.inputs[1], body.outputs[0])
    for index in 0..<stateCount {
      states.append(
        State(
          initial: node.inputs[index + 2], result: result(index), input: body.inputs[index + 2],
          output: body.outputs[index + 1]))
    }
    for index in stateCount..<(body.outputs.count - 1) {
      collected.append(
        Collected(output: body.outputs[index + 1], result: result(index), axis: 0, isReversed: false))
    }
  }

  /// The body's input that an output repeats unchanged; nil where it is computed.
  func repeated(_ output: String) -> String? {
    var name = output
    for node in body.nodes.reversed() where node.op == "Identity" && node.outputs.first == name {
      name = node.inputs.first ?? name
    }
    return body.inputs.contains(name) ? name : nil
  }
}
