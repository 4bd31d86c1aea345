/// A network as a directed acyclic graph of streams, with float weights.
///
/// Every tensor is a stream of frames along time; every frame is height × width × channels in that storage order (channels
/// innermost). The ONNX importer builds this graph, the float interpreter runs it, the simplifier folds it, and the quantiser
/// turns it into the records of a packed file. Nodes stand in topological order.
///
/// ```swift
/// var graph = Graph()
/// let image = try graph.addInput("image", frame: FrameShape(height: 28, width: 1, channels: 1))
/// let ink = try graph.add(.activation(.relu), [image], name: "relu")
/// graph.addOutput("ink", ink)
/// ```
public struct Graph: Sendable {
  public var tensors: [Tensor] = []
  public var nodes: [Node] = []
  public var inputs: [Port] = []
  public var outputs: [Port] = []

  public init() {}
}

/// Index of a tensor in `Graph.tensors`.
public typealias TensorID = Int

/// The extent of one frame. `elements` are stored height-major, channels innermost.
public struct FrameShape: Equatable, Hashable, Sendable, CustomStringConvertible {
  public var height: Int
  public var width: Int
  public var channels: Int
  public init(height: Int = 1, width: Int = 1, channels: Int) {
    self.height = height
    self.width = width
    self.channels = channels
  }
  public var elements: Int { height * width * channels }
  public var description: String { "\(height)×\(width)×\(channels)" }
}

/// How many frames a tensor has for each tick of the time base. `0/1` is one frame per sequence.
public struct Rate: Equatable, Hashable, Sendable, CustomStringConvertible {
  public let numerator: Int
  public let denominator: Int
  public init(_ numerator: Int, _ denominator: Int = 1) {
    var (a, b) = (numerator, denominator)
    while b != 0 { (a, b) = (b, a % b) }
    let divisor = max(a, 1)
    self.numerator = numerator / divisor
    self.denominator = numerator == 0 ? 1 : denominator / divisor
  }
  public static let perSequence = Rate(0)
  public var isPerSequence: Bool { numerator == 0 }
  public func divided(by stride: Int) -> Rate { Rate(numerator, denominator * stride) }
  public func multiplied(by factor: Int) -> Rate { Rate(numerator * factor, denominator) }
  public var description: String { denominator == 1 ? "\(numerator)" : "\(numerator)/\(denominator)" }
}

public struct Tensor: Sendable {
  public var name: String
  public var frame: FrameShape
  public var rate: Rate
  /// The exact number of frames of every sequence, where the network fixes it.
  public var frames: Int?
  /// True where the values are indices (input of an embedding) instead of numbers.
  public var isIndex: Bool = false
}

public struct Port: Sendable {
  public var name: String
  public var tensor: TensorID
  /// The frame's shape as callers see it; its product is the frame's element count, in the same order. May be empty (a scalar).
  public var shape: [Int]
  /// Input ports: what an integer 1 given by a caller stands for; 0: 1/255 for uint8, 1/32768 for int16.
  public var integerScale: Float = 0
}

public struct Node: Sendable {
  public var name: String
  public var operation: Operation
  public var inputs: [TensorID]
  public var output: TensorID
  /// Applied to the result; what the simplifier has fused. `.identity` from importers.
  public var activation: Activation = .identity
}

public enum Operation: Sendable {
  case convolution(Convolution)
  case dense(Dense)
  case pool(Pool)
  /// The sequence and, where they are not constants, the initial h and then, of an LSTM, the initial c: one frame of `units`
  /// values per sequence each.
  case recurrent(Recurrent)
  /// A pointwise function; see also `Node.activation`.
  case activation(Activation)
  case affine(Affine)
  /// Two streams of one rate. The second input's frame may have 1 along any axis where the first has more.
  case binary(BinaryOperation)
  /// Inputs joined along 0 height, 1 width, 2 channels.
  case concatenate(axis: Int)
  /// `out[i] = in[table[i]]`, 0 where `table[i]` is −1: permutation, slice, padding and selection inside a frame.
  case gather(table: [Int32], frame: FrameShape)
  case window(Window)
  /// One frame per sequence, emitted at its end.
  case timeReduction(Reduction)
  case frameReduction(Reduction, height: Bool, width: Bool, channels: Bool)
  /// Over the channels.
  case softmax(logarithm: Bool)
  /// A frame per sequence becomes a stream: `count` copies, or, where there is a second input, one for each of its frames.
  case repeatFrame(count: Int?)
  /// A frame per sequence becomes `count` frames, its equal parts in order, each of shape `frame`.
  case unstack(count: Int, frame: FrameShape)
  case embedding(Embedding)
}

public enum BinaryOperation: Sendable { case add, subtract, multiply, divide, minimum, maximum }

public enum Reduction: Sendable { case last, first, mean, maximum, minimum, sum }
