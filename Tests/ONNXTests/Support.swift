import Arrays
import Foundation
import ONNX
import Quantizer

/// Between tensors in ONNX's axes and a port's frames, as the importer's layouts describe them.
enum Frames {
  /// The frames `[frames × height × width × channels]` of a tensor with the axes `layout`; it may have a leading axis
  /// of calls.
  static func fromONNX(_ values: [Float], shape: [Int], layout: String) -> [Float] {
    let hasCalls = shape.count == layout.count + 1
    let letters = (hasCalls ? ["T"] : []) + layout.map(String.init)
    let order = ["T", "H", "W", "C"].compactMap { letters.firstIndex(of: $0) }
    return transposed(values, shape, order)
  }

  /// As above for an output, whose frames keep the ONNX order.
  static func fromONNXOutput(_ values: [Float], shape: [Int], layout: String) -> [Float] {
    let hasCalls = shape.count == layout.count + 1
    let letters = (hasCalls ? ["T"] : []) + layout.map(String.init)
    let time = letters.firstIndex(of: "T")
    return transposed(values, shape, [time].compactMap { $0 } + letters.indices.filter { letters[$0] == "F" })
  }

  private static func transposed(_ values: [Float], _ shape: [Int], _ order: [Int]) -> [Float] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    var offsets = [0]
    for axis in order { offsets = offsets.flatMap { start in (0..<shape[axis]).map { start + $0 * strides[axis] } } }
    return offsets.map { values[$0] }
  }
}

/// The largest difference of two lists; infinite where one has a value that the other lacks.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { worst, pair in
    let difference = abs(pair.0 - pair.1)
    return difference.isNaN ? .infinity : max(worst, difference)
  }
}

extension ImportedModel {
  /// Runs the float interpreter on tensors in ONNX's axes and returns each output port's frames.
  func run(_ inputs: [String: (values: [Float], shape: [Int])]) throws -> [[Float]] {
    let frames = try graph.inputs.map { port -> [Float] in
      guard let input = inputs[port.name], let layout = inputLayouts[port.name] else {
        throw ImportError("no data for the input '\(port.name)'")
      }
      return Frames.fromONNX(input.values, shape: input.shape, layout: layout)
    }
    return try Interpreter(graph: graph).run(frames)
  }
}
