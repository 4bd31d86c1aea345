import Quantizer

/// A random valid network that keeps to small extents, with every kind of node the runtime has.
struct RandomNetwork {
  var graph = Graph()
  /// What the network contains, for the coverage table: "convolution stride 2 padded", …
  private(set) var features: Set<String> = []
  private var random: RandomNumbers
  private var count = 0

  init(seed: UInt64) throws {
    random = RandomNumbers(seed: seed)
    var tensor = graph.addInput(
      "input",
      frame: FrameShape(
        height: random.integer(1...6), width: random.chance(30) ? 2 : 1, channels: random.integer(1...5)))
    for _ in 0..<random.integer(1...5) { tensor = try layer(tensor) }
    if random.chance(35) { tensor = try reduction(tensor) }
    graph.addOutput("output", tensor)
  }

  private mutating func add(_ operation: Operation, _ inputs: [TensorID], _ feature: String) throws -> TensorID {
    features.insert(feature)
    count += 1
    return try graph.add(operation, inputs, name: "\(feature) \(count)")
  }

  private mutating func layer(_ input: TensorID) throws -> TensorID {
    switch random.integer(0...11) {
    case 0, 1, 2: try convolution(input, keepsLength: false)
    case 3: try pool(input)
    case 4, 5, 6: try recurrent(input)
    case 7: try branch(input)
    case 8: try dense(input)
    case 9: try pointwise(input)
    case 10: try window(input)
    default: try frameReduction(input)
    }
  }

  private mutating func convolution(_ input: TensorID, keepsLength: Bool) throws -> TensorID {
    let frame = graph.tensors[input].frame
    let geometry = geometry(frame, keepsLength: keepsLength)
    let groups = frame.channels > 1 && random.chance(25) ? frame.channels : 1
    let outputs = groups > 1 ? (random.chance(50) ? groups : 2 * groups) : random.integer(1...9)
    let kernel = geometry.kernel
    let depth = kernel.time * kernel.height * kernel.width * (frame.channels / groups)
    let node = try add(
      .convolution(
        Convolution(
          geometry: geometry, groups: groups, outputChannels: outputs,
          weights: random.values(depth * outputs, scale: 0.5),
          bias: random.values(outputs, scale: 0.2))), [input],
      groups == 1 ? "convolution" : outputs == groups ? "depthwise" : "grouped")
    return random.chance(60) ? try pointwise(node) : node
  }

  private mutating func geometry(_ frame: FrameShape, keepsLength: Bool) -> WindowGeometry {
    var kernel = Extent(time: random.integer(1...4))
    var dilation = Extent.one
    var (before, after) = (Extent.zero, Extent.zero)
    var stride = Extent.one
    if random.chance(25) { dilation.time = 2 }
    let extent = dilation.time * (kernel.time - 1) + 1
    if keepsLength {
      before.time = random.integer(0...(extent - 1))
      after.time = extent - 1 - before.time
    } else {
      stride.time = random.chance(40) ? random.integer(2...3) : 1
      before.time = random.integer(0...(extent))
      after.time = random.integer(0...extent)
    }
    kernel.height = random.integer(1...min(3, frame.height))
    kernel.width = random.integer(1...min(2, frame.width))
    if kernel.height > 1, random.chance(50) {
      before.height = 1
      after.height = random.integer(0...1)
    }
    stride.height = random.chance(25) ? 2 : 1
    features.insert("time stride \(stride.time)")
    if before.time > 0 { features.insert("padding before") }
    if after.time > 0 { features.insert("padding after") }
    if dilation.time > 1 { features.insert("dilation") }
    return WindowGeometry(kernel: kernel, stride: stride, dilation: dilation, padBefore: before, padAfter: after)
  }

  private mutating func pool(_ input: TensorID) throws -> TensorID {
    var geometry = geometry(graph.tensors[input].frame, keepsLength: false)
    geometry.dilation = .one
    geometry.padBefore.time = min(geometry.padBefore.time, geometry.kernel.time - 1)
    geometry.padAfter.time = min(geometry.padAfter.time, geometry.kernel.time - 1)
    let kind: Pool.Kind = random.pick([
      .maximum, .average(countPadding: true), .average(countPadding: false), .lp(2), .lp(4),
    ])
    let ceiling = random.chance(30)
    if ceiling { features.insert("ceiling") }
    return try add(.pool(Pool(kind: kind, geometry: geometry, ceilingTime: ceiling)), [input], "pool \(kind)")
  }

