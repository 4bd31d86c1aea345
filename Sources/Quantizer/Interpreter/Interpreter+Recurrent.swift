extension Interpreter {
  /// LSTM, GRU or simple RNN over a whole sequence; formulas in docs/numerics.md. `initialStates`: h and c, where they are
  /// inputs. `visit` sees each operand of R.
  func recur(
    _ input: FrameSequence, _ recurrent: Recurrent, _ matrices: [PackedMatrix],
    initialStates: ArraySlice<FrameSequence>, visit: (UnsafeMutableBufferPointer<Float>) -> Void
  ) throws -> FrameSequence {
    let units = recurrent.units
    let rows = recurrent.gates * units
    // The result of an empty sequence has no frame to begin with.
    guard initialStates.allSatisfy({ $0.count > 0 }) else {
      return try newFrames(0, of: FrameShape(channels: units))
    }
    var output = try newFrames(input.count, of: FrameShape(channels: units))
    // W x + Wb of every frame at once.
    var projected = [Float](repeating: 0, count: input.count * rows)
    input.values.withUnsafeBufferPointer { x in
      projected.withUnsafeMutableBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        matrices[0].multiply(
          x, stride: matrices[0].depth, count: input.count, into: y, stride: rows, bias: recurrent.inputBias)
      }
    }
    // A backward layer with a limited view begins anew for each block; the other frames that it sees give no result there.
    let blocks = recurrent.view?.blocks(count: input.count) ?? [(frames: 0..<input.count, seen: input.count)]
    for block in blocks {
      var state = RecurrentState(recurrent, initialStates.map(\.values))
      let frames = block.frames.lowerBound..<block.seen
      for frame in recurrent.reverse ? Array(frames.reversed()) : Array(frames) {
        state.advance(Array(projected[frame * rows..<(frame + 1) * rows]), recurrent, matrices, visit)
        guard block.frames.contains(frame) else { continue }
        for unit in 0..<units { output.values[frame * units + unit] = state.h[unit] }
      }
    }
    return output
  }
}

/// h and, of an LSTM, c.
private struct RecurrentState {
  var h: [Float]
  var c: [Float]

  /// `inputs`: the initial h and c that are inputs of the node.
  init(_ recurrent: Recurrent, _ inputs: [[Float]]) {
    let zeros = [Float](repeating: 0, count: recurrent.units)
    h = inputs.first ?? recurrent.initialHidden ?? zeros
    c = inputs.dropFirst().first ?? recurrent.initialCell ?? zeros
  }

  /// One step. `g` is W x + Wb per gate row.
  mutating func advance(
    _ g: [Float], _ recurrent: Recurrent, _ matrices: [PackedMatrix],
    _ visit: (UnsafeMutableBufferPointer<Float>) -> Void
  ) {
    let units = recurrent.units
    let limit = recurrent.clip
    func clipped(_ x: Float) -> Float { limit.map { min(max(x, -$0), $0) } ?? x }
    func gate(_ x: Float) -> Float { recurrent.gateActivation(clipped(x)) }
    func cell(_ x: Float) -> Float { recurrent.cellActivation(clipped(x)) }
    let e = product(matrices[1], h, bias: recurrent.hiddenBias[..<matrices[1].rows], visit)

    switch recurrent.kind {
    case .simple:
      for unit in 0..<units { h[unit] = cell(g[unit] + e[unit]) }

    case .lstm:
      let p = recurrent.peephole ?? [Float](repeating: 0, count: 3 * units)
      for unit in 0..<units {
        let (i, o, f, n) = (unit, units + unit, 2 * units + unit, 3 * units + unit)
        let input = gate(g[i] + e[i] + p[i] * c[unit])
        let forget = gate(g[f] + e[f] + p[f] * c[unit])
        c[unit] = forget * c[unit] + input * cell(g[n] + e[n])
        let output = gate(g[o] + e[o] + p[o] * c[unit])
        h[unit] = output * recurrent.outputActivation(clipped(c[unit]))
      }

    case .gru:
      let update = (0..<units).map { gate(g[$0] + e[$0]) }
      let reset = (units..<2 * units).map { gate(g[$0] + e[$0]) }
      let hidden: [Float]  // What the candidate adds to g.
      if recurrent.resetAfter {
        hidden = (0..<units).map { reset[$0] * e[2 * units + $0] }
      } else {
        let operand = (0..<units).map { reset[$0] * h[$0] }
        hidden = product(matrices[2], operand, bias: recurrent.hiddenBias[(2 * units)...], visit)
      }
      for unit in 0..<units {
        let candidate = cell(g[2 * units + unit] + hidden[unit])
        h[unit] = (1 - update[unit]) * candidate + update[unit] * h[unit]
      }
    }
  }

  private func product(
    _ matrix: PackedMatrix, _ vector: [Float], bias: ArraySlice<Float>,
    _ visit: (UnsafeMutableBufferPointer<Float>) -> Void
  ) -> [Float] {
    var operand = vector
    operand.withUnsafeMutableBufferPointer { visit($0) }
    var result = [Float](repeating: 0, count: matrix.rows)
    matrix.multiply(operand, stride: matrix.depth, count: 1, into: &result, stride: matrix.rows, bias: Array(bias))
    return result
  }
}
