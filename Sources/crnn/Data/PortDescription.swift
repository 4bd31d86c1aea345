/// What the tool must know of an input or output port to fill it or to read it, whether of a packed model or of a float graph.
struct PortDescription: Sendable {
  var name: String
  /// The frame's axes as callers see them; may be empty.
  var shape: [Int]
  var isPerSequence = false
  /// A sequence has exactly so many frames.
  var fixedFrames: Int?
  /// The port takes indices of an embedding.
  var isIndex = false
  /// What comes out depends on the frames before, so that it matters where a sequence begins.
  var carriesState = false
  /// What an integer 1 of an array stands for; nil: 1/255 and 1/32768 for uint8 and int16, nothing for others.
  var integerScale: Float?
  /// How arrays lie for the network in its source format.
  var networkLayout: ArrayLayout?
  /// How the user said that arrays lie, at conversion or now; comes before everything else.
  var statedLayout: ArrayLayout?
  /// The user said so now: an array of another rank is a mistake. One said at conversion holds for arrays of its rank.
  var isLayoutDemanded = false

  var elements: Int { shape.reduce(1, *) }

  /// The frame's shape without axes of size one, by which arrays are matched.
  var significantShape: [Int] { shape.filter { $0 != 1 } }

  /// What the port takes or gives, for messages.
  var title: String { shape.isEmpty ? "single values" : "frames of \(shape.map(String.init).joined(separator: " × "))" }
}
