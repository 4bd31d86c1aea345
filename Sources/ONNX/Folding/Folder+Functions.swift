#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#elseif canImport(Musl)
  import Musl
#endif

/// Functions with parameters, and constants that nodes make.
extension Folder {
  func parametric(_ data: Constant) throws -> Constant {
    guard let values = data.floats else { throw node.error("it computes with an open size") }
    func alpha(_ standard: Float) throws -> Float { try node.float("alpha", default: standard) }
    let function: (Float) -> Float
    switch node.op {
    case "LeakyRelu":
      let slope = try alpha(0.01)
      function = { $0 < 0 ? slope * $0 : $0 }
    case "Elu":
      let scale = try alpha(1)
      function = { $0 < 0 ? scale * (exp($0) - 1) : $0 }
    case "Selu":
      let (scale, gamma) = (try alpha(1.673_263_2), try node.float("gamma", default: 1.050_701))
      function = { gamma * ($0 < 0 ? scale * (exp($0) - 1) : $0) }
    case "Celu":
      let scale = try alpha(1)
      function = { max($0, 0) + min(0, scale * (exp($0 / scale) - 1)) }
    case "HardSigmoid":
      let (scale, shift) = (try alpha(0.2), try node.float("beta", default: 0.5))
      function = { min(max(scale * $0 + shift, 0), 1) }
    case "HardSwish": function = { $0 * min(max($0 / 6 + 0.5, 0), 1) }
    default:
      let threshold = try alpha(1)
      function = { $0 > threshold ? $0 : 0 }
    }
    return Constant(shape: data.shape, floats: values.map(function))
  }

  func clipped(_ data: Constant) throws -> Constant {
    if let integers = data.integers {
      let lowest = try self.integers(1)?.first ?? .min
      let highest = try self.integers(2)?.first ?? .max
      return Constant(shape: data.shape, integers: integers.map { .known(min(max($0, lowest), highest)) })
    }
    guard let values = data.floats else { throw node.error("it computes with an open size") }
    let lowest = try optional(1)?.scalar ?? node.float("min", default: -.infinity)
    let highest = try optional(2)?.scalar ?? node.float("max", default: .infinity)
    return Constant(shape: data.shape, floats: values.map { min(max($0, lowest), highest) })
  }

  /// ConstantOfShape.
  func filled() throws -> Constant {
    guard let sizes = try integers(0) else { throw node.error("it has no shape") }
    guard let count = RowMajor.count(sizes) else { throw node.error("its shape \(sizes) is impossible") }
    guard case .tensor(let value)? = node.attributes["value"], value.count == 1 else {
      return Constant(shape: sizes, floats: [Float](repeating: 0, count: count))
    }
    return value.taking([Int](repeating: 0, count: count), shape: sizes)
  }
}

extension SourceNode {
  /// What a Constant node holds.
  func constantValue() throws -> Constant {
    guard let (name, attribute) = attributes.first(where: { $0.key.hasPrefix("value") }) else {
      throw error("it has no value: the file is damaged, export it again")
    }
    switch attribute {
    case .tensor(let constant): return constant
    case .float(let value): return Constant(shape: [], floats: [value])
    case .floats(let values): return Constant(shape: [values.count], floats: values)
    case .integer(let value): return Constant(shape: [], integers: [.known(value)])
    case .integers(let values): return Constant(values)
    default: throw error("its attribute '\(name)' is of a kind that is not supported")
    }
  }
}
