/// Nodes that only move data.
extension Interpreter {
  func gather(_ input: FrameSequence, _ table: [Int32], into shape: FrameShape) throws -> FrameSequence {
    var output = try newFrames(input.count, of: shape)
    let (from, to) = (input.shape.elements, shape.elements)
    for frame in 0..<input.count {
      for (i, index) in table.enumerated() where index >= 0 {
        output.values[frame * to + i] = input.values[frame * from + Int(index)]
      }
    }
    return output
  }

  func concatenate(
    _ operands: [FrameSequence], axis: Int, into shape: FrameShape, name: String
  ) throws -> FrameSequence {
    let count = operands[0].count
    guard operands.allSatisfy({ $0.count == count }) else {
      let counts = operands.map { String($0.count) }.joined(separator: ", ")
      throw InterpreterError("\(name): sequences of \(counts) frames cannot be joined")
    }
    var output = try newFrames(count, of: shape)
    output.values.removeAll(keepingCapacity: true)
    // What lies together in each operand: whole frames, rows of one height, or the channels of one position.
    let runs =
      switch axis {
      case 0: 1
      case 1: shape.height
      default: shape.height * shape.width
      }
    for run in 0..<count * runs {
      for operand in operands {
        let length = operand.shape.elements / runs
        output.values += operand.values[run * length..<(run + 1) * length]
      }
    }
    return output
  }

  func window(_ input: FrameSequence, _ window: Window, into shape: FrameShape) throws -> FrameSequence {
    // There is no edge to repeat in an empty sequence; zeros around it are zeros all the same.
    let isEmpty = window.padsWithEdge && input.count == 0
    let frames = isEmpty ? 0 : Graph.outputFrames(window.geometry, ceiling: false, frames: input.count)
    var output = try newFrames(frames, of: shape)
    let elements = input.shape.elements
    for frame in 0..<frames {
      for i in 0..<window.length {
        var source = frame * window.hop - window.padBefore + i
        if window.padsWithEdge { source = min(max(source, 0), input.count - 1) }
        guard source >= 0, source < input.count else { continue }
        let target = (frame * window.length + i) * elements
        for element in 0..<elements { output.values[target + element] = input.values[source * elements + element] }
      }
    }
    return output
  }

  func repeatFrame(_ input: FrameSequence, count: Int) throws -> FrameSequence {
    var output = try newFrames(input.count > 0 ? count : 0, of: input.shape)
    for target in stride(from: 0, to: output.values.count, by: max(1, input.shape.elements)) {
      output.values.replaceSubrange(target..<target + input.shape.elements, with: input.values)
    }
    return output
  }
}
