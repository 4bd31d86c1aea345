import CCRNN

/// The proof that no sum of products leaves int32: in every row and segment Σ|w| · max|code| + |offset| < 2³¹.
enum OverflowProof {
  /// Groups of four inputs in each of `segments` runs; the last run may be shorter.
  static func groupsPerSegment(depth: Int, segments: Int) -> Int {
    let groups = (depth + Int(CRNN_GROUP_DEPTH) - 1) / Int(CRNN_GROUP_DEPTH)
    return max((groups + segments - 1) / segments, 1)
  }

  /// The inputs of segment `segment` within a row.
  static func range(depth: Int, segments: Int, segment: Int) -> Range<Int> {
    let length = groupsPerSegment(depth: depth, segments: segments) * Int(CRNN_GROUP_DEPTH)
    return min(segment * length, depth)..<min((segment + 1) * length, depth)
  }

  /// −zero point · Σ w over one segment of a row.
  static func offset(_ weights: ArraySlice<Int8>, zeroPoint: Int32) -> Int64 {
    -Int64(zeroPoint) * weights.reduce(0) { $0 + Int64($1) }
  }

  /// What no partial sum of the row can exceed.
  static func bound(_ weights: ArraySlice<Int8>, _ operand: TensorQuantization) -> Int64 {
    let sum = weights.reduce(0) { $0 + abs(Int64($1)) }
    return sum * operand.largestCode + abs(offset(weights, zeroPoint: operand.zeroPoint))
  }

  static func holds(_ weights: ArraySlice<Int8>, _ operand: TensorQuantization) -> Bool {
    bound(weights, operand) < 1 << 31
  }

  /// The smallest number of segments with which every row of the matrices, all of one depth, is proved.
  static func segments(_ matrices: some Collection<QuantizedMatrix>, _ operand: TensorQuantization) -> Int {
    guard let depth = matrices.first?.depth else { return 1 }
    let groups = groupsPerSegment(depth: depth, segments: 1)
    // One group alone always fits: 4 · 127 · 65,534 < 2³¹. A count that would leave the last run empty is no choice.
    return (1..<groups).first { segments in
      let length = groupsPerSegment(depth: depth, segments: segments)
      guard (groups + length - 1) / length == segments else { return false }
      return matrices.allSatisfy { matrix in
        (0..<matrix.rows).allSatisfy { row in
          (0..<segments).allSatisfy { segment in
            let range = range(depth: depth, segments: segments, segment: segment)
            let start = row * depth
            return holds(matrix.weights[start + range.lowerBound..<start + range.upperBound], operand)
          }
        }
      }
    } ?? groups
  }
}
