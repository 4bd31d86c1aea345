import CKernelSet

/// What `crnn_quantization` says, spread over the lanes.
struct Quantizer {
  private let inverseScale: Vector
  private let zeroPoint: Vector
  private let minimum: Vector
  private let maximum: Vector
  private let least: Int32

  @inline(__always)
  init(_ q: crnn_quantization) {
    inverseScale = all(q.inverse_scale)
    zeroPoint = Vector(integers(q.zero_point))
    minimum = Vector(integers(q.minimum))
    maximum = Vector(integers(q.maximum))
    least = q.minimum
  }

  @inline(__always)
  func codes(_ x: Vector) -> Integers {
    integer(clamp(Vector(crnn_zero_where_nan(x.lanes)) * inverseScale + zeroPoint, minimum, maximum))
  }

  #if arch(x86_64) && !CRNN_SMALL
    /// The same where x is not NaN.
    @inline(__always)
    func codes(ofNumbers x: Vector) -> Integers {
      crnn_between((x * inverseScale + zeroPoint).lanes, integers(least), maximum.lanes)
    }
  #endif
}

/// How codes of a type are stored, a vector of them or fewer.
protocol CodeStore {
  associatedtype Code
  static func store(_ codes: Integers, _ p: UnsafeMutablePointer<Code>, _ remaining: Int)
}

enum BytesStore: CodeStore {
  @inline(__always)
  static func store(_ codes: Integers, _ p: UnsafeMutablePointer<UInt8>, _ remaining: Int) {
    let bytes = crnn_narrow_bytes(codes)
    if remaining >= Vector.count { crnn_store_bytes(p, bytes) } else { crnn_store_tail_bytes(p, remaining, bytes) }
  }
}

enum WordsStore: CodeStore {
  @inline(__always)
  static func store(_ codes: Integers, _ p: UnsafeMutablePointer<Int16>, _ remaining: Int) {
    let words = crnn_narrow_words(codes)
    if remaining >= Vector.count { crnn_store_words(p, words) } else { crnn_store_tail_words(p, remaining, words) }
  }
}
