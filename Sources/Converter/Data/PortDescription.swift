import Quantizer

/// What the tool must know of an input or output port to fill it or to read it, whether of a packed model or of a float graph.
package struct PortDescription: Sendable {
  package var name: String
  /// The frame's axes as callers see them; may be empty.
  package var shape: [Int]
  package var isPerSequence = false
  /// A sequence has exactly so many frames.
  package var fixedFrames: Int?
  /// The port takes indices of an embedding.
  package var isIndex = false
  /// What comes out depends on the frames before, so that it matters where a sequence begins.
  package var carriesState = false
  /// What an integer 1 of an array stands for; nil: 1/255 and 1/32768 for uint8 and int16, nothing for others.
  package var integerScale: Float?
  /// How arrays lie for the network in its source format.
  package var networkLayout: ArrayLayout?
  /// How the user said that arrays lie, at conversion or now; comes before everything else.
  package var statedLayout: ArrayLayout?
  /// The user said so now: an array of another rank is a mistake. One said at conversion holds for arrays of its rank.
  package var isLayoutDemanded = false

  package var elements: Int { shape.reduce(1, *) }

  /// The frame's shape without axes of size one, by which arrays are matched.
  package var significantShape: [Int] { shape.filter { $0 != 1 } }

  /// What the port takes or gives, for messages.
  package var title: String {
    shape.isEmpty ? "single values" : "frames of \(shape.map(String.init).joined(separator: " × "))"
  }

  package init(
    name: String, shape: [Int], isPerSequence: Bool = false, fixedFrames: Int? = nil, isIndex: Bool = false,
    integerScale: Float? = nil, networkLayout: ArrayLayout? = nil, statedLayout: ArrayLayout? = nil
  ) {
    self.name = name
    self.shape = shape
    self.isPerSequence = isPerSequence
    self.fixedFrames = fixedFrames
    self.isIndex = isIndex
    self.integerScale = integerScale
    self.networkLayout = networkLayout
    self.statedLayout = statedLayout
  }
}

extension PortDescription {
  package init(graph: Graph, port: Port) {
    let tensor = graph.tensors[port.tensor]
    self.init(
      name: port.name, shape: port.shape, isPerSequence: tensor.rate.isPerSequence, fixedFrames: tensor.frames,
      isIndex: tensor.isIndex, integerScale: port.integerScale > 0 ? port.integerScale : nil)
  }
}
