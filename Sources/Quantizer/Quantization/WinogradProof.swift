import CCRNN

/// The proof that Winograd's convolution gives a 3 x 3 convolution's sums exactly: over a run of channels no sum of products of codes leaves
/// −2²⁵...2²⁵ − 1 (docs/numerics.md).
enum WinogradProof {
  static let bits = 25

  /// Into how many equal runs of groups of channels the rows must be cut for it; 0 where the operand is not of bytes.
  static func parts(_ matrix: QuantizedMatrix, _ operand: TensorQuantization) -> Int {
    guard operand.store == .u8, matrix.depth > 0 else { return 0 }
    return (1...matrix.depth / 9).first { parts in
      (0..<matrix.rows).allSatisfy { row in
        holds(matrix.weights[row * matrix.depth..<(row + 1) * matrix.depth], parts: parts, operand)
      }
    } ?? 0
  }

  /// One row, [tap][channel].
  static func holds(_ weights: ArraySlice<Int8>, parts: Int, _ operand: TensorQuantization) -> Bool {
    let channels = weights.count / 9
    let length = OverflowProof.groupsPerSegment(depth: channels, segments: parts) * Int(CRNN_GROUP_DEPTH)
    return stride(from: 0, to: channels, by: length).allSatisfy { first in
      var (positive, negative): (Int64, Int64) = (0, 0)
      for tap in 0..<9 {
        let start = weights.startIndex + tap * channels + first
        for weight in weights[start..<start + min(length, channels - first)] {
          if weight > 0 { positive += Int64(weight) } else { negative -= Int64(weight) }
        }
      }
      return max(positive, negative) * operand.largestCode < 1 << bits
    }
  }
}
