import Quantizer

extension NetworkBuilder {
  /// A window over time, height and width that fits a tensor's frames. With `ceiling` a last, partial window counts. Over a
  /// frame per sequence, there is no time.
  mutating func geometry(_ input: TensorID, _ timing: Timing, ceiling: Bool = false) -> WindowGeometry {
    var geometry = WindowGeometry(kernel: .one)
    if !rate(input).isPerSequence { time(timing, ceiling: ceiling, &geometry) }
    axis(\.height, frame(input).height, &geometry)
    axis(\.width, frame(input).width, &geometry)
    return geometry
  }

  private mutating func time(_ timing: Timing, ceiling: Bool, _ geometry: inout WindowGeometry) {
    geometry.kernel.time = random.integer(1...4)
    if random.chance(25) { geometry.dilation.time = random.integer(2...3) }
    let extent = geometry.dilation.time * (geometry.kernel.time - 1) + 1
    switch timing {
    case .free:
      geometry.stride.time = random.chance(40) ? random.integer(2...3) : 1
      geometry.padBefore.time = random.integer(0...extent)
      geometry.padAfter.time = random.integer(0...extent)
      if random.chance(8) { geometry.padBefore.time = -random.integer(1...2) }
      if random.chance(8) { geometry.padAfter.time = -random.integer(1...2) }
    case .same(let stride):
      geometry.stride.time = stride
      if ceiling {
        // ⌈(n + p − k) / s⌉ + 1 = ⌈n / s⌉.
        if extent < stride { (geometry.kernel.time, geometry.dilation.time) = (stride, 1) }
        geometry.padAfter.time = max(extent, stride) - stride
      } else {
        geometry.padBefore.time = random.chance(8) ? -1 : random.integer(0...(extent - 1))
        geometry.padAfter.time = extent - 1 - geometry.padBefore.time
      }
    }
  }

  private mutating func axis(_ axis: WritableKeyPath<Extent, Int>, _ size: Int, _ geometry: inout WindowGeometry) {
    let kernel = random.integer(1...min(3, size))
    geometry.kernel[keyPath: axis] = kernel
    if kernel > 1, random.chance(50) {
      geometry.padBefore[keyPath: axis] = 1
      geometry.padAfter[keyPath: axis] = random.integer(0...1)
    }
    if kernel > 1, 2 * kernel - 1 <= size, random.chance(10) { geometry.dilation[keyPath: axis] = 2 }
    geometry.stride[keyPath: axis] = size > 1 && random.chance(30) ? 2 : 1
  }
}
