import CCRNN

extension UnsafeMutablePointer where Pointee == CTCDecoder {
  /// In each hypothesis whose best way ends in a character, that character's frames end here, if another or the blank follows.
  func closeRuns() {
    var i = 0
    while i < pointee.count {
      pointee.hypotheses[i].closed = pointee.hypotheses[i].linkBlank
      i &+= 1
    }
    i = 0
    while i < pointee.count {
      if pointee.hypotheses[i].bestSymbol > pointee.hypotheses[i].bestBlank {
        let link = takeLink()
        pointee.links[link] = run(pointee.hypotheses + i)
        pointee.hypotheses[i].closed = UInt32(truncatingIfNeeded: link)
      }
      i &+= 1
    }
  }

  /// The last character of the best way that ends in it.
  @inline(never)
  private func run(_ hypothesis: UnsafePointer<CTCHypothesis>) -> CTCLink {
    CTCLink(
      previous: hypothesis.pointee.linkSymbol, first: hypothesis.pointee.first,
      last: UInt32(truncatingIfNeeded: pointee.frames &- 1), peak: hypothesis.pointee.peak,
      character: UInt16(truncatingIfNeeded: character(hypothesis.pointee.last)), mark: 1)
  }

  /// A link that no hypothesis uses. There is one: of each of `width` hypotheses two ways are kept, each with `maximumSymbols`
  /// characters at most, and where one is missing it has not been taken yet.
  private func takeLink() -> Int {
    var attempts = 0
    while attempts < 2 {
      while pointee.linkCursor < pointee.linkCount {
        pointee.linkCursor &+= 1
        if pointee.links[pointee.linkCursor &- 1].mark == 0 { return pointee.linkCursor &- 1 }
      }
      markLinks()
      pointee.linkCursor = 0
      attempts &+= 1
    }
    return 0
  }

  private func markLinks() {
    var i = 0
    while i < pointee.linkCount {
      pointee.links[i].mark = 0
      i &+= 1
    }
    i = 0
    while i < pointee.count {
      mark(pointee.hypotheses[i].linkBlank)
      mark(pointee.hypotheses[i].linkSymbol)
      mark(pointee.hypotheses[i].closed)
      i &+= 1
    }
  }

  @inline(never)
  private func mark(_ last: UInt32) {
    var link = last
    while link != CTCLink.none, pointee.links[Int(link)].mark == 0 {
      pointee.links[Int(link)].mark = 1
      link = pointee.links[Int(link)].previous
    }
  }

  /// Writes the characters of a hypothesis' best way to `symbols`; or, with `shared`, only tells how many of the first so many
  /// there are its own.
  @inline(never)
  func trace(_ hypothesis: UnsafePointer<CTCHypothesis>, shared: Int?) -> Int {
    var place = Int(hypothesis.pointee.length)
    var equal = min(shared ?? 0, place)
    var link = hypothesis.pointee.linkBlank
    var current = run(hypothesis)
    var isOpen = hypothesis.pointee.bestSymbol > hypothesis.pointee.bestBlank
    while place > 0, isOpen || link != CTCLink.none {
      if !isOpen { current = pointee.links[Int(link)] }
      isOpen = false
      link = current.previous
      place &-= 1
      if shared == nil {
        pointee.symbols[place].character = Int32(current.character)
        pointee.symbols[place].confidence = current.peak
        pointee.symbols[place].first_frame = Int64(current.first)
        pointee.symbols[place].last_frame = Int64(current.last)
      } else if place < equal, Int32(current.character) != pointee.symbols[place].character {
        equal = place
      }
    }
    return equal
  }
}
