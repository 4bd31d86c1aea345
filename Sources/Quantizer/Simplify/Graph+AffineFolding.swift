extension Graph {
  /// Two affine nodes, one after another, become one.
  mutating func mergeAffines(_ index: Int, _ neighbours: Neighbours) -> Bool {
    guard case .affine(var second) = nodes[index].operation, let producer = soleProducer(of: index, neighbours),
      case .affine(var first) = nodes[producer].operation, nodes[producer].activation == .identity
    else { return false }
    let frame = tensors[nodes[index].output].frame
    if first.repetition != second.repetition {
      guard first.repeatPerElement(frame), second.repeatPerElement(frame) else { return false }
    }
    for i in first.scale.indices {
      first.scale[i] *= second.scale[i]
      first.shift[i] = first.shift[i] * second.scale[i] + second.shift[i]
    }
    nodes[producer].operation = .affine(first)
    nodes[producer].activation = nodes[index].activation
    takeOver(producer, from: index)
    return true
  }

  /// An affine node behind a convolution or dense node joins its weights and bias: exact, row by row.
  mutating func foldAffineBackward(_ index: Int, _ neighbours: Neighbours) -> Bool {
    guard case .affine(let affine) = nodes[index].operation, let producer = soleProducer(of: index, neighbours),
      nodes[producer].activation == .identity
    else { return false }
    switch nodes[producer].operation {
    case .convolution(var convolution):
      guard affine.isPerChannel(tensors[nodes[index].output].frame) else { return false }
      scaleRows(&convolution.weights, &convolution.bias, affine)
      nodes[producer].operation = .convolution(convolution)
    case .dense(var dense):
      var perRow = affine
      guard perRow.repeatPerElement(dense.frame) else { return false }
      scaleRows(&dense.weights, &dense.bias, perRow)
      nodes[producer].operation = .dense(dense)
    default: return false
    }
    nodes[producer].activation = nodes[index].activation
    takeOver(producer, from: index)
    return true
  }

  /// An affine node in front of a matrix joins its weights where that costs no accuracy: where the constants would unbalance
  /// the columns of a matrix with one scale per row, or move the range of its operand far from 0, it stays.
  ///
  /// In front of a convolution that pads, a shift cannot be folded: the padding is 0 behind the shift, not before it.
  mutating func foldAffineForward(_ index: Int, _ neighbours: Neighbours) -> Bool {
    guard case .affine(let affine) = nodes[index].operation, nodes[index].activation == .identity,
      let input = nodes[index].inputs.first, affine.isBenign, !isOutput(nodes[index].output)
    else { return false }
    let readers = neighbours.consumers[nodes[index].output]
    guard readers.count == 1, let reader = readers.first, readsOnlyFirst(reader, nodes[index].output) else {
      return false
    }
    let frame = tensors[input].frame
    switch nodes[reader].operation {
    case .convolution(var convolution):
      guard affine.isPerChannel(frame), !convolution.pads || affine.shift.allSatisfy({ $0 == 0 }) else {
        return false
      }
      let depth = convolution.weights.count / convolution.outputChannels
      let channels = frame.channels / convolution.groups
      let rows = convolution.outputChannels / convolution.groups
      scaleColumns(&convolution.weights, &convolution.bias, depth: depth) { row, k in
        let channel = row / rows * channels + k % channels
        return (affine.scale[channel], affine.shift[channel])
      }
      nodes[reader].operation = .convolution(convolution)
    case .dense(var dense):
      var perElement = affine
      guard perElement.repeatPerElement(frame) else { return false }
      scaleColumns(&dense.weights, &dense.bias, depth: frame.elements) { _, k in
        (perElement.scale[k], perElement.shift[k])
      }
      nodes[reader].operation = .dense(dense)
    case .recurrent(var recurrent):
      var perElement = affine
      guard perElement.repeatPerElement(frame) else { return false }
      scaleColumns(&recurrent.inputWeights, &recurrent.inputBias, depth: frame.elements) { _, k in
        (perElement.scale[k], perElement.shift[k])
      }
      nodes[reader].operation = .recurrent(recurrent)
    default: return false
    }
    nodes[reader].inputs[0] = input
    return true
  }
}

private func scaleRows(_ weights: inout [Float], _ bias: inout [Float], _ affine: Affine) {
  let depth = weights.count / bias.count
  for row in bias.indices {
    for k in row * depth..<(row + 1) * depth { weights[k] *= affine.scale[row] }
    bias[row] = bias[row] * affine.scale[row] + affine.shift[row]
  }
}

private func scaleColumns(
  _ weights: inout [Float], _ bias: inout [Float], depth: Int, constants: (_ row: Int, _ k: Int) -> (Float, Float)
) {
  for row in bias.indices {
    var sum = Double(bias[row])
    for k in 0..<depth {
      let (scale, shift) = constants(row, k)
      sum += Double(weights[row * depth + k]) * Double(shift)
      weights[row * depth + k] *= scale
    }
    bias[row] = Float(sum)
  }
}

extension Affine {
  /// Writes constants per channel out per element; false where they depend on time.
  fileprivate mutating func repeatPerElement(_ frame: FrameShape) -> Bool {
    switch repetition {
    case .perElement: return true
    case .perChannel:
      scale = (0..<frame.elements).map { scale[$0 % frame.channels] }
      shift = (0..<frame.elements).map { shift[$0 % frame.channels] }
      repetition = .perElement
      return true
    case .perTime, .perTimeAndElement: return false
    }
  }

  /// One pair of constants for each channel of a frame.
  fileprivate func isPerChannel(_ frame: FrameShape) -> Bool {
    repetition == .perChannel || repetition == .perElement && frame.elements == frame.channels
  }

  /// Scales within a factor of four of each other, shifts of the order of a normalised value.
  fileprivate var isBenign: Bool {
    let sizes = scale.map(abs)
    guard let smallest = sizes.min(), let largest = sizes.max(), smallest > 0, largest <= 4 * smallest else {
      return false
    }
    return shift.allSatisfy { abs($0) <= 4 }
  }
}

extension Convolution {
  fileprivate var pads: Bool {
    let (before, after) = (geometry.padBefore, geometry.padAfter)
    return [before.time, before.height, before.width, after.time, after.height, after.width].contains { $0 > 0 }
  }
}
