import Quantizer

/// Follows the nodes of a recurrent step, element by element, as expressions.
struct StepEvaluator {
  var table = ExpressionTable()
  private(set) var sources: [StepSource] = []
  private var sourceIDs: [StepSource: Int] = [:]
  var environment: [String: StepValue] = [:]
  /// Axes of values around a loop along which frames are read, one in each step.
  private(set) var readAxes: [(name: String, axis: Int)] = []
  let opset: Int

  init(opset: Int) { self.opset = opset }

  /// No value of a step that can run here has more elements.
  static let largestCount = 1 << 18

  mutating func elements(of source: StepSource, shape: [Int]) -> Constant {
    let number = sourceIDs[source] ?? sources.count
    if number == sources.count {
      sources.append(source)
      sourceIDs[source] = number
    }
    let count = shape.reduce(1, *)
    return Constant(
      shape: shape,
      integers: (0..<count).map { .known(table.id(.element(source: number, index: $0))) })
  }

  /// Evaluates the nodes in order. `shared`: names that are read more than once; sums and products among them stay whole.
  mutating func run(_ nodes: [SourceNode], shared: Set<String>) {
    for node in nodes {
      if node.op == "If", let condition = node.input(0).flatMap({ environment[$0]?.constant }),
        let branch = try? node.branch(condition),
        let body = try? SourceGraph.sorted(
          branch.nodes, given: Set(environment.keys).union(branch.constants.keys), outputs: node.outputs)
      {
        for (name, constant) in branch.constants { environment[name] = .constant(constant) }
        run(body, shared: shared)
        continue
      }
      let arguments = node.inputs.map { $0.isEmpty ? nil : environment[$0] ?? .unknown("'\($0)' is not known") }
      var results: [StepValue]
      do {
        results = try evaluate(node, arguments)
      } catch let error as ImportError {
        results = [.unknown(error.description)]
      } catch {
        results = [.unknown("\(error)")]
      }
      for (index, name) in node.outputs.enumerated() where !name.isEmpty {
        var value = index < results.count ? results[index] : .unknown("an output of '\(node.name)' is not followed")
        if shared.contains(name), case .expressions(let codes) = value { value = .expressions(kept(codes)) }
        environment[name] = value
      }
    }
  }

  private mutating func kept(_ codes: Constant) -> Constant {
    let ids = codes.integers ?? []
    return Constant(
      shape: codes.shape,
      integers: ids.map { .known(table.polynomial($0).degree > 1 ? table.whole($0) : $0) })
  }

  private mutating func evaluate(_ node: SourceNode, _ arguments: [StepValue?]) throws -> [StepValue] {
    for case .unknown(let reason)? in arguments { return [.unknown(reason)] }
    guard !table.isFull else { return [.unknown("the step is too large")] }
    let given = arguments.compactMap { $0 }
    if given.allSatisfy({ $0.constant != nil }) {
      if let limits = StepEvaluator.limits(node, given.compactMap(\.constant)) { return [limits] }
      let folder = Folder(node: node, inputs: arguments.map { $0?.constant }, opset: opset)
      if let results = try folder.fold() { return results.map { .constant($0) } }
    }
    if let result = try control(node, arguments) { return [result] }
    if let result = try frame(node, arguments) { return [result] }
    let codes = try arguments.map { try $0.map { try self.codes($0, node) } ?? nil }
    switch node.op {
    case "Cast", "CastLike":
      let type = ElementType(rawValue: try node.integer("to", default: 1))
      guard node.op == "CastLike" || type?.isFloat ?? false else {
        throw node.error("it rounds computed values to integers")
      }
      return [arguments[0] ?? .unknown("")]
    case "Shape":
      let shape = codes[0]?.shape ?? []
      return [.constant(Constant(try node.shownAxes(rank: shape.count).map { shape[$0] }))]
    case _ where Folder.movements.contains(node.op):
      // What says how to move is a constant and stays one.
      let inputs = arguments.indices.map { index -> Constant? in
        node.op != "Concat" && index > 0 ? arguments[index]?.constant : codes[index]
      }
      guard node.op == "Concat" || zip(arguments, inputs).allSatisfy({ $0 == nil || $1 != nil }) else {
        throw node.error("it moves values by computed numbers")
      }
      let results = try Folder(node: node, inputs: inputs, opset: opset).foldMovement() ?? []
      return results.map { .expressions($0) }
    case "MatMul", "Gemm": return [.expressions(try product(node, arguments, codes))]
    default: break
    }
    if let result = try arithmetic(node, codes) { return [.expressions(result)] }
    throw node.error("\(node.op) is no part of an LSTM, GRU or simple RNN step")
  }

  /// The value as expressions; nil where it is none.
  mutating func codes(_ value: StepValue, _ node: SourceNode) throws -> Constant? {
    switch value {
    case .expressions(let codes): return codes
    case .constant(let constant):
      guard let floats = constant.floats, floats.count <= StepEvaluator.largestCount else { return nil }
      return Constant(shape: constant.shape, integers: floats.map { .known(table.constant($0)) })
    case .outer(let name, _): throw node.error("it reads all of '\(name)' in each step")
    default: return nil
    }
  }

