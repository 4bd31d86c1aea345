import CCRNN

extension UnsafeMutablePointer where Pointee == CTCDecoder {
  /// Only texts that may end here stay, if there are any, and the end has its probability.
  func finish(inputFrames: Int64) {
    pointee.isFinished = true
    if inputFrames > 0 { pointee.lastInput = min(pointee.lastInput, inputFrames &- 1) }
    var hasComplete = false
    var i = 0
    while i < pointee.count {
      if isComplete(pointee.hypotheses + i) { hasComplete = true }
      i &+= 1
    }
    var kept = 0
    i = 0
    while i < pointee.count {
      let new = pointee.next + kept
      new.copy(from: pointee.hypotheses + i, count: 1)
      i &+= 1
      if hasComplete && !isComplete(new) { continue }
      kept &+= 1
    }
    // The best of those that stay may have been far below one that does not: it must not vanish with what the end multiplies it by.
    if kept > 0 { keep(kept) }
    guard pointee.ngram.isPresent else { return }
    kept = pointee.count
    i = 0
    while i < kept {
      let new = pointee.next + i
      new.copy(from: pointee.hypotheses + i, count: 1)
      i &+= 1
      let end = pointee.options.weight * pointee.ngram.predict(&new.pointee.ngram, pointee.options.classes &- 1)
      let logarithm = max(end, Self.leastLogarithm)
      let factor = exponential(logarithm)
      new.pointee.language += logarithm
      new.pointee.blank *= factor
      new.pointee.symbol *= factor
      new.pointee.bestBlank *= factor
      new.pointee.bestSymbol *= factor
    }
    if kept > 0 { keep(kept) }
  }

  /// No lexicon, or the text ends with one of its words, or is empty.
  @inline(never)
  private func isComplete(_ hypothesis: UnsafePointer<CTCHypothesis>) -> Bool {
    var state = hypothesis.pointee.lexicon
    return !pointee.lexicon.isPresent || hypothesis.pointee.length == 0
      || pointee.lexicon.follow(&state, pointee.options.classes &- 1)
  }

  /// Fills in the result of a rank below `count`.
  func describe(_ rank: Int, _ result: UnsafeMutablePointer<crnn_ctc_result>) {
    let hypothesis = pointee.hypotheses + place(of: rank)
    let length = Int(hypothesis.pointee.length)
    var stable = length
    if pointee.options.width > 0 {
      _ = trace(hypothesis, shared: nil)
      var i = 0
      while i < pointee.count, !pointee.isFinished {
        stable = trace(pointee.hypotheses + i, shared: stable)
        i &+= 1
      }
    }
    var bytes = 0
    var i = 0
    while i < length {
      let symbol = pointee.symbols + i
      let start = Int(pointee.characters[Int(symbol.pointee.character)])
      let size = Int(pointee.characters[Int(symbol.pointee.character) &+ 1]) &- start
      symbol.pointee.text_offset = Int32(truncatingIfNeeded: bytes)
      symbol.pointee.text_bytes = Int32(truncatingIfNeeded: size)
      (pointee.text + bytes).copy(from: pointee.options.alphabet + start, count: size)
      bytes &+= size
      symbol.pointee.first_input = pointee.options.window.span(symbol.pointee.first_frame, end: pointee.lastInput).first
      symbol.pointee.last_input = pointee.options.window.span(symbol.pointee.last_frame, end: pointee.lastInput).last
      i &+= 1
    }
    pointee.text[bytes] = 0
    let score = Double(logarithm(hypothesis.pointee.total)) + Double(pointee.exponent) * 0.6931471805599453
    result.pointee.text = UnsafePointer(pointee.text)
    result.pointee.text_bytes = bytes
    result.pointee.symbols = UnsafePointer(pointee.symbols)
    result.pointee.symbol_count = hypothesis.pointee.length
    result.pointee.stable_count = Int32(truncatingIfNeeded: stable)
    result.pointee.count = Int32(truncatingIfNeeded: pointee.count)
    result.pointee.is_complete = isComplete(hypothesis) ? 1 : 0
    result.pointee.is_truncated = length == pointee.options.maximumSymbols ? 1 : 0
    result.pointee.score = score
    result.pointee.log_probability = score - Double(hypothesis.pointee.language)
    result.pointee.confidence = min(exponential(Float(result.pointee.log_probability)), 1)
  }

  /// The hypothesis that so many others are better than; of equal ones, the first is.
  private func place(of rank: Int) -> Int {
    var i = 0
    while true {
      var better = 0
      var j = 0
      while j < pointee.count {
        let (other, own) = (pointee.hypotheses[j].total, pointee.hypotheses[i].total)
        if other > own || (other == own && j < i) { better &+= 1 }
        j &+= 1
      }
      if better == rank || i &+ 1 == pointee.count { return i }
      i &+= 1
    }
  }
}
