extension Interpreter {
  /// The result of a node on its operands, before the node's own activation.
  func evaluate(_ node: Node, index: Int, _ operands: [FrameSequence], visit: Visitor?) throws -> FrameSequence {
    guard let input = operands.first, operands.count == node.inputs.count else {
      throw InterpreterError("\(node.name): an operand has not been computed")
    }
    let shape = graph.tensors[node.output].frame
    switch node.operation {
    case .convolution(let convolution):
      return try convolve(input, convolution, matrices[index], into: shape)
    case .dense(let dense):
      return try multiply(input, matrices[index][0], bias: dense.bias, into: shape)
    case .pool(let pool):
      return try self.pool(input, pool, into: shape)
    case .recurrent(let recurrent):
      return try recur(input, recurrent, matrices[index], initialStates: operands.dropFirst()) { operand in
        visit?(.hidden(node: index), operand)
      }
    case .activation(let activation):
      var result = input
      activation.apply(to: &result.values, channels: shape.channels)
      return result
    case .affine(let affine):
      return try apply(affine, to: input, name: node.name)
    case .binary(let operation):
      return try combine(operation, input, operands[1], name: node.name)
    case .concatenate(let axis):
      return try concatenate(operands, axis: axis, into: shape, name: node.name)
    case .gather(let table, _):
      return try gather(input, table, into: shape)
    case .window(let window):
      return try self.window(input, window, into: shape)
    case .timeReduction(let reduction):
      return try reduceTime(input, reduction)
    case .frameReduction(let reduction, let height, let width, let channels):
      return try reduceFrame(input, reduction, height: height, width: width, channels: channels, into: shape)
    case .softmax(let logarithm):
      return softmax(input, logarithm: logarithm)
    case .repeatFrame(let count):
      return try repeatFrame(input, count: operands.count == 2 ? operands[1].count : count ?? 1)
    case .unstack(let count, _):
      var result = input
      result.count *= count
      result.shape = shape
      return result
    case .embedding(let embedding):
      return try look(up: input, in: embedding, into: shape, name: node.name)
    }
  }

  private func multiply(
    _ input: FrameSequence, _ matrix: PackedMatrix, bias: [Float], into shape: FrameShape
  ) throws -> FrameSequence {
    var output = try newFrames(input.count, of: shape)
    input.values.withUnsafeBufferPointer { x in
      output.values.withUnsafeMutableBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        matrix.multiply(x, stride: matrix.depth, count: input.count, into: y, stride: matrix.rows, bias: bias)
      }
    }
    return output
  }

  private func apply(_ affine: Affine, to input: FrameSequence, name: String) throws -> FrameSequence {
    var output = input
    let (elements, channels) = (input.shape.elements, input.shape.channels)
    switch affine.repetition {
    case .perTime(let frames), .perTimeAndElement(let frames):
      guard input.count <= frames else {
        throw InterpreterError("\(name): it has constants for \(frames) frames, the sequence has \(input.count)")
      }
    case .perChannel, .perElement: break
    }
    for i in output.values.indices {
      let constant =
        switch affine.repetition {
        case .perChannel: i % channels
        case .perElement: i % elements
        case .perTime: i / elements
        case .perTimeAndElement: i
        }
      output.values[i] = input.values[i] * affine.scale[constant] + affine.shift[constant]
    }
    return output
  }

  private func combine(
    _ operation: BinaryOperation, _ a: FrameSequence, _ b: FrameSequence, name: String
  ) throws -> FrameSequence {
    guard a.count == b.count else {
      throw InterpreterError("\(name): sequences of \(a.count) and \(b.count) frames cannot be combined")
    }
    var output = a
    for frame in 0..<a.count {
      var i = frame * a.shape.elements
      for height in 0..<a.shape.height {
        for width in 0..<a.shape.width {
          let y = b.shape.height == 1 ? 0 : height
          let x = b.shape.width == 1 ? 0 : width
          let start = frame * b.shape.elements + (y * b.shape.width + x) * b.shape.channels
          for channel in 0..<a.shape.channels {
            let other = b.values[start + (b.shape.channels == 1 ? 0 : channel)]
            output.values[i] = operation.callAsFunction(a.values[i], other)
            i += 1
          }
        }
      }
    }
    return output
  }

  private func softmax(_ input: FrameSequence, logarithm: Bool) -> FrameSequence {
    var output = input
    let channels = input.shape.channels
    for start in stride(from: 0, to: input.values.count, by: channels) {
      let range = start..<start + channels
      let maximum = input.values[range].reduce(-Float.infinity) { $1 > $0 ? $1 : $0 }
      var sum: Float = 0
      for i in range { sum += Elementary.exp(input.values[i] - maximum) }
      for i in range {
        let x = input.values[i] - maximum
        output.values[i] = logarithm ? x - Elementary.log(sum) : Elementary.exp(x) / sum
      }
    }
    return output
  }

  private func look(
    up input: FrameSequence, in embedding: Embedding, into shape: FrameShape, name: String
  ) throws -> FrameSequence {
    var output = try newFrames(input.count, of: shape)
    for (frame, value) in input.values.enumerated() {
      guard let row = Int(exactly: value), row >= 0, row < embedding.rows else {
        throw InterpreterError("\(name): \(value) is not an index below \(embedding.rows)")
      }
      for i in 0..<embedding.width {
        output.values[frame * embedding.width + i] = embedding.table[row * embedding.width + i]
      }
    }
    return output
  }
}

extension BinaryOperation {
  func callAsFunction(_ a: Float, _ b: Float) -> Float {
    switch self {
    case .add: a + b
    case .subtract: a - b
    case .multiply: a * b
    case .divide: a / b
    case .minimum: a < b ? a : b
    case .maximum: a > b ? a : b
    }
  }
}
