import Quantizer

/// Whether a case holds: the same bits from the whole-sequence run by the reference kernels, from every instruction set and every
/// feeding, and as many frames as the float network gives; and what `BatchCheck` says.
enum StreamingCheck {
  struct Failure: CustomStringConvertible {
    enum Kind { case notConverted, counts, bits, refusedPush, standstill, status }
    let kind: Kind
    let description: String
    init(_ kind: Kind, _ description: String) {
      (self.kind, self.description) = (kind, description)
    }
  }

  /// Nil where everything agrees.
  static func failure(_ check: StreamingCase) -> Failure? {
    let bytes: [UInt8]
    let float: [[Float]]
    do {
      bytes = try convert(check)
      float = try Interpreter(graph: check.graph).run(check.inputs)
    } catch {
      return Failure(.notConverted, "\(error)")
    }
    do {
      let counts = count(float, check.graph)
      // Where a part of the network gives nothing, the announcement may still tell of the others.
      if !check.graph.frameCounts(inputs: check.lengths).contains(0) {
        let announced = try Runtime(bytes).outputFrames(check.lengths)
        guard announced == counts else {
          return Failure(.counts, "the float network gives \(counts) frames, the runtime announces \(announced)")
        }
      }
      return try failure(bytes, check.inputs, check.feedings, counts: counts) ?? BatchCheck.failure(bytes, check.graph)
    } catch {
      return Failure(.status, "\(error)")
    }
  }

  static func convert(_ check: StreamingCase) throws -> [UInt8] {
    var options = ConversionOptions()
    options.quantization.inputs = check.kinds
    // Those that shrinking has left.
    options.quantization.wideHidden = check.wideHidden.intersection(
      check.graph.nodes.filter(\.canHaveWideHidden).map(\.name))
    // Bits do not depend on what they were chosen by.
    options.search = nil
    return try Conversion.convert(
      graph: check.graph, calibration: [CalibrationSequence(inputs: check.calibration)], options: options
    ).bytes
  }

  private static func count(_ outputs: [[Float]], _ graph: Graph) -> [Int] {
    zip(outputs, graph.outputs).map { $0.count / graph.tensors[$1.tensor].frame.elements }
  }

  /// The same for a packed file; `counts`: frames of each output.
  static func failure(
    _ file: [UInt8], _ inputs: [[Float]], _ feedings: [Feeding], counts: [Int]
  ) throws -> Failure? {
    let reference = try Runtime(file, isa: "reference")
    let expected = try whole(reference, inputs)
    let given = try frames(expected, reference)
    guard given == counts else {
      return Failure(.counts, "the float network gives \(counts) frames, the runtime \(given)")
    }
    for isa in Runtime.instructionSets {
      let runtime = try Runtime(file, isa: isa)
      if !inputs.contains(where: \.isEmpty) {
        let outputs = try runtime.runWhole(inputs, counts: counts)
        if let difference = difference(outputs, expected) { return Failure(.bits, "\(isa), crnn_run: \(difference)") }
      }
      // The scalar kernels have the same timing as the others: one feeding of theirs is enough.
      for feeding in isa == "reference" ? Array(feedings.suffix(1)) : feedings {
        let outputs: [[Float]]
        do {
          outputs = try PortFeeder.run(runtime, inputs, feeding)
        } catch let refused as PortFeeder.Refused {
          let kind: Failure.Kind = if case .push = refused { .refusedPush } else { .standstill }
          return Failure(kind, "\(isa), chunk \(feeding.chunk): \(refused)")
        }
        if let difference = difference(outputs, expected) {
          return Failure(.bits, "\(isa), chunk \(feeding.chunk), \(feeding.steps.count) steps: \(difference)")
        }
      }
    }
    return nil
  }

  /// Every port pushed and finished in one piece.
  static func whole(_ runtime: Runtime, _ inputs: [[Float]]) throws -> [[Float]] {
    let longest = inputs.map(\.count).max() ?? 1
    return try PortFeeder.run(runtime, inputs, .whole(longest: longest))
  }

  static func frames(_ outputs: [[Float]], _ runtime: Runtime) throws -> [Int] {
    try outputs.enumerated().map { $1.count / Runtime.elements(try runtime.port(1, Int32($0))) }
  }

  /// Where two results part, nil where all their bits agree.
  static func difference(_ a: [[Float]], _ b: [[Float]]) -> String? {
    for (port, (x, y)) in zip(a, b).enumerated() {
      guard x.count == y.count else { return "output \(port) gave \(x.count) values, not \(y.count)" }
      if let i = zip(x, y).enumerated().first(where: { $1.0.bitPattern != $1.1.bitPattern })?.offset {
        return "output \(port), value \(i): \(x[i]), not \(y[i])"
      }
    }
    return nil
  }
}
