import Quantizer

/// One input of the ONNX graph: which of its axes is the batch, which is time, and how large the others are.
struct InputPlan {
  var name: String
  var isIndex: Bool
  var batch: Int?
  var isBatchOpen: Bool
  var time: Int?
  /// One per axis; 1 for the batch.
  var sizes: [Dimension]
  /// One letter per axis, once the layout is known.
  var letters = ""
}

extension Lowering {
  /// Creates the input ports and the values that stand for them.
  func lowerInputs() throws {
    for name in options.timeAxis.keys where !name.isEmpty { try checkInput(name, "--time-axis") }
    for name in options.shapes.keys where !name.isEmpty { try checkInput(name, "--input-shape") }
    for name in options.rates.keys { try checkInput(name, "--rate") }
    try checkUnnamedOptions()
    try checkStateOptions()
    for input in source.inputs {
      let isState = trace.isState(input.name) || knowledge.initialStates.contains(input.name)
      inputs[input.name] = try plan(input, isState: isState)
    }
    let hasTime = inputs.values.contains { $0.time != nil }
    for input in source.inputs {
      guard let plan = inputs[input.name] else { continue }
      if trace.isState(input.name) {
        let shape = plan.sizes.map { $0.value ?? 1 }
        values[input.name] = Value(states: try trace.register(input.name, shape: shape))
      } else {
        try createPort(plan, isPerSequence: hasTime || knowledge.createsSequences)
      }
    }
  }

  /// What is said of no input in particular must be possible for one: the time axis for some, the shape for the only one.
  private func checkUnnamedOptions() throws {
    let streams = source.inputs.filter { !trace.isState($0.name) }
    if options.shapes[""] != nil, streams.count > 1 {
      let names = streams.map { "'\($0.name)'" }.joined(separator: ", ")
      throw ImportError("--input-shape must say which input it means (INPUT=SHAPE): the network has \(names)")
    }
    if let axis = options.timeAxis[""] {
      let ranks = streams.compactMap { ($0.shape?.count ?? shape(of: $0.name)?.count) }
      guard let most = ranks.max() else { return }
      guard axis >= -most, axis < most else {
        throw ImportError("--time-axis gives axis \(axis), but the network's input has \(most) axes")
      }
    }
  }

  /// The shape that the options give an input; one without a name is the shape of the only input that is no state.
  private func shape(of name: String) -> [Int]? {
    options.shapes[name] ?? (trace.isState(name) ? nil : options.shapes[""])
  }

  private func checkInput(_ name: String, _ option: String) throws {
    guard source.inputs.contains(where: { $0.name == name }) else {
      let names = source.inputs.map { "'\($0.name)'" }.joined(separator: ", ")
      throw ImportError("\(option) names an input '\(name)', but the network has \(names)")
    }
  }

  private func plan(_ input: SourceGraph.Input, isState: Bool) throws -> InputPlan {
    guard
      let axes = input.shape
        ?? shape(of: input.name).map({ $0.map { _ in SourceGraph.Axis(size: nil, symbol: "") } })
    else {
      throw ImportError(
        "the file gives no shape for the input '\(input.name)': give it (--input-shape \(input.name)=…)")
    }
    let rank = axes.count
    guard rank <= 8 else { throw ImportError("the input '\(input.name)' has \(rank) axes; at most 8 are supported") }
    var sizes = axes.map(\.size)
    if let given = shape(of: input.name) {
      guard given.count == rank else {
        throw ImportError("--input-shape gives \(given.count) axes for the input '\(input.name)', which has \(rank)")
      }
      for (axis, size) in given.enumerated() where size != 0 {
        guard size > 0, size <= Constant.largestCount else {
          throw ImportError("--input-shape gives an axis of \(size) for the input '\(input.name)'")
        }
        sizes[axis] = size
      }
    }
    let open = axes.indices.filter { axes[$0].size == nil }
    let time = isState ? nil : try timeAxis(of: input.name, axes, open: open, sizes: sizes)
    // The batch: the first open axis that is not time, where it is one of the first two; or a leading axis of size 1.
    var batch = open.first { $0 != time && $0 <= 1 && (sizes[$0] ?? 1) == 1 }
    if isState { batch = open.first }
    if batch == nil, rank > 0, time != 0, sizes[0] == 1, rank > 1 { batch = 0 }
    var result: [Dimension] = []
    for axis in 0..<rank {
      if axis == batch {
        result.append(.known(1))
      } else if let size = sizes[axis] {
        result.append(.known(size))
      } else if axis == time {
        let symbol = axes[axis].symbol
        let isOwn = symbol.isEmpty || knowledge.separatesLengths
        result.append(symbols.open(isOwn ? "\(input.name)#\(axis)" : symbol))
      } else if time == nil, case let either = open.filter({ $0 > 0 && sizes[$0] == nil }), either.count > 1 {
        let names = either.map { axes[$0].symbol.isEmpty ? "\($0)" : "\($0) ('\(axes[$0].symbol)')" }
        let choices = either.map { "--time-axis \(input.name)=\($0)" }
        throw ImportError(
          "the axes \(names.joined(separator: " and ")) of the input '\(input.name)' have no fixed size, and each could be time: say "
            + "which one is (\(choices.joined(separator: " or "))), and how large the other is (--input-shape "
            + "\(input.name)=…, with 0 for the time axis)")
      } else {
        throw ImportError(
          "axis \(axis) of the input '\(input.name)' has no fixed size: give the input's shape (--input-shape "
            + "\(input.name)=…)"
            + (time == nil ? " or say which axis is time (--time-axis \(input.name)=AXIS)" : ""))
      }
    }
    guard RowMajor.count(result.map { $0.value ?? 1 }, limit: Constant.largestResult) != nil else {
      throw ImportError("the input '\(input.name)' is too large")
    }
    let isIndex = !input.type.isFloat && !knowledge.numericInputs.contains(input.name)
    return InputPlan(
      name: input.name, isIndex: isIndex, batch: batch, isBatchOpen: batch.map(open.contains) ?? false, time: time,
      sizes: result)
  }

