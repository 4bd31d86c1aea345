import CKernelSet

// From sums of products to codes in one go.

/// Where codes go, as one of two types: what makes them is much the same for both, and is compiled once.
private struct Target {
  let bytes: UnsafeMutablePointer<UInt8>?
  let words: UnsafeMutablePointer<Int16>?

  @inline(__always)
  func store(_ codes: Integers, at index: Int, _ remaining: Int) {
    if let bytes { return BytesStore.store(codes, bytes + index, remaining) }
    if let words { WordsStore.store(codes, words + index, remaining) }
  }
}

/// Optimised for size, it is not made anew for each of the two types.
@_optimize(size) @inline(never)
private func requantize(
  _ accumulators: UnsafePointer<Int32>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
  _ q: UnsafePointer<crnn_quantization>, _ target: Target, _ rows: Int, _ columns: Int, _ count: Int, _ yStride: Int
) {
  let quantizer = Quantizer(q.pointee)
  var first = 0
  #if arch(x86_64) && !CRNN_SMALL
    while first &+ Block.columns <= count, Block.isFinite(scale + first, shift + first) {
      var row = 0
      while row < rows {
        Block(accumulators + (row &* columns &+ first), scale + first, shift + first, quantizer)
          .store(target, row &* yStride &+ first)
        row &+= 1
      }
      first &+= Block.columns
    }
  #endif
  guard first < count else { return }
  var row = 0
  while row < rows {
    let sums = accumulators + row &* columns
    var i = first
    while i < count {
      let remaining = count &- i
      target.store(
        quantizer.codes(values(sums + i, scale + i, shift + i, remaining)), at: row &* yStride &+ i, remaining)
      i &+= Vector.count
    }
    row &+= 1
  }
}

#if arch(x86_64) && !CRNN_SMALL

  /// The codes of 32 columns with finite scales and shifts, which make NaN of no sum; they are packed together.
  private struct Block {
    @inline(__always) static var columns: Int { 32 }
    private let codes: (Integers, Integers, Integers, Integers)

    @inline(__always)
    static func isFinite(_ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>) -> Bool {
      var difference = all(0)
      var i = 0
      while i < columns {
        let (a, b) = (Vector(crnn_load_floats(scale + i)), Vector(crnn_load_floats(shift + i)))
        difference = difference + ((a - a) + (b - b))
        i &+= Vector.count
      }
      return crnn_has_nan(difference.lanes) == 0
    }

    @inline(__always)
    init(
      _ sums: UnsafePointer<Int32>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
      _ quantizer: Quantizer
    ) {
      func part(_ index: Int) -> Integers {
        let i = index &* Vector.count % Block.columns
        return quantizer.codes(ofNumbers: values(sums + i, scale + i, shift + i, Vector.count))
      }
      codes = (part(0), part(1), part(2), part(3))
    }

    @inline(__always)
    func store(_ target: Target, _ index: Int) {
      if let bytes = target.bytes { crnn_store_32_bytes(bytes + index, codes.0, codes.1, codes.2, codes.3) }
      if let words = target.words { crnn_store_32_words(words + index, codes.0, codes.1, codes.2, codes.3) }
    }
  }

#endif

@c @implementation
func crnn_kernel_requantize_u8(
  _ accumulators: UnsafePointer<Int32>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
  _ q: UnsafePointer<crnn_quantization>, _ y: UnsafeMutablePointer<UInt8>, _ rows: Int, _ columns: Int, _ count: Int,
  _ yStride: Int
) {
  requantize(accumulators, scale, shift, q, Target(bytes: y, words: nil), rows, columns, count, yStride)
}

@c @implementation
func crnn_kernel_requantize_s16(
  _ accumulators: UnsafePointer<Int32>, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
  _ q: UnsafePointer<crnn_quantization>, _ y: UnsafeMutablePointer<Int16>, _ rows: Int, _ columns: Int, _ count: Int,
  _ yStride: Int
) {
  requantize(accumulators, scale, shift, q, Target(bytes: nil, words: y), rows, columns, count, yStride)
}
