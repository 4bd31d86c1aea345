extension Graph {
  /// The output tensor of an operation on tensors like `inputs`; its name is empty.
  static func infer(_ operation: Operation, _ inputs: [Tensor], name: String) throws -> Tensor {
    func fail(_ reason: String) -> GraphError { GraphError("\(name): \(reason)") }
    guard let input = inputs.first else { throw fail("a node needs an input") }
    for tensor in inputs {
      _ = try size([tensor.frame.height, tensor.frame.width, tensor.frame.channels], fail)
      guard (tensor.frames ?? 0) >= 0, (tensor.frames ?? 0) <= largestSize else { throw fail("its input is too long") }
    }
    let result = try inferUnchecked(operation, inputs, input, fail)
    _ = try size([result.frame.height, result.frame.width, result.frame.channels], fail)
    guard result.rate.numerator <= largestSize, result.rate.denominator <= largestSize else {
      throw fail("a rate of \(result.rate) is beyond what can run")
    }
    return result
  }

  /// Beyond every network; products of two such numbers still fit 64 bits.
  private static let largestSize = 1 << 31

  /// The product of extents, each at least 1, where it is of a size that can be.
  private static func size(_ factors: [Int], _ fail: (String) -> GraphError) throws -> Int {
    guard factors.allSatisfy({ $0 > 0 }), let product = checkedProduct(factors), product <= largestSize else {
      throw fail("a size of \(factors.map(String.init).joined(separator: "×")) is impossible")
    }
    return product
  }

  private static func inferUnchecked(
    _ operation: Operation, _ inputs: [Tensor], _ input: Tensor, _ fail: (String) -> GraphError
  ) throws -> Tensor {
    var output = input
    output.isIndex = false
    if input.isIndex {
      guard case .embedding = operation else {
        switch operation {
        case .gather, .window: break
        default: throw fail("indices can only be looked up in an embedding")
        }
        output.isIndex = true
        return try inferMovement(operation, output, fail)
      }
    }
    switch operation {
    case .convolution(let convolution):
      output.frame = try spatial(convolution.geometry, input.frame, fail)
      output.frame.channels = convolution.outputChannels
      try timed(convolution.geometry, ceiling: false, &output, fail)
      let kernel = convolution.geometry.kernel
      guard convolution.groups > 0, input.frame.channels % convolution.groups == 0,
        convolution.outputChannels % convolution.groups == 0
      else { throw fail("\(input.frame.channels) channels do not divide into \(convolution.groups) groups") }
      let channels = input.frame.channels / convolution.groups
      let weights = try size(
        [kernel.time, kernel.height, kernel.width, channels, convolution.outputChannels], fail)
      guard convolution.weights.count == weights,
        convolution.bias.count == convolution.outputChannels
      else { throw fail("its weights do not fit an input with \(input.frame.channels) channels") }
    case .dense(let dense):
      let rows = try size([dense.frame.height, dense.frame.width, dense.frame.channels], fail)
      guard dense.weights.count == (try size([rows, input.frame.elements], fail)), dense.bias.count == rows
      else { throw fail("its weights do not fit an input of \(input.frame.elements) values") }
      output.frame = dense.frame
    case .pool(let pool):
      output.frame = try spatial(pool.geometry, input.frame, fail)
      output.frame.channels = input.frame.channels
      try timed(pool.geometry, ceiling: pool.ceilingTime, &output, fail)
    case .recurrent(let recurrent):
      let rows = try size([recurrent.gates, recurrent.units], fail)
      guard recurrent.inputWeights.count == (try size([rows, input.frame.elements], fail)),
        recurrent.hiddenWeights.count == (try size([rows, recurrent.units], fail)), recurrent.inputBias.count == rows,
        recurrent.hiddenBias.count == rows, recurrent.peephole.map({ $0.count == 3 * recurrent.units }) ?? true,
        recurrent.initialHidden.map({ $0.count == recurrent.units }) ?? true,
        recurrent.initialCell.map({ $0.count == recurrent.units }) ?? true
      else { throw fail("its weights do not fit an input of \(input.frame.elements) values") }
      guard recurrent.view.map({ recurrent.reverse && $0.isValid }) ?? true else {
        throw fail("only a backward layer has a limited view, of at least one frame ahead")
      }
      try checkInitialStates(recurrent, inputs.dropFirst(), fail)
      output.frame = FrameShape(channels: recurrent.units)
    case .activation, .softmax: break
    case .affine(let affine):
      var count = 0
      switch affine.repetition {
      case .perChannel: count = input.frame.channels
      case .perElement: count = input.frame.elements
      case .perTime(let frames): count = frames
      case .perTimeAndElement(let frames): count = try size([frames, input.frame.elements], fail)
      }
      guard affine.scale.count == count, affine.shift.count == count else {
        throw fail("its constants do not fit frames of \(input.frame)")
      }
    case .binary:
      guard inputs.count == 2 else { throw fail("it needs two inputs") }
      let (a, b) = (input.frame, inputs[1].frame)
      guard b.height == a.height || b.height == 1, b.width == a.width || b.width == 1,
        b.channels == a.channels || b.channels == 1
      else { throw fail("frames of \(a) and \(b) cannot be combined") }
      try joined(inputs, &output, fail)
    case .concatenate(let axis):
      guard (0...2).contains(axis) else { throw fail("there is no axis \(axis) in a frame") }
      var frame = input.frame
      for other in inputs.dropFirst() {
        let same = [
          axis == 0 || other.frame.height == frame.height, axis == 1 || other.frame.width == frame.width,
          axis == 2 || other.frame.channels == frame.channels,
        ]
        guard same.allSatisfy({ $0 }) else { throw fail("frames of \(frame) and \(other.frame) cannot be joined") }
        switch axis {
        case 0: frame.height += other.frame.height
        case 1: frame.width += other.frame.width
        default: frame.channels += other.frame.channels
        }
      }
      output.frame = frame
      try joined(inputs, &output, fail)
    case .gather, .window:
      return try inferMovement(operation, output, fail)
    case .timeReduction:
      output.rate = .perSequence
      output.frames = 1
    case .frameReduction(_, let height, let width, let channels):
      if height { output.frame.height = 1 }
      if width { output.frame.width = 1 }
      if channels { output.frame.channels = 1 }
    case .repeatFrame(let count):
      if inputs.count == 2 {
        output.rate = inputs[1].rate
        output.frames = inputs[1].frames
      } else {
        guard let count, count > 0 else { throw fail("it needs a count") }
        output.rate = Rate(count)
        output.frames = count
      }
    case .unstack(let count, let frame):
      let elements = try size([count, frame.height, frame.width, frame.channels], fail)
      guard elements == input.frame.elements else {
        throw fail("\(input.frame.elements) values do not divide into \(count) frames of \(frame)")
      }
      output.frame = frame
      output.rate = Rate(count)
      output.frames = count
    case .embedding(let embedding):
      guard input.isIndex else { throw fail("an embedding needs integer indices") }
      guard embedding.table.count == (try size([embedding.rows, embedding.width], fail)) else {
        throw fail("its table is incomplete")
      }
      // One row for every index of the frame.
      guard input.frame.elements == 1 else { throw fail("an embedding takes one index per frame") }
      output.frame = FrameShape(channels: embedding.width)
    }
    return output
  }

  /// The inputs behind the first: the initial h, the initial c.
  private static func checkInitialStates(
    _ recurrent: Recurrent, _ states: ArraySlice<Tensor>, _ fail: (String) -> GraphError
  ) throws {
    var constants = [recurrent.initialHidden]
    if recurrent.kind == .lstm { constants.append(recurrent.initialCell) }
    guard states.count <= constants.count else { throw fail("it has \(states.count) initial states") }
    for (state, constant) in zip(states, constants) {
      guard constant == nil else { throw fail("an initial state is both a constant and an input") }
      guard state.rate.isPerSequence, state.frames ?? 1 == 1 else {
        throw fail("an initial state must come once per sequence")
      }
      guard !state.isIndex, state.frame.elements == recurrent.units else {
        throw fail("an initial state needs \(recurrent.units) numbers, not a frame of \(state.frame)")
      }
    }
  }

  private static func inferMovement(
    _ operation: Operation, _ input: Tensor, _ fail: (String) -> GraphError
  ) throws -> Tensor {
    var output = input
    switch operation {
    case .gather(let table, let frame):
      guard table.count == (try size([frame.height, frame.width, frame.channels], fail)),
        table.allSatisfy({ $0 >= -1 && $0 < Int32(truncatingIfNeeded: input.frame.elements) })
      else { throw fail("its table does not fit frames of \(input.frame)") }
      output.frame = frame
    case .window(let window):
      guard window.length > 0, window.hop > 0 else { throw fail("length and hop must be positive") }
      try timed(window.geometry, ceiling: false, &output, fail)
      if window.length > 1 {
        output.frame = FrameShape(
          height: window.length, width: input.frame.height * input.frame.width, channels: input.frame.channels)
      }
    default: break
    }
    return output
  }

  private static func spatial(
    _ geometry: WindowGeometry, _ frame: FrameShape, _ fail: (String) -> GraphError
  ) throws -> FrameShape {
    func size(_ input: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ after: Int) throws -> Int {
      guard kernel > 0, stride > 0, dilation > 0, before >= 0, after >= 0 else {
        throw fail("kernel, stride and dilation must be positive, pads within a frame not negative")
      }
      _ = try Graph.size([kernel, dilation], fail)
      guard max(stride, before, after) <= largestSize else { throw fail("a stride or padding is impossible") }
      let room = input + before + after - (dilation * (kernel - 1) + 1)
      guard room >= 0 else { throw fail("a kernel of \(kernel) does not fit into \(input) with its padding") }
      return room / stride + 1
    }
    return FrameShape(
      height: try size(
        frame.height, geometry.kernel.height, geometry.stride.height, geometry.dilation.height,
        geometry.padBefore.height, geometry.padAfter.height),
      width: try size(
        frame.width, geometry.kernel.width, geometry.stride.width, geometry.dilation.width,
        geometry.padBefore.width, geometry.padAfter.width),
      channels: frame.channels)
  }

  private static func timed(
    _ geometry: WindowGeometry, ceiling: Bool, _ tensor: inout Tensor, _ fail: (String) -> GraphError
  ) throws {
    guard geometry.kernel.time > 0, geometry.stride.time > 0, geometry.dilation.time > 0 else {
      throw fail("kernel, stride and dilation must be positive")
    }
    _ = try size([geometry.kernel.time, geometry.dilation.time], fail)
    let reaches = [geometry.stride.time, geometry.padBefore.time, geometry.padAfter.time].map(\.magnitude)
    guard reaches.allSatisfy({ $0 <= largestSize }) else {
      throw fail("a stride or padding is impossible")
    }
    tensor.rate = tensor.rate.divided(by: geometry.stride.time)
    if let frames = tensor.frames {
      tensor.frames = outputFrames(geometry, ceiling: ceiling, frames: frames)
    }
  }

  /// Frames that a window over time gives for a whole sequence of `frames` frames.
  public static func outputFrames(_ geometry: WindowGeometry, ceiling: Bool, frames: Int) -> Int {
    let extent = geometry.dilation.time * (geometry.kernel.time - 1) + 1
    let stride = geometry.stride.time
    let room = frames + geometry.padBefore.time + geometry.padAfter.time - extent
    guard ceiling else { return room < 0 ? 0 : room / stride + 1 }
    // A window must start inside the input, of which negative padding may drop all there is, or in its left padding.
    let starts = frames + min(geometry.padAfter.time, 0) + geometry.padBefore.time
    guard frames > 0, starts > 0 else { return 0 }
    let windows = room <= 0 ? 1 : (room + stride - 1) / stride + 1
    return min(windows, (starts - 1) / stride + 1)
  }

  private static func joined(_ inputs: [Tensor], _ output: inout Tensor, _ fail: (String) -> GraphError) throws {
    for other in inputs.dropFirst() {
      // A sequence of a fixed length that is made inside the network has a rate of its own: the lengths must agree.
      let haveOneLength = output.frames != nil && output.frames == other.frames
      guard other.rate == output.rate || haveOneLength else {
        throw fail("its inputs have \(output.rate) and \(other.rate) frames per tick and cannot be joined")
      }
      if let a = output.frames, let b = other.frames, a != b {
        throw fail("its inputs have \(a) and \(b) frames and cannot be joined")
      }
      output.frames = output.frames ?? other.frames
    }
  }
}
