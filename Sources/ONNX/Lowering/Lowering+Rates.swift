import Quantizer

/// Inputs whose sequences have different numbers of frames: two columns of an image for each frame of sound, say.
///
/// Every input with a time axis begins with one frame per tick, or what the options say. Where streams of different inputs
/// are joined frame by frame, they have equal rates there; so the inputs behind one of them are given the rates that make
/// it so, and from then on all these inputs are one group whose rates to each other are fixed.
extension Lowering {
  /// The input whose frames a new tensor's frames follow; nil where it has one frame per sequence, or a number of its own.
  func followedInput(_ operation: Operation, _ inputs: [TensorID]) -> String? {
    switch operation {
    case .timeReduction, .unstack: return nil
    case .repeatFrame: return inputs.count == 2 ? rateInput[inputs[1]] : nil
    default: return inputs.lazy.compactMap { self.rateInput[$0] }.first
    }
  }

  /// Views that are about to be joined frame by frame: brings their rates together and makes one of their lengths.
  func matchRates(_ views: [StreamView], _ node: SourceNode) throws {
    let timed = views.filter { $0.timeAxis != nil }
    guard let reference = timed.first else { return }
    for other in timed.dropFirst() {
      try matchRate(reference, other, node)
      try matchLength(reference, other, node)
    }
  }

  private func matchRate(_ first: StreamView, _ second: StreamView, _ node: SourceNode) throws {
    let (rate, other) = (graph.tensors[first.tensor].rate, graph.tensors[second.tensor].rate)
    guard let a = rateInput[first.tensor], let b = rateInput[second.tensor] else {
      // A sequence that is made inside the network has a length of its own, which the other must have.
      let length = first.time?.size.value
      if rate != other, length != nil, length == second.time?.size.value, !knowledge.isFixedLength {
        throw Discovery.fixedLength
      }
      return
    }
    if rate != other {
      guard rates.group(a) != rates.group(b) else { throw contradiction(a, b, rate, other, node) }
      guard rates.isStated(a) && rates.isStated(b) else {
        let (changed, from, to) = rates.isStated(b) ? (a, rate, other) : (b, other, rate)
        try scale(changed, from: from, to: to, node)
        rates.join(a, b)
        return
      }
      throw contradiction(a, b, rate, other, node)
    }
    rates.join(a, b)
  }

  private func contradiction(_ a: String, _ b: String, _ rate: Rate, _ other: Rate, _ node: SourceNode) -> Error {
    guard a != b else {
      return node.error(
        "it joins \(rate) and \(other) frames for each frame of the input '\(a)', which cannot be joined frame by frame"
      )
    }
    guard rates.group(a) == rates.group(b) else {
      return node.error(
        "it joins the inputs '\(a)' and '\(b)' frame by frame, but by what --rate says of them they have \(rate) and "
          + "\(other) frames per tick here: correct it, or leave out the rate of one of them, which is then inferred")
    }
    return node.error(
      "it joins the inputs '\(a)' and '\(b)' with \(rate) and \(other) frames per tick, while another node joins them at "
        + "another ratio: two sequences cannot be run at two ratios of their lengths")
  }

  /// Gives all inputs of a group, and what is computed from them, rates in the ratio of `to` and `from`.
  private func scale(_ input: String, from: Rate, to: Rate, _ node: SourceNode) throws {
    let members = Set(rates.members(input))
    let limit = 1 << 30
    for tensor in graph.tensors.indices {
      guard let followed = rateInput[tensor], members.contains(followed) else { continue }
      let rate = graph.tensors[tensor].rate
      guard let above = rate.numerator.product(to.numerator)?.product(from.denominator),
        let below = rate.denominator.product(to.denominator)?.product(from.numerator), below > 0
      else { throw node.error("the ratio of its inputs' rates is beyond what can run") }
      let result = Rate(above, below)
      guard result.numerator <= limit, result.denominator <= limit else {
        throw node.error("the ratio of its inputs' rates, \(to) to \(from), is beyond what can run")
      }
      graph.tensors[tensor].rate = result
    }
  }

  /// Lengths that are joined frame by frame are equal, whatever the file calls them.
  private func matchLength(_ first: StreamView, _ second: StreamView, _ node: SourceNode) throws {
    guard let a = first.time?.size, let b = second.time?.size, a != b else { return }
    let isOneInput = rateInput[first.tensor] == rateInput[second.tensor]
    if a.symbol == nil && b.symbol == nil || isOneInput {
      throw node.error("its inputs have \(symbols.text(a)) and \(symbols.text(b)) frames, which cannot be joined")
    }
    if let solved = symbols.solved(b, for: a) ?? symbols.solved(a, for: b) {
      throw Discovery.length(solved.name, solved.expression)
    }
    // The file calls lengths by one name that are not equal.
    if !knowledge.separatesLengths { throw Discovery.separateLengths }
    throw node.error("its inputs have \(symbols.text(a)) and \(symbols.text(b)) frames, which cannot be joined")
  }

  /// The smallest whole numbers in the inferred ratio, where the user has said none.
  func normaliseRates() throws {
    var done: Set<String> = []
    for input in graph.inputs {
      guard let name = rateInput[input.tensor], !rates.isStated(name), done.insert(rates.group(name)).inserted
      else { continue }
      let members = rates.members(name)
      let ports = graph.inputs.filter { members.contains($0.name) }.map { graph.tensors[$0.tensor].rate }
      // The greatest rate that goes into all of them a whole number of times becomes 1.
      let above = ports.reduce(0) { greatestCommonDivisor($0, $1.numerator) }
      var below: Int? = 1
      for rate in ports {
        below = below.flatMap { $0.product(rate.denominator / greatestCommonDivisor($0, rate.denominator)) }
      }
      guard let below, above > 0 else { continue }
      let node = SourceNode(name: name, op: "input", inputs: [], outputs: [], attributes: [:])
      try scale(name, from: Rate(above, below), to: Rate(1), node)
    }
  }
}

private func greatestCommonDivisor(_ first: Int, _ second: Int) -> Int {
  var (a, b) = (first, second)
  while b != 0 { (a, b) = (b, a % b) }
  return max(a, 1)
}
