/// Runs a packed network on its self-test input and gives the checksum of its output, or nil where it cannot. It is the runtime's
/// part, which this module does not import: the caller hands it in.
public typealias SelfTestRunner = (_ file: [UInt8], _ seed: UInt32, _ frames: UInt32) throws -> UInt32?

extension Graph {
  /// Frames of every tensor for a whole sequence with `inputs[i]` frames at input port i.
  public func frameCounts(inputs counts: [Int]) -> [Int] {
    var frames = [Int](repeating: 0, count: tensors.count)
    for (port, count) in zip(inputs, counts) { frames[port.tensor] = count }
    for node in nodes {
      let input = node.inputs.first.map { frames[$0] } ?? 0
      frames[node.output] =
        switch node.operation {
        case .convolution(let convolution): Graph.outputFrames(convolution.geometry, ceiling: false, frames: input)
        case .pool(let pool): Graph.outputFrames(pool.geometry, ceiling: pool.ceilingTime, frames: input)
        case .window(let window):
          // There is no edge to repeat in an empty sequence.
          window.padsWithEdge && input == 0
            ? 0 : Graph.outputFrames(window.geometry, ceiling: false, frames: input)
        case .timeReduction: min(input, 1)
        case .repeatFrame(let count): input == 0 ? 0 : node.inputs.count == 2 ? frames[node.inputs[1]] : count ?? 0
        case .unstack(let count, _): input * count
        // No frame comes before the initial states.
        case .recurrent: node.inputs.dropFirst().allSatisfy { frames[$0] > 0 } ? input : 0
        default: input
        }
    }
    return frames
  }

  /// True where a part of the network needs the whole sequence before it can give anything.
  public var isBounded: Bool {
    nodes.contains {
      if case .recurrent(let recurrent) = $0.operation { recurrent.reverse && recurrent.view == nil } else { false }
    }
  }

  /// How many frames a self-test feeds to each input port that takes any number: enough for every output to give some. Nil
  /// where the length that self-tests are held to is not enough.
  var selfTestFrames: Int? {
    let lengths = isBounded ? [16, 32, 64] : [16, 32, 64, 256, 1024, 4096]
    return lengths.first { length in
      let counts = inputs.map { port in
        let tensor = tensors[port.tensor]
        return tensor.rate.isPerSequence ? 1 : tensor.frames ?? length
      }
      let frames = frameCounts(inputs: counts)
      return outputs.allSatisfy { frames[$0.tensor] > 0 }
    }
  }
}