  // MARK: Control

  /// Comparisons with the number of the step.
  private static func limits(_ node: SourceNode, _ arguments: [Constant]) -> StepValue? {
    guard arguments.count == 2, ["Less", "LessOrEqual", "Greater", "GreaterOrEqual"].contains(node.op),
      arguments.allSatisfy({ $0.count == 1 })
    else { return nil }
    let values = arguments.compactMap { $0.wholeNumbers?.first }
    guard values.count == 2 else { return nil }
    let isReversed = node.op.hasPrefix("Greater")
    let (counter, end) = isReversed ? (values[1], values[0]) : (values[0], values[1])
    guard counter.symbol == StepValue.symbol, end.symbol != StepValue.symbol,
      let offset = counter.subtracting(StepValue.step)?.value
    else { return nil }
    // After step i it goes on while i + offset < end, so end − offset + 1 steps are made.
    let more = node.op.hasSuffix("OrEqual") ? 2 : 1
    guard let steps = end.subtracting(.known(offset))?.adding(.known(more)) else { return nil }
    return .limits([steps])
  }

  private func control(_ node: SourceNode, _ arguments: [StepValue?]) throws -> StepValue? {
    let limits = arguments.compactMap { if case .limits(let list)? = $0 { list } else { nil } }
    if !limits.isEmpty {
      switch node.op {
      case "And":
        let others = arguments.compactMap { $0?.constant }
        guard others.allSatisfy({ $0.integers == [1] || $0.integers?.allSatisfy { $0 != 0 } ?? false }) else {
          throw node.error("the loop's condition is not followed")
        }
        return .limits(limits.flatMap { $0 })
      case "Identity", "Cast", "Squeeze", "Unsqueeze", "Reshape": return arguments[0]
      default: throw node.error("the loop's condition is not followed")
      }
    }
    if case .list(let appended)? = arguments.first ?? nil {
      switch node.op {
      case "SequenceInsert":
        guard arguments.count == 2, let codes = arguments[1]?.expressions else {
          throw node.error("it puts something else than a computed tensor into its list, or not at the end")
        }
        return .list(appended: appended + [codes])
      case "Identity": return arguments[0]
      default: throw node.error("it reads a list while the list is being made")
      }
    }
    return nil
  }

  /// One frame of a value around the loop, by the number of the step.
  private mutating func frame(_ node: SourceNode, _ arguments: [StepValue?]) throws -> StepValue? {
    guard case .outer(let name, let shape)? = arguments.first ?? nil else { return nil }
    let index: Dimension
    let axis: Int
    var isKept = true
    switch node.op {
    case "Identity": return arguments[0]
    case "Cast" where ElementType(rawValue: try node.integer("to", default: 1))?.isFloat ?? false: return arguments[0]
    case "Shape":
      let sizes = try node.shownAxes(rank: shape.count).map { shape[$0] }
      return .constant(Constant(shape: [sizes.count], integers: sizes))
    case "Gather":
      guard arguments.count > 1, let constant = arguments[1]?.constant, constant.count == 1,
        let value = constant.dimensions?.first
      else { throw node.error("it picks frames by computed numbers") }
      (index, axis) = (value, try node.axis(try node.integer("axis", default: 0), rank: shape.count))
      isKept = constant.shape.count == 1
    case "Slice":
      let bounds = try node.sliceBounds(rank: shape.count) { position in
        guard position < arguments.count, let argument = arguments[position] else { return nil }
        guard let dimensions = argument.constant?.dimensions else {
          throw node.error("it picks frames by computed numbers")
        }
        return dimensions
      }
      guard bounds.count == 1, let (key, bound) = bounds.first, bound.step == 1,
        bound.end.subtracting(bound.start) == .known(1)
      else { throw node.error("it takes more than one frame in each step") }
      (index, axis) = (bound.start, key)
    default: return nil
    }
    let isReversed = index != StepValue.step
    guard !isReversed || index.adding(StepValue.step)?.adding(.known(1)) == shape[axis] else {
      throw node.error("it does not read frame after frame of '\(name)'")
    }
    readAxes.append((name, axis))
    var frame = try sizes(name, shape, axis, node)
    let codes = elements(of: .frame(name: name, axis: axis, isReversed: isReversed), shape: frame)
    if isKept { frame.insert(1, at: axis) }
    return .expressions(codes.reshaped(frame))
  }

  /// The shape of one frame.
  func sizes(_ name: String, _ shape: [Dimension], _ axis: Int, _ node: SourceNode) throws -> [Int] {
    let rest = shape.indices.filter { $0 != axis }.map { shape[$0].value }
    let known = rest.compactMap { $0 }
    guard known.count == rest.count, let count = RowMajor.count(known), count <= StepEvaluator.largestCount else {
      throw node.error("a frame of '\(name)' has an open size: give the input's shape (--input-shape)")
    }
    return known
  }
}
