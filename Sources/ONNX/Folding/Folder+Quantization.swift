/// Weights that are stored as integers: per tensor, per slice along one axis, or per block of it.
extension Folder {
  func dequantize() throws -> Constant {
    let data = try input(0)
    guard let values = data.floats else { throw node.error("its values depend on an open size") }
    let (scales, zeros) = try parameters(for: data)
    return Constant(
      shape: data.shape, floats: values.indices.map { (values[$0] - zeros[$0]) * scales[$0] })
  }

  func quantize() throws -> Constant {
    let data = try input(0)
    guard let values = data.floats else { throw node.error("its values depend on an open size") }
    let (scales, zeros) = try parameters(for: data)
    let range = try node.codeRange(zeroPoint: optional(2))
    return Constant(
      shape: data.shape,
      integers: values.indices.map { index in
        let code = (values[index] / scales[index]).rounded(.toNearestOrEven) + zeros[index]
        return .known(Int(min(max(code.isNaN ? zeros[index] : code, Float(range.lowerBound)), Float(range.upperBound))))
      })
  }

  /// Scale and zero point of each element.
  private func parameters(for data: Constant) throws -> (scales: [Float], zeros: [Float]) {
    let scale = try input(1)
    guard let scales = scale.floats, !scales.isEmpty, scales.allSatisfy({ $0.isFinite && $0 != 0 }) else {
      throw node.error("its scales must be finite numbers other than 0: export the network again")
    }
    let zeros = optional(2)?.floats ?? [Float](repeating: 0, count: scales.count)
    guard zeros.count == scales.count else { throw node.error("its scales and zero points do not fit each other") }
    let block = try node.integer("block_size", default: 0)
    let steps: [Int]
    if scales.count == 1, block == 0 {
      steps = [Int](repeating: 0, count: data.count)
    } else {
      let axis = try node.axis(try node.integer("axis", default: 1), rank: data.shape.count)
      let size = data.shape[axis]
      let fit =
        block == 0
        ? scale.shape == [size]
        : block > 0 && scale.shape.count == data.shape.count
          && scale.shape.indices.allSatisfy {
            scale.shape[$0] == ($0 == axis ? size / block + (size % block > 0 ? 1 : 0) : data.shape[$0])
          }
      guard fit else { throw node.error("scales of \(scale.shape) do not fit values of \(data.shape)") }
      // Positions along the axis share the scale of their block; without blocks, all else shares that of the axis.
      var strides = [Int](repeating: 0, count: data.shape.count)
      if block == 0 { strides[axis] = 1 } else { strides = RowMajor.strides(scale.shape) }
      var offsets = [0]
      for (index, size) in data.shape.enumerated() {
        let divisor = index == axis ? max(block, 1) : 1
        offsets = offsets.flatMap { start in (0..<size).map { start + $0 / divisor * strides[index] } }
      }
      steps = offsets
    }
    return (steps.map { scales[$0] }, steps.map { zeros[$0] })
  }
}

extension SourceNode {
  /// The codes that a QuantizeLinear makes: those of its zero point's type, or where there is none, of `output_dtype`.
  func codeRange(zeroPoint: Constant?) throws -> ClosedRange<Int> {
    let stated = ElementType(rawValue: try integer("output_dtype", default: ElementType.uint8.rawValue))
    switch zeroPoint?.type ?? stated {
    case .uint8: return 0...255
    case .int8: return -128...127
    case .uint16: return 0...65535
    case .int16: return -32768...32767
    case .uint4: return 0...15
    case .int4: return -8...7
    default: throw error("the type of its codes is not supported: quantise to 8 or 16 bits")
    }
  }
}