  private func timeAxis(
    of name: String, _ axes: [SourceGraph.Axis], open: [Int], sizes: [Int?]
  ) throws -> Int? {
    let rank = axes.count
    if options.callIsTime == true { return nil }
    if let given = options.timeAxis[name] ?? options.timeAxis[""] {
      guard given >= -rank, given < rank else {
        guard options.timeAxis[name] != nil else { return nil }
        throw ImportError("--time-axis gives axis \(given) for the input '\(name)', which has \(rank) axes")
      }
      return given < 0 ? given + rank : given
    }
    if let known = knowledge.timeAxis[name] { return known }
    // An open axis as long as another input's time, by the file's own word, is time too.
    if let shared = open.first(where: { timeSymbols.contains(axes[$0].symbol) }) { return shared }
    // An open axis that is not the batch. Those fixed by --input-shape count only where no other is left.
    let candidates = open.filter { $0 != 0 || rank == 1 }
    let stillOpen = candidates.filter { sizes[$0] == nil }
    if stillOpen.count == 1 { return stillOpen[0] }
    if stillOpen.isEmpty, candidates.count == 1 { return candidates[0] }
    return nil
  }

  /// What the file calls the time axes that are known.
  private var timeSymbols: Set<String> {
    let symbols = source.inputs.compactMap { input -> String? in
      guard let axes = input.shape, let axis = knowledge.timeAxis[input.name], axes.indices.contains(axis)
      else { return nil }
      return axes[axis].symbol
    }
    return Set(symbols.filter { !$0.isEmpty })
  }

  private func createPort(_ plan: InputPlan, isPerSequence: Bool) throws {
    var plan = plan
    let frameAxes = plan.sizes.indices.filter { $0 != plan.time && $0 != plan.batch && plan.sizes[$0] != .known(1) }
    // More than three are refused at the end, unless a node shows one of them to be time.
    var layout = FrameLayout(ordered: frameAxes)
    if let wanted = knowledge.layouts[plan.name], Set(wanted.order) == Set(frameAxes) { layout = wanted }
    func size(_ axes: [Int]) -> Int { axes.reduce(1) { $0 * (plan.sizes[$1].value ?? 1) } }
    let shape = FrameShape(height: size(layout.height), width: size(layout.width), channels: size(layout.channels))
    guard RowMajor.count([shape.height, shape.width, shape.channels]) != nil else {
      throw ImportError(
        "a frame of the input '\(plan.name)' has \(shape) values, which is too many: name the time axis "
          + "(--time-axis \(plan.name)=AXIS)")
    }
    var stride = 1
    var strides: [Int: Int] = [:]
    for axis in layout.order.reversed() {
      strides[axis] = stride
      stride *= plan.sizes[axis].value ?? 1
    }
    let axes: [Axis] = plan.sizes.indices.map { index in
      let origin = AxisOrigin(input: plan.name, axis: index)
      // A batch that the file fixes to 1 cannot turn out to be a sequence.
      if index == plan.batch { return [Factor(kind: .batch, size: .known(1), origin: plan.isBatchOpen ? origin : nil)] }
      if index == plan.time { return [Factor(kind: .time, size: plan.sizes[index], origin: origin)] }
      return strides[index].map { [.frame(plan.sizes[index].value ?? 1, stride: $0, origin: origin)] } ?? []
    }
    let once = isPerSequence && plan.time == nil
    let frames = once ? 1 : plan.time.flatMap { knowledge.isFixedLength ? plan.sizes[$0].value : nil }
    let stated = options.rates[plan.name]
    guard stated == nil || !once else {
      throw ImportError("--rate names the input '\(plan.name)', which has no time axis: it comes once per sequence")
    }
    let tensor = graph.addInput(
      plan.name, frame: shape, rate: once ? .perSequence : stated ?? Rate(1), frames: frames, isIndex: plan.isIndex)
    // Whole numbers that the network computes with are what they are.
    if knowledge.numericInputs.contains(plan.name) { graph.inputs[graph.inputs.count - 1].integerScale = 1 }
    if !once {
      rateInput[tensor] = plan.name
      rates.add(plan.name, isStated: stated != nil)
    }
    pointwiseRoot[tensor] = plan.name
    if let time = plan.time { lengthReference[plan.sizes[time]] = lengthReference[plan.sizes[time]] ?? tensor }
    plan.letters = String(
      plan.sizes.indices.map { axis -> Character in
        if axis == plan.batch { return "N" }
        if axis == plan.time { return "T" }
        if layout.height.contains(axis) { return "H" }
        if layout.width.contains(axis) { return "W" }
        return layout.channels.contains(axis) ? "C" : "1"
      })
    inputs[plan.name] = plan
    values[plan.name] = .stream(StreamView(tensor: tensor, axes: axes))
  }
}
