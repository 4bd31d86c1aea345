extension Interpreter {
  /// Convolution as a matrix product: the inputs of each output position are gathered into one row (time, height, width,
  /// channel of the group; what lies outside is 0), a block of rows at a time.
  func convolve(
    _ input: FrameSequence, _ convolution: Convolution, _ matrices: [PackedMatrix], into shape: FrameShape
  ) throws -> FrameSequence {
    let frames = Graph.outputFrames(convolution.geometry, ceiling: false, frames: input.count)
    var output = try newFrames(frames, of: shape)
    let positions = shape.height * shape.width
    let blockRows = 64
    for (group, matrix) in matrices.enumerated() {
      var block = [Float](repeating: 0, count: blockRows * matrix.depth)
      let bias = Array(convolution.bias[group * matrix.rows..<(group + 1) * matrix.rows])
      for first in stride(from: 0, to: frames * positions, by: blockRows) {
        let count = min(blockRows, frames * positions - first)
        block.withUnsafeMutableBufferPointer { rows in
          for row in 0..<count {
            let (frame, position) = (first + row).quotientAndRemainder(dividingBy: positions)
            gatherWindow(
              input, convolution.geometry, time: frame, height: position / shape.width, width: position % shape.width,
              channels: input.shape.channels / convolution.groups, group: group,
              into: UnsafeMutableBufferPointer(rebasing: rows[row * matrix.depth..<(row + 1) * matrix.depth]))
          }
        }
        output.values.withUnsafeMutableBufferPointer { y in
          guard let y = y.baseAddress else { return }
          matrix.multiply(
            block, stride: matrix.depth, count: count, into: y + first * shape.channels + group * matrix.rows,
            stride: shape.channels, bias: bias)
        }
      }
    }
    return output
  }

  /// The inputs that one output position sees.
  private func gatherWindow(
    _ input: FrameSequence, _ geometry: WindowGeometry, time: Int, height: Int, width: Int, channels: Int, group: Int,
    into row: UnsafeMutableBufferPointer<Float>
  ) {
    let kernel = geometry.kernel
    input.values.withUnsafeBufferPointer { x in
      var k = 0
      for i in 0..<kernel.time {
        let t = time * geometry.stride.time + i * geometry.dilation.time - geometry.padBefore.time
        for j in 0..<kernel.height {
          let h = height * geometry.stride.height + j * geometry.dilation.height - geometry.padBefore.height
          for l in 0..<kernel.width {
            let w = width * geometry.stride.width + l * geometry.dilation.width - geometry.padBefore.width
            let inside =
              t >= 0 && t < input.count && h >= 0 && h < input.shape.height && w >= 0 && w < input.shape.width
            let start = ((t * input.shape.height + h) * input.shape.width + w) * input.shape.channels + group * channels
            for c in 0..<channels { row[k + c] = inside ? x[start + c] : 0 }
            k += channels
          }
        }
      }
    }
  }
}
