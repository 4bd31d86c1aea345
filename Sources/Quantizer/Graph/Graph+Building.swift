/// What is wrong with a network; `message` is a sentence for the user.
public struct GraphError: Error, CustomStringConvertible, Sendable {
  public let message: String
  public init(_ message: String) { self.message = message }
  public var description: String { message }
}

extension Graph {
  /// Adds an input port and returns its tensor. `rate` is `.perSequence` for a port that gets one frame per sequence.
  public mutating func addInput(
    _ name: String, frame: FrameShape, shape: [Int]? = nil, rate: Rate = Rate(1), frames: Int? = nil,
    isIndex: Bool = false
  ) -> TensorID {
    tensors.append(Tensor(name: name, frame: frame, rate: rate, frames: frames, isIndex: isIndex))
    inputs.append(Port(name: name, tensor: tensors.count - 1, shape: shape ?? Graph.visibleShape(frame)))
    return tensors.count - 1
  }

  public mutating func addOutput(_ name: String, _ tensor: TensorID, shape: [Int]? = nil) {
    outputs.append(Port(name: name, tensor: tensor, shape: shape ?? Graph.visibleShape(tensors[tensor].frame)))
  }

  /// Adds a node, infers its output's frame, rate and length, and returns its output tensor.
  ///
  /// Throws `GraphError` where the inputs do not fit the operation.
  public mutating func add(
    _ operation: Operation, _ inputs: [TensorID], name: String, activation: Activation = .identity
  ) throws -> TensorID {
    var tensor = try Graph.infer(operation, inputs.map { tensors[$0] }, name: name)
    tensor.name = name
    tensors.append(tensor)
    nodes.append(
      Node(name: name, operation: operation, inputs: inputs, output: tensors.count - 1, activation: activation))
    return tensors.count - 1
  }

  /// The axes of a frame that are not 1.
  public static func visibleShape(_ frame: FrameShape) -> [Int] {
    [frame.height, frame.width, frame.channels].filter { $0 != 1 }
  }
}
