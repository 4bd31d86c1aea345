import Quantizer

extension Operation {
  /// A number that every simplification makes smaller.
  var complexity: Int {
    switch self {
    case .convolution(let convolution): convolution.geometry.complexity + convolution.outputChannels
    case .pool(let pool): pool.geometry.complexity + (pool.ceilingTime ? 1 : 0)
    case .window(let window): window.geometry.complexity + (window.padsWithEdge ? 1 : 0)
    case .recurrent(let layer):
      layer.units + (layer.reverse ? 1 : 0) + (layer.view.map { $0.block + $0.ahead } ?? 0)
        + (layer.peephole == nil ? 0 : 1) + (layer.initialHidden == nil ? 0 : 1)
        + (layer.initialCell == nil ? 0 : 1) + (layer.clip == nil ? 0 : 1) + layer.kind.complexity
    case .dense(let dense): dense.frame.elements
    case .repeatFrame(let count): count ?? 0
    default: 0
    }
  }

  /// The same kind of operation with one thing less; weights are cut or repeated later.
  var simpler: [Operation] {
    switch self {
    case .convolution(let convolution):
      convolution.geometry.simpler.map { geometry in
        var simpler = convolution
        simpler.geometry = geometry
        return .convolution(simpler)
      } + changed(convolution, Operation.convolution, { ($0.outputChannels, $0.groups) = (1, 1) })
    case .pool(let pool):
      pool.geometry.simpler.map { .pool(Pool(kind: pool.kind, geometry: $0, ceilingTime: pool.ceilingTime)) }
        + changed(pool, Operation.pool, { $0.ceilingTime = false })
    case .window(let window):
      changed(window, Operation.window, { $0.length = 1 }) + changed(window, Operation.window, { $0.hop = 1 })
        + changed(window, Operation.window, { $0.padBefore = 0 })
        + changed(window, Operation.window, { $0.padAfter = 0 })
        + changed(window, Operation.window, { $0.padsWithEdge = false })
    case .recurrent(let layer):
      changed(layer, Operation.recurrent, { $0.units = 1 })
        + changed(layer, Operation.recurrent, { ($0.reverse, $0.view) = (false, nil) })
        + changed(layer, Operation.recurrent, { $0.view = nil })
        + changed(layer, Operation.recurrent, { if $0.view != nil { $0.view = BackwardView(ahead: 1) } })
        + changed(layer, Operation.recurrent, { $0.kind = .simple })
        + changed(
          layer, Operation.recurrent,
          { ($0.peephole, $0.initialHidden, $0.initialCell, $0.clip) = (nil, nil, nil, nil) })
    case .dense(let dense): changed(dense, Operation.dense, { $0.frame = FrameShape(channels: 1) })
    case .repeatFrame(.some): [.repeatFrame(count: 1)]
    default: []
    }
  }

  private func changed<T>(_ value: T, _ make: (T) -> Operation, _ change: (inout T) -> Void) -> [Operation] {
    var value = value
    change(&value)
    return [make(value)]
  }

  /// With weights, tables and constants of the sizes that frames of another shape need.
  func fitted(to frame: FrameShape) -> Operation {
    switch self {
    case .convolution(var convolution):
      if frame.channels % convolution.groups != 0 || convolution.outputChannels % convolution.groups != 0 {
        convolution.groups = 1
      }
      let kernel = convolution.geometry.kernel
      let depth = kernel.time * kernel.height * kernel.width * (frame.channels / convolution.groups)
      convolution.weights = convolution.weights.resized(depth * convolution.outputChannels)
      convolution.bias = convolution.bias.resized(convolution.outputChannels)
      return .convolution(convolution)
    case .dense(var dense):
      dense.weights = dense.weights.resized(frame.elements * dense.frame.elements)
      dense.bias = dense.bias.resized(dense.frame.elements)
      return .dense(dense)
    case .recurrent(var layer):
      let rows = layer.gates * layer.units
      layer.inputWeights = layer.inputWeights.resized(rows * frame.elements)
      layer.hiddenWeights = layer.hiddenWeights.resized(rows * layer.units)
      layer.inputBias = layer.inputBias.resized(rows)
      layer.hiddenBias = layer.hiddenBias.resized(rows)
      layer.peephole = layer.kind == .lstm ? layer.peephole?.resized(3 * layer.units) : nil
      layer.initialHidden = layer.initialHidden?.resized(layer.units)
      layer.initialCell = layer.initialCell?.resized(layer.units)
      return .recurrent(layer)
    case .affine(var affine):
      let count =
        switch affine.repetition {
        case .perChannel: frame.channels
        case .perElement: frame.elements
        case .perTime(let frames): frames
        case .perTimeAndElement(let frames): frames * frame.elements
        }
      affine.scale = affine.scale.resized(count)
      affine.shift = affine.shift.resized(count)
      return .affine(affine)
    case .activation(var activation):
      if activation.kind == .prelu { activation.slopes = activation.slopes.resized(frame.channels) }
      return .activation(activation)
    case .gather(let table, let shape):
      return .gather(table: table.map { $0 % Int32(frame.elements) }, frame: shape)
    default: return self
    }
  }
}

extension Recurrent.Kind {
  fileprivate var complexity: Int { self == .lstm ? 2 : self == .gru ? 1 : 0 }
}

extension WindowGeometry {
  fileprivate var complexity: Int {
    [kernel, stride, dilation, padBefore, padAfter].reduce(0) {
      $0 + abs($1.time) + abs($1.height) + abs($1.width)
    }
  }

  fileprivate var simpler: [WindowGeometry] {
    let changes: [(inout WindowGeometry) -> Void] = [
      { $0.kernel = .one }, { ($0.kernel.height, $0.kernel.width) = (1, 1) }, { $0.kernel.time = 1 },
      { $0.kernel.time -= 1 },
      { $0.stride = .one }, { $0.dilation = .one }, { $0.padBefore = .zero }, { $0.padAfter = .zero },
      { $0.padBefore.time -= $0.padBefore.time.signum() }, { $0.padAfter.time -= $0.padAfter.time.signum() },
    ]
    return changes.compactMap { change in
      var geometry = self
      change(&geometry)
      return geometry == self || geometry.kernel.time < 1 ? nil : geometry
    }
  }
}

extension [Float] {
  /// Cut, or repeated from the start.
  func resized(_ size: Int) -> [Float] {
    guard !isEmpty else { return [Float](repeating: 0.5, count: size) }
    return (0..<size).map { self[$0 % count] }
  }
}
