import CRNN
import Testing

@testable import CRNN
@testable import Quantizer
@testable import StreamingChecks

/// Convolutions whose taps have few channels, which go line by line where the instruction set has products of pairs: the same bits as the
/// scalar reference, which has none.
@Suite struct LineConvolutionTests {
  struct Shape: CustomTestStringConvertible {
    var frame: FrameShape
    var kernel: Extent
    var stride = Extent.one
    var dilation = Extent.one
    var padBefore = Extent.zero
    var padAfter = Extent.zero
    var outputs: Int
    var store = Quantizer.Store.u8
    var activation = Activation(.relu)
    var testDescription: String { "\(frame), kernel \(kernel), stride \(stride), \(outputs) outputs, \(store)" }
  }

  static let shapes = [
    // A column of a grey line of text.
    Shape(
      frame: FrameShape(height: 23, channels: 1), kernel: Extent(time: 3, height: 3, width: 1),
      padBefore: Extent(time: 1, height: 1, width: 0), padAfter: Extent(time: 1, height: 1, width: 0), outputs: 32),
    // Features, an even number of taps, more padding behind than in front.
    Shape(
      frame: FrameShape(height: 40, channels: 1), kernel: Extent(time: 5, height: 4, width: 1),
      stride: Extent(time: 2, height: 2, width: 1), padBefore: Extent(time: 0, height: 1, width: 0),
      padAfter: Extent(time: 3, height: 2, width: 0), outputs: 17, store: .s16, activation: Activation(.tanh)),
    // Frames of video in colour.
    Shape(
      frame: FrameShape(height: 9, width: 11, channels: 3), kernel: Extent(time: 2, height: 3, width: 3),
      dilation: Extent(time: 2, height: 2, width: 1), padBefore: Extent(time: 1, height: 2, width: 1),
      padAfter: Extent(time: 1, height: 2, width: 1), outputs: 48),
    Shape(
      frame: FrameShape(height: 4, width: 19, channels: 2), kernel: Extent(time: 1, height: 2, width: 5),
      stride: Extent(time: 1, height: 3, width: 2), padBefore: Extent(time: 0, height: 0, width: 3),
      padAfter: Extent(time: 0, height: 1, width: 2), outputs: 8, store: .s16),
    // Wider padding than the kernel: lines of nothing but padding, and what no position reaches.
    Shape(
      frame: FrameShape(height: 5, channels: 1), kernel: Extent(time: 2, height: 2, width: 1),
      stride: Extent(time: 1, height: 3, width: 1), padBefore: Extent(time: 4, height: 12, width: 0),
      padAfter: Extent(time: 5, height: 11, width: 0), outputs: 70),
  ]

  private func network(_ shape: Shape, _ random: inout RandomNumbers) throws -> OneLayerNetwork {
    let frames = 37
    var graph = Graph()
    let x = graph.addInput("x", frame: shape.frame)
    let taps = shape.kernel.time * shape.kernel.height * shape.kernel.width * shape.frame.channels
    let convolution = Quantizer.Convolution(
      geometry: WindowGeometry(
        kernel: shape.kernel, stride: shape.stride, dilation: shape.dilation, padBefore: shape.padBefore,
        padAfter: shape.padAfter),
      outputChannels: shape.outputs, weights: random.values(taps * shape.outputs, scale: 0.5),
      bias: random.values(shape.outputs, scale: 0.2))
    let sums = try graph.add(.convolution(convolution), [x], name: "layer")
    graph.addOutput("y", try graph.add(.activation(shape.activation), [sums], name: "activation"))
    let values = random.values(frames * shape.frame.elements)
    return try OneLayerNetwork(graph, store: shape.store, input: values)
  }

  @Test(arguments: shapes)
  func givesTheBitsOfTheReference(shape: Shape) throws {
    var random = RandomNumbers(seed: 5)
    try network(shape, &random).expectBitsOfReference(
      frames: 37, [(37, [37]), (8, [8]), (16, [5, 16, 1]), (33, [33, 4]), (7, [7]), (1, [1])])
  }
}