  private mutating func recurrent(_ input: TensorID) throws -> TensorID {
    let inputs = graph.tensors[input].frame.elements
    let units = random.integer(1...13)
    let kind: Recurrent.Kind = random.pick([.lstm, .gru, .simple])
    let gates = kind == .lstm ? 4 : kind == .gru ? 3 : 1
    var layer = Recurrent(
      kind: kind, units: units, inputWeights: random.values(gates * units * inputs, scale: 0.4),
      hiddenWeights: random.values(gates * units * units, scale: 0.4),
      inputBias: random.values(gates * units, scale: 0.2),
      hiddenBias: random.values(gates * units, scale: 0.2))
    layer.reverse = random.chance(20)
    layer.resetAfter = random.chance(50)
    if kind == .lstm, random.chance(20) { layer.peephole = random.values(3 * units, scale: 0.2) }
    if random.chance(15) { layer.initialHidden = random.values(units, scale: 0.4) }
    if random.chance(10) { layer.cellActivation = .relu }
    let variant = kind == .gru ? (layer.resetAfter ? " reset after" : " reset before") : ""
    return try add(.recurrent(layer), [input], "\(kind)\(variant)\(layer.reverse ? " reverse" : "")")
  }

  /// Two paths of different delay that meet again.
  private mutating func branch(_ input: TensorID) throws -> TensorID {
    let first = try convolution(input, keepsLength: true)
    let second = random.chance(50) ? try convolution(input, keepsLength: true) : try recurrent(input)
    let a = try reshaped(first)
    let b = try reshaped(second)
    if random.chance(50) { return try add(.concatenate(axis: 2), [a, b], "concatenate") }
    let width = min(graph.tensors[a].frame.channels, graph.tensors[b].frame.channels)
    let operation: BinaryOperation = random.pick([.add, .subtract, .multiply, .minimum, .maximum])
    return try add(.binary(operation), [try cut(a, width), try cut(b, width)], "binary \(operation)")
  }

  private mutating func reshaped(_ input: TensorID) throws -> TensorID {
    let elements = graph.tensors[input].frame.elements
    guard graph.tensors[input].frame != FrameShape(channels: elements) else { return input }
    return try cut(input, elements)
  }

  private mutating func cut(_ input: TensorID, _ width: Int) throws -> TensorID {
    let table = (0..<width).map { Int32($0) }.shuffled(using: &random)
    return try add(.gather(table: table, frame: FrameShape(channels: width)), [input], "gather")
  }

  private mutating func dense(_ input: TensorID) throws -> TensorID {
    let (inputs, outputs) = (graph.tensors[input].frame.elements, random.integer(1...12))
    return try add(
      .dense(
        Dense(
          frame: FrameShape(channels: outputs), weights: random.values(inputs * outputs, scale: 0.3),
          bias: random.values(outputs, scale: 0.2))), [input], "dense")
  }

  private mutating func pointwise(_ input: TensorID) throws -> TensorID {
    let frame = graph.tensors[input].frame
    switch random.integer(0...9) {
    case 0: return try add(.softmax(logarithm: random.chance(30)), [input], "softmax")
    case 1:
      return try add(
        .affine(
          Affine(.perChannel, scale: random.values(frame.channels), shift: random.values(frame.channels, scale: 0.3))),
        [input], "affine")
    default:
      let activation = random.pick([
        Activation.relu, .sigmoid, .tanh, Activation(.leakyRelu, alpha: 0.1), Activation(.elu, alpha: 1, beta: 1),
        Activation(.hardSigmoid, alpha: 0.2, beta: 0.5), Activation(.clip, alpha: -0.5, beta: 0.7),
        Activation(.softplus),
        Activation(.prelu, slopes: random.values(frame.channels, scale: 0.3)), Activation(.absolute),
      ])
      return try add(.activation(activation), [input], "activation \(activation.kind)")
    }
  }

  private mutating func window(_ input: TensorID) throws -> TensorID {
    guard graph.tensors[input].frame.elements <= 12 else { return try dense(input) }
    let length = random.integer(1...4)
    let edge = random.chance(30)
    return try add(
      .window(
        Window(
          length: length, hop: random.integer(1...4), padBefore: random.integer(0...(length + 1)),
          padAfter: random.integer(0...3), padsWithEdge: edge)), [input], edge ? "window edge" : "window")
  }

  private mutating func frameReduction(_ input: TensorID) throws -> TensorID {
    try add(
      .frameReduction(
        random.pick([.mean, .maximum, .sum, .minimum]), height: random.chance(50), width: random.chance(50),
        channels: random.chance(50)), [input], "frame reduction")
  }

  private mutating func reduction(_ input: TensorID) throws -> TensorID {
    let kind: Reduction = random.pick([.last, .first, .mean, .maximum, .minimum, .sum])
    let reduced = try add(.timeReduction(kind), [input], "time \(kind)")
    if random.chance(25) {
      // A sequence that grows out of one value again.
      let again = try add(.repeatFrame(count: random.integer(1...6)), [reduced], "repeat")
      return try recurrent(again)
    }
    return random.chance(60) ? try dense(reduced) : reduced
  }
}
