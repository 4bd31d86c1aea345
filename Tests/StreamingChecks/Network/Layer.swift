import Quantizer

/// How many frames a layer may make of those that come.
enum Timing {
  /// Any number.
  case free
  /// One for every `stride` frames, rounded up: two paths of the same strides then have the same number.
  case same(stride: Int)

  var stride: Int {
    if case .same(let stride) = self { stride } else { 1 }
  }
}

/// One way to make a random network longer. An operation is added to the generator by adding a layer to one of the lists that
/// `all` joins; coverage and shrinking know it from the graph.
struct Layer: Sendable {
  enum Kind {
    /// One frame for each frame.
    case perFrame
    /// Windows over time: the layer heeds the timing that it is given.
    case windowed
    /// Anything else: not for the paths of a branch.
    case reshaping
  }
  let name: String
  /// How often it is chosen, relative to the others.
  let weight: Int
  let kind: Kind
  /// Whether it can follow a tensor.
  let follows: @Sendable (Tensor) -> Bool
  let add: @Sendable (inout NetworkBuilder, TensorID, Timing) throws -> TensorID

  init(
    _ name: String, weight: Int = 1, _ kind: Kind = .perFrame,
    follows: @escaping @Sendable (Tensor) -> Bool = { !$0.isIndex },
    add: @escaping @Sendable (inout NetworkBuilder, TensorID, Timing) throws -> TensorID
  ) {
    self.name = name
    self.weight = weight
    self.kind = kind
    self.follows = follows
    self.add = add
  }

  static let all = convolutions + pools + recurrent + matrices + pointwise + movement + reductions + branches
}

extension NetworkBuilder {
  /// Adds a random layer; where `isArm`, one that stands on a path of a branch.
  mutating func layer(_ input: TensorID, timing: Timing = .free, isArm: Bool = false) throws -> TensorID {
    let tensor = graph.tensors[input]
    if !tensor.isIndex, tensor.frame.elements > 64, timing.stride == 1 { return try dense(input) }
    let possible = Layer.all.filter { layer in
      guard layer.follows(tensor) else { return false }
      guard case .same(let stride) = timing else { return !isArm || layer.kind != .reshaping }
      return layer.kind == .windowed || (stride == 1 && layer.kind == .perFrame)
    }
    var chosen = random.integer(0...(possible.reduce(0) { $0 + $1.weight } - 1))
    for layer in possible {
      chosen -= layer.weight
      if chosen < 0 { return try layer.add(&self, input, timing) }
    }
    return input
  }

  /// A path of so many layers that gives one frame for every `stride` frames.
  mutating func arm(_ input: TensorID, stride: Int, length: Int) throws -> TensorID {
    var tensor = input
    let striding = length > 0 ? random.integer(0...(length - 1)) : -1
    for index in 0..<length {
      tensor = try layer(tensor, timing: .same(stride: index == striding ? stride : 1), isArm: true)
    }
    return tensor
  }
}
