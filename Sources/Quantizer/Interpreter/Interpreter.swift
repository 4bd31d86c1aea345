/// Runs a graph in float over whole sequences: the oracle for converted networks and the source of calibration ranges.
///
/// It computes what the network means and nothing else: no streaming, no chunks, no rounding. Sums run in storage order in
/// binary32.
///
/// ```swift
/// let interpreter = try Interpreter(graph: graph)
/// let outputs = try interpreter.run([features])     // [frames × elements] in, one array per output port back
/// ```
public struct Interpreter: Sendable {
  public let graph: Graph
  /// The packed weights of each node, empty where it has none.
  let matrices: [[PackedMatrix]]
  /// Position of the last node that reads each tensor; outputs are read by everyone.
  private let lastUse: [Int]

  /// Values that a visitor sees.
  public enum Site: Hashable, Sendable {
    /// All frames of a tensor, once computed.
    case tensor(TensorID)
    /// What a recurrent node (an index into `Graph.nodes`) multiplies its recurrent matrix with, one step at a time: h of
    /// the step before and, in a GRU with reset before, r · h. It is a copy: changing it leaves the state itself alone.
    case hidden(node: Int)
  }

  /// Called with the values of each site as they arise, in topological order. It may change them in place, which is how
  /// rounding to integer stores is simulated.
  public typealias Visitor = (Site, UnsafeMutableBufferPointer<Float>) -> Void

  /// Values of a tensor at most. Padding and gathering make many of few, as many as a file says.
  private let mostValues: Int

  /// Packs the weights. Throws `GraphError` where the graph contradicts itself.
  ///
  /// - Parameter mostValues: that a tensor may have over the whole sequence, 4 bytes each; a run that needs more is refused.
  public init(graph: Graph, mostValues: Int = 1 << 30) throws {
    self.mostValues = mostValues
    try graph.validate()
    self.graph = graph
    matrices = graph.nodes.map { Interpreter.packedWeights(of: $0.operation) }
    var lastUse = [Int](repeating: -1, count: graph.tensors.count)
    for (index, node) in graph.nodes.enumerated() {
      for input in node.inputs { lastUse[input] = index }
    }
    for port in graph.outputs { lastUse[port.tensor] = graph.nodes.count }
    self.lastUse = lastUse
  }

  /// Runs one sequence.
  ///
  /// - Parameters:
  ///   - inputs: one array `[frames × elements]` per input port, in port order; a port that gets one frame per sequence takes
  ///     exactly one. Indices of an embedding are given as whole numbers.
  ///   - visit: sees, and may change, every intermediate value.
  /// - Returns: one array `[frames × elements]` per output port, in port order.
  /// - Throws: `InterpreterError` where the arrays do not fit the ports or the network cannot run on so many frames.
  public func run(_ inputs: [[Float]], visit: Visitor? = nil) throws -> [[Float]] {
    guard inputs.count == graph.inputs.count else {
      throw InterpreterError("the network has \(graph.inputs.count) inputs, but \(inputs.count) arrays were given")
    }
    var values = [FrameSequence?](repeating: nil, count: graph.tensors.count)
    for (port, input) in zip(graph.inputs, inputs) {
      var sequence = try FrameSequence(input, of: graph.tensors[port.tensor], port: port.name)
      if let visit { sequence.values.withUnsafeMutableBufferPointer { visit(.tensor(port.tensor), $0) } }
      values[port.tensor] = sequence
    }
    for (index, node) in graph.nodes.enumerated() {
      let operands = node.inputs.compactMap { values[$0] }
      var result = try evaluate(node, index: index, operands, visit: visit)
      node.activation.apply(to: &result.values, channels: result.shape.channels)
      if let visit { result.values.withUnsafeMutableBufferPointer { visit(.tensor(node.output), $0) } }
      values[node.output] = result
      for input in node.inputs where lastUse[input] == index { values[input] = nil }
    }
    return graph.outputs.map { values[$0.tensor]?.values ?? [] }
  }
}

extension Interpreter {
  /// Frames of zeros.
  func newFrames(_ count: Int, of shape: FrameShape) throws -> FrameSequence {
    let (all, overflow) = count.multipliedReportingOverflow(by: shape.elements)
    guard !overflow, all <= mostValues else {
      throw InterpreterError(
        "the network makes \(count) frames of \(shape.elements) values of this sequence: more than \(mostValues)")
    }
    return FrameSequence(zeros: all, count: count, shape: shape)
  }
}

/// Why a sequence cannot be run.
public struct InterpreterError: Error, CustomStringConvertible, Sendable {
  public let message: String
  public init(_ message: String) { self.message = message }
  public var description: String { message }
}

/// `count` frames of one shape, one after another.
struct FrameSequence {
  var values: [Float]
  var count: Int
  var shape: FrameShape

  fileprivate init(zeros: Int, count: Int, shape: FrameShape) {
    values = [Float](repeating: 0, count: zeros)
    self.count = count
    self.shape = shape
  }

  /// The array given for a port.
  init(_ values: [Float], of tensor: Tensor, port: String) throws {
    let elements = tensor.frame.elements
    guard elements > 0, values.count % elements == 0 else {
      throw InterpreterError("input \(port): \(values.count) values are not whole frames of \(elements)")
    }
    count = values.count / elements
    if tensor.rate.isPerSequence && count != 1 {
      throw InterpreterError("input \(port) takes one frame per sequence, but \(count) were given")
    }
    if let frames = tensor.frames, frames != count {
      throw InterpreterError("input \(port) takes sequences of \(frames) frames, but \(count) were given")
    }
    self.values = values
    shape = tensor.frame
  }
}
