import CCRNN

extension PackedModel {
  /// The input of the file's self-test as float arrays `[frames × elements]`, one per input port: what the drawn codes stand for,
  /// so that quantising them gives the codes again.
  ///
  /// Numbers are drawn frame by frame, in each frame port by port (ports that have no such frame left are skipped), in each
  /// port element by element.
  public func selfTestInputs(seed: UInt32, frames: UInt32) throws -> [[Float]] {
    let counts = inputs.map { port in
      let record = tensors[port.tensor].record
      if record.rate_numerator == 0 { return 1 }
      return record.fixed_frames > 0 ? Int(record.fixed_frames) : Int(frames)
    }
    var generator = SelfTestGenerator(seed: seed)
    var values = [[Float]](repeating: [], count: inputs.count)
    for frame in 0..<(counts.max() ?? 0) {
      for (index, port) in inputs.enumerated() where frame < counts[index] {
        let tensor = tensors[port.tensor]
        guard let elements = tensor.elements, elements <= (1 << 26) / max(counts[index], 1) else {
          throw PackedModelError("input \(port.name) is too large for a self-test")
        }
        let rows = indexRows(port.tensor)
        for _ in 0..<elements {
          values[index].append(value(generator.next(), tensor.quantization, rows: rows))
        }
      }
    }
    return values
  }

  /// Rows of the smallest embedding that looks the tensor's indices up, directly or through nodes that move them.
  private func indexRows(_ tensor: Int) -> UInt32 {
    var smallest = UInt32.max
    for node in nodes where node.inputs.contains(tensor) {
      if node.record.op == CRNN_OP_EMBEDDING {
        smallest = min(smallest, UInt32(truncatingIfNeeded: max(node.parameter(0), 1)))
      } else if tensors[node.output].store == .s32, node.output != tensor {
        smallest = min(smallest, indexRows(node.output))
      }
    }
    return smallest
  }

  private func value(_ drawn: UInt32, _ quantization: TensorQuantization, rows: UInt32) -> Float {
    switch quantization.store {
    case .u8, .s16:
      let codes = UInt32(truncatingIfNeeded: max(Int64(quantization.maximum) - Int64(quantization.minimum) + 1, 1))
      return quantization.value(quantization.minimum &+ Int32(truncatingIfNeeded: drawn % codes))
    case .f32: return Float(Int32(drawn >> 8) - 1 << 23) * 0x1p-23
    case .s32: return Float(drawn % max(rows, 1))
    }
  }
}
