import CCRNN
import CKernels

extension UnsafeMutablePointer where Pointee == CTCDecoder {
  func push(_ view: ArrayView) {
    var f: Int64 = 0
    while f < view.frames {
      var i = 0
      while i < pointee.options.classes {
        pointee.values[i] = view.frame(f).load(fromByteOffset: view.offset(i), as: Float.self)
        i &+= 1
      }
      makeProbabilities()
      if pointee.options.width > 0 { followHypotheses() } else { takeBest() }
      pointee.frames &+= 1
      f &+= 1
    }
  }

  /// What was given as probabilities, none of them so small that it could end a text for ever.
  private func makeProbabilities() {
    if pointee.options.values == CRNN_CTC_LOG_PROBABILITIES {
      apply(CRNN_ACTIVATION_EXPONENTIAL, pointee.values, pointee.options.classes)
    } else if pointee.options.values == CRNN_CTC_SCORES {
      crnn_use_softmax(pointee.options.kernels)(pointee.values, pointee.options.classes, 0)
    }
    let least = Self.leastProbability
    var i = 0
    while i < pointee.options.classes {
      let value = pointee.values[i]
      pointee.values[i] = value > least ? value < 1 ? value : 1 : least
      i &+= 1
    }
  }

  /// 2⁻⁴⁰.
  private static var leastProbability: Float { Float(bitPattern: (127 - 40) << 23) }

  /// The best class of each frame, the first of equal ones; repetitions once, blanks away.
  private func takeBest() {
    var best = 0
    var i = 1
    while i < pointee.options.classes {
      if pointee.values[i] > pointee.values[best] { best = i }
      i &+= 1
    }
    let value = pointee.values[best]
    pointee.hypotheses.pointee.blank *= value
    pointee.hypotheses.pointee.blank *= normalize(pointee.hypotheses.pointee.blank)
    let length = Int(pointee.hypotheses.pointee.length)
    if best != Int(pointee.hypotheses.pointee.last) {
      pointee.hypotheses.pointee.last = Int32(truncatingIfNeeded: best)
      // Nothing is added to a text that is full, and its last character does not go on.
      let isNew = best != pointee.options.blank && length < pointee.options.maximumSymbols
      pointee.hypotheses.pointee.first = isNew ? 1 : 0
      if isNew {
        pointee.hypotheses.pointee.length &+= 1
        pointee.symbols[length].first_frame = pointee.frames
        pointee.symbols[length].confidence = 0
        pointee.symbols[length].character = Int32(truncatingIfNeeded: character(pointee.hypotheses.pointee.last))
      }
    }
    if pointee.hypotheses.pointee.first == 1 {
      let symbol = pointee.symbols + (Int(pointee.hypotheses.pointee.length) &- 1)
      symbol.pointee.last_frame = pointee.frames
      symbol.pointee.confidence = max(symbol.pointee.confidence, value)
    }
  }

  /// Takes the power of two of the largest sum into the exponent. What remains of the sums is their product with the result.
  @inline(never)
  func normalize(_ largest: Float) -> Float {
    let power = Int(largest.bitPattern >> 23) &- 127
    pointee.exponent &+= Int64(power)
    return Float(bitPattern: UInt32(truncatingIfNeeded: 127 &- power) << 23)
  }

  func exponential(_ x: Float) -> Float { value(CRNN_ACTIVATION_EXPONENTIAL, x) }
  func logarithm(_ x: Float) -> Float { value(CRNN_ACTIVATION_LOGARITHM, x) }

  @inline(never)
  private func value(_ function: Int, _ x: Float) -> Float {
    var value = x
    apply(function, &value, 1)
    return value
  }

  @inline(never)
  private func apply(_ function: Int, _ values: UnsafeMutablePointer<Float>, _ count: Int) {
    var activation = crnn_activation(kind: Int32(truncatingIfNeeded: function), alpha: 0, beta: 0, slopes: nil)
    crnn_use_activate(pointee.options.kernels)(&activation, values, count)
  }
}
