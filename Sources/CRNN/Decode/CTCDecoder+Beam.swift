import CCRNN

/// Prefix beam search (A. Y. Hannun, A. L. Maas, D. Jurafsky, A. Y. Ng, "First-pass large vocabulary continuous speech recognition
/// using bi-directional recurrent DNNs", 2014, algorithm 1), on sums of probabilities instead of their logarithms.
extension UnsafeMutablePointer where Pointee == CTCDecoder {
  /// One frame, whose probabilities stand in `values`.
  func followHypotheses() {
    closeRuns()
    pointee.next.copy(from: pointee.hypotheses, count: pointee.count)
    var i = 0
    while i < pointee.count {
      stay(pointee.hypotheses + i, pointee.next + i)
      i &+= 1
    }
    keep(extend())
  }

  /// A hypothesis whose text stays as it is: the frame is blank, or says the last character, again or as an extension of the text
  /// without it.
  private func stay(_ old: UnsafePointer<CTCHypothesis>, _ new: UnsafeMutablePointer<CTCHypothesis>) {
    let blank = pointee.values[pointee.options.blank]
    new.pointee.blank = old.pointee.total * blank
    new.pointee.bestBlank = max(old.pointee.bestBlank, old.pointee.bestSymbol) * blank
    new.pointee.linkBlank = old.pointee.closed
    guard old.pointee.last >= 0 else { return }
    let value = pointee.values[Int(old.pointee.last)]
    new.pointee.symbol *= value
    new.pointee.bestSymbol *= value
    new.pointee.peak = max(old.pointee.peak, value)
    let parent = find(old.pointee.parent)
    if parent >= 0 { new.pointee.extend(pointee.hypotheses + parent, value, pointee.frames) }
  }

  /// Adds the extensions by one character to `next` and drops the worst; returns how many there are.
  private func extend() -> Int {
    var kept = pointee.count
    var worst = findWorst(kept)
    let bonus = exponential(pointee.options.bonus)
    var i = 0
    while i < pointee.count {
      let old = pointee.hypotheses + i
      var label: Int32 = old.pointee.length < pointee.options.maximumSymbols ? -1 : Int32.max &- 1
      i &+= 1
      while true {
        label &+= 1
        guard label < pointee.options.classes else { break }
        guard label != pointee.options.blank else { continue }
        let value = pointee.values[Int(label)]
        // Nothing makes an extension more probable than the bonus does.
        let sum = label == old.pointee.last ? old.pointee.blank : old.pointee.total
        guard sum * value * bonus > worst.total else { continue }
        let key = Self.key(old.pointee.key, label)
        // What a hypothesis stands for already, has stayed.
        guard find(key) < 0 else { continue }
        let new = pointee.next + kept
        new.copy(from: old, count: 1)
        new.pointee.parent = old.pointee.key
        new.pointee.key = key
        new.pointee.last = label
        new.pointee.length &+= 1
        new.pointee.blank = 0
        new.pointee.symbol = 0
        new.pointee.bestBlank = -1
        new.pointee.bestSymbol = -1
        new.pointee.linkBlank = CTCLink.none
        var logarithm = pointee.options.bonus
        let character = self.character(label)
        if pointee.lexicon.isPresent, !pointee.lexicon.follow(&new.pointee.lexicon, character) { continue }
        if pointee.ngram.isPresent {
          logarithm += pointee.options.weight * pointee.ngram.predict(&new.pointee.ngram, character)
          logarithm = max(logarithm, Self.leastLogarithm)
        }
        new.pointee.language += logarithm
        new.pointee.factor = exponential(logarithm)
        new.pointee.extend(old, value, pointee.frames)
        guard new.pointee.symbol > worst.total else { continue }
        if kept < pointee.options.width { kept &+= 1 } else { (pointee.next + worst.index).copy(from: new, count: 1) }
        worst = findWorst(kept)
      }
    }
    return kept
  }

  /// The least probable of the hypotheses in `next`; while there is room for more, all are more probable than it.
  @inline(never)
  private func findWorst(_ kept: Int) -> (index: Int, total: Float) {
    guard kept == pointee.options.width else { return (0, 0) }
    var worst = 0
    var i = 1
    while i < kept {
      if pointee.next[i].total < pointee.next[worst].total { worst = i }
      i &+= 1
    }
    return (worst, pointee.next[worst].total)
  }

  /// The first `kept` hypotheses in `next` become those that are followed, but for those without any probability beside the best.
  @inline(never)
  func keep(_ kept: Int) {
    var largest: Float = 0
    var i = 0
    while i < kept {
      largest = max(largest, pointee.next[i].total)
      i &+= 1
    }
    let scale = normalize(largest)
    let least = Self.leastSum
    pointee.count = 0
    i = 0
    while i < kept {
      let new = pointee.hypotheses + pointee.count
      new.copy(from: pointee.next + i, count: 1)
      i &+= 1
      new.pointee.blank = Self.scaled(new.pointee.blank, scale, 0)
      new.pointee.symbol = Self.scaled(new.pointee.symbol, scale, 0)
      // The best way is never forgotten.
      new.pointee.bestBlank = Self.scaled(new.pointee.bestBlank, scale, least)
      new.pointee.bestSymbol = Self.scaled(new.pointee.bestSymbol, scale, least)
      if new.pointee.total > 0 { pointee.count &+= 1 }
    }
  }

  @inline(never)
  private static func scaled(_ value: Float, _ scale: Float, _ otherwise: Float) -> Float {
    if value < 0 { return value }
    let product = value * scale
    return product < leastSum ? otherwise : product
  }

  /// 2⁻¹⁰⁰: no sum depends on how a processor treats subnormal numbers.
  private static var leastSum: Float { Float(bitPattern: (127 - 100) << 23) }

  /// The hypothesis for a text, or -1.
  @inline(never)
  private func find(_ key: UInt64) -> Int {
    var i = pointee.count &- 1
    while i >= 0, pointee.hypotheses[i].key != key { i &-= 1 }
    return i
  }

  /// A number that stands for a text with one more character: different for any two characters, and for any two texts unless 64 bits
  /// coincide.
  private static func key(_ text: UInt64, _ label: Int32) -> UInt64 {
    let product = (text &+ UInt64(UInt32(bitPattern: label)) &+ 1) &* 0x9E37_79B9_7F4A_7C15
    return product ^ (product >> 32)
  }

  /// Of what the language multiplies a sum by at once, so that it remains a normal number.
  static var leastLogarithm: Float { -60 }

  /// The place in the alphabet of a class that is not the blank.
  func character(_ label: Int32) -> Int { Int(label) &- (label > pointee.options.blank ? 1 : 0) }
}
