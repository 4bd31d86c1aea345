/// Where the marks of a text's characters stand along the image, in drawn pixels.
struct SymbolMarks {
  typealias Span = (start: Double, end: Double)

  let centers: [Double]
  let spans: [Span]
  /// Spans that overlap lie in lanes of their own, one below the other.
  let lanes: [Int]
  /// The least distance of two centres: how wide a mark may be.
  let gap: Double

  init(_ centers: [Double], spans: [Span]) {
    self.centers = centers
    self.spans = spans
    gap = max(1, zip(centers, centers.dropFirst()).map { $1 - $0 }.min() ?? 40)
    var ends: [Double] = []
    lanes = spans.map { span in
      let lane = ends.firstIndex { $0 + 2 <= span.start } ?? ends.count
      if lane == ends.count { ends.append(0) }
      ends[lane] = span.end
      return lane
    }
  }

  /// Neighbours differ.
  static func ink(_ index: Int) -> Picture.Ink { index % 2 == 0 ? .first : .second }
  static func wash(_ index: Int) -> Picture.Ink { index % 2 == 0 ? .firstWash : .secondWash }
}
