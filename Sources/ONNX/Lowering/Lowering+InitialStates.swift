import Quantizer

/// Where a recurrent node's state begins.
struct InitialState {
  /// Constants, one per direction and unit.
  var values: [Float]?
  /// For each unit, the element of a state input.
  var source: [StateTrace.Place]?
  /// Computed once per sequence, or an input of its own.
  var view: StreamView?
}

struct InitialStates {
  var hidden: InitialState?
  var cell: InitialState?
  /// The state is carried from call to call.
  var isBound: Bool { hidden?.source != nil || cell?.source != nil }
}

/// initial_h and initial_c of LSTM, GRU and RNN.
extension Lowering {
  func initialStates(_ node: SourceNode, _ parameters: RecurrentParameters) throws -> InitialStates {
    var states = InitialStates()
    states.hidden = try initialState(node, 5, "initial_h", parameters)
    if node.op == "LSTM" { states.cell = try initialState(node, 6, "initial_c", parameters) }
    guard states.isBound else { return states }
    if node.op == "LSTM", states.hidden?.source == nil || states.cell?.source == nil {
      throw try free(states, node) ?? node.error("only one of its two states comes from an input; both must, or none")
    }
    guard parameters.directions == 1, !parameters.isReverse(0) else {
      throw try free(states, node) ?? node.error("a state carried from call to call needs direction 'forward'")
    }
    return states
  }

  /// States that cannot be carried from call to call are values of their own for every sequence, unless the options say
  /// that they are carried.
  private func free(_ states: InitialStates, _ node: SourceNode) throws -> Discovery? {
    let places = (states.hidden?.source ?? []) + (states.cell?.source ?? [])
    guard let name = places.first?.name, !options.states.contains(where: { $0.input == name }) else { return nil }
    return .initialState(input: name)
  }

  private func initialState(
    _ node: SourceNode, _ index: Int, _ what: String, _ parameters: RecurrentParameters
  ) throws -> InitialState? {
    guard let name = node.input(index), let value = values[name] else { return nil }
    let count = parameters.directions * parameters.units
    if let constant = value.constant {
      guard let floats = constant.floats, floats.count == count else {
        throw node.error(
          "its \(what) has \(constant.count) values where \(count) are needed; export the network with batch 1")
      }
      let values = try finite(node, floats, what)
      return values.allSatisfy { $0 == 0 } ? nil : InitialState(values: values)
    }
    if let list = value.states?.integers {
      let places = list.compactMap { code -> StateTrace.Place? in
        guard case .input(let name, let index) = trace.references[code] else { return nil }
        return StateTrace.Place(name: name, index: index)
      }
      if places.count == list.count {
        guard list.count == count else {
          throw node.error("its \(what) has \(list.count) values where \(count) are needed")
        }
        return InitialState(source: places)
      }
    }
    // Every direction has its own elements.
    let view = try plain(try stream(node, index), node)
    guard view.timeAxis == nil else {
      throw node.error("its \(what) is a sequence; it must have one value per sequence (take its last frame)")
    }
    guard view.offsets.count == count else {
      throw node.error(
        "its \(what) has \(view.offsets.count) values where \(count) are needed; export the network with batch 1")
    }
    return InitialState(view: view)
  }

  /// For each direction, the initial states that are not constants: none, h, or h and c.
  func initialFrames(
    _ node: SourceNode, _ parameters: RecurrentParameters, _ states: InitialStates
  ) throws -> [[TensorID]] {
    let suffixes = parameters.directions == 2 ? ["/forward", "/reverse"] : [""]
    return try suffixes.enumerated().map { direction, suffix in
      func part(_ view: StreamView, _ name: String) throws -> TensorID {
        let units = parameters.units
        let table = view.offsets[direction * units..<(direction + 1) * units].map { Int32($0) }
        let view = try perSequence(view, node)
        if table.count == frame(view).elements, table.enumerated().allSatisfy({ Int($1) == $0 }) { return view.tensor }
        return try emit(
          .gather(table: table, frame: FrameShape(channels: units)), [view.tensor], node, "/\(name)\(suffix)")
      }
      let cell = try states.cell?.view.map { try part($0, "initial_c") }
      if let view = states.hidden?.view {
        return [try part(view, "initial_h")] + (cell.map { [$0] } ?? [])
      }
      // The cell's place is behind that of h, so h must be an input, too.
      return try cell.map { [try constantFrame(states.hidden?.values, direction, like: $0, parameters, node), $0] }
        ?? []
    }
  }

  /// Constants once per sequence, at the pace of another tensor.
  private func constantFrame(
    _ values: [Float]?, _ direction: Int, like tensor: TensorID, _ parameters: RecurrentParameters, _ node: SourceNode
  ) throws -> TensorID {
    let units = parameters.units
    let zeros = try emit(
      .gather(table: [Int32](repeating: -1, count: units), frame: FrameShape(channels: units)), [tensor], node,
      "/initial_h/zero")
    guard let values else { return zeros }
    let affine = Affine(
      .perElement, scale: [Float](repeating: 1, count: units),
      shift: Array(values[direction * units..<(direction + 1) * units]))
    return try emit(.affine(affine), [zeros], node, "/initial_h")
  }
}
