import CKernelSet

// Convolutions with few inputs to each output: their weights stay in the first cache, and the operands of neighbours lie in the same lines of
// codes, two codes of which are multiplied at once. Four positions share the weights of two vectors of rows.

/// The sums of one position.
private struct PositionSums {
  var first: Integers
  var second: Integers

  @inline(__always)
  mutating func add(_ weights: (crnn_pairs, crnn_pairs), _ x: UnsafePointer<Int16>) {
    first = crnn_add_pairs(first, weights.0, x)
    second = crnn_add_pairs(second, weights.1, x)
  }

  @inline(__always)
  func store(_ p: UnsafeMutablePointer<Int32>, _ rows: Int) {
    Pairs.store(first, p, rows)
    if rows > Vector.count { Pairs.store(second, p + Vector.count, rows &- Vector.count) }
  }
}

private enum Pairs {
  @inline(__always)
  static func load(_ p: UnsafePointer<Int32>, _ rows: Int) -> Integers {
    rows >= Vector.count ? crnn_load_integers(p) : crnn_load_tail_integers(p, rows)
  }

  /// Rows come by eights: only vectors of more lanes are ever cut.
  @inline(__always)
  static func store(_ sums: Integers, _ p: UnsafeMutablePointer<Int32>, _ rows: Int) {
    if Vector.count <= 8 || rows >= Vector.count {
      crnn_store_integers(p, sums)
    } else {
      crnn_store_tail_integers(p, rows, sums)
    }
  }
}

@c @implementation
func crnn_kernel_multiply_pairs(
  _ codes: UnsafePointer<Int16>, _ offsets: UnsafePointer<Int32>, _ pairs: Int, _ step: Int, _ count: Int,
  _ weights: UnsafePointer<Int16>, _ initial: UnsafePointer<Int32>, _ rows: Int,
  _ accumulators: UnsafeMutablePointer<Int32>
) {
  var row = 0
  while row < rows {
    let left = rows &- row
    let hasSecond = left > Vector.count
    let start = PositionSums(
      first: Pairs.load(initial + row, left),
      second: hasSecond ? Pairs.load(initial + (row &+ Vector.count), left &- Vector.count) : integers(0))
    var x = 0
    while x < count {
      // What is missing of four positions repeats the last one there is.
      let x1 = min(x &+ 1, count &- 1)
      let x2 = min(x &+ 2, count &- 1)
      let x3 = min(x &+ 3, count &- 1)
      let (codes0, codes1, codes2, codes3) = (
        codes + x &* step, codes + x1 &* step, codes + x2 &* step, codes + x3 &* step
      )
      var (sums0, sums1, sums2, sums3) = (start, start, start, start)
      var w = weights + 2 &* row
      var pair = 0
      while pair < pairs {
        let both = (crnn_load_pairs(w), crnn_load_pairs(w + 2 &* Vector.count))
        let offset = Int(offsets[pair])
        sums0.add(both, codes0 + offset)
        sums1.add(both, codes1 + offset)
        sums2.add(both, codes2 + offset)
        sums3.add(both, codes3 + offset)
        w += 2 &* rows
        pair &+= 1
      }
      sums0.store(accumulators + (x &* rows &+ row), left)
      sums1.store(accumulators + (x1 &* rows &+ row), left)
      sums2.store(accumulators + (x2 &* rows &+ row), left)
      sums3.store(accumulators + (x3 &* rows &+ row), left)
      x &+= 4
    }
    row &+= 2 &* Vector.count
  }
}
