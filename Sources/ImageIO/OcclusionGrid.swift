import CCRNNImage

/// The cells of a map over the part of a prepared image that shows the image, and the square patches that hide some of them at a time.
///
/// Patches begin at every cell, and before the first, so that each cell is covered by as many of them: `patch` × `patch`.
struct OcclusionGrid {
  static let usualRuns = Int(CRNN_EXPLAIN_USUAL_RUNS)
  static let mostRuns = Int(CRNN_EXPLAIN_MAXIMUM_RUNS)

  /// Where the image lies in the prepared one, and its size there, pixels.
  private let x: Int
  private let y: Int
  private let width: Int
  private let height: Int
  /// The side of a cell, pixels, and of a patch, cells.
  let cell: Int
  let patch: Int

  /// - Parameters:
  ///   - cell: 0: the least that is a sixteenth of the shorter side or more and needs no more than the usual number of runs.
  ///   - patch: 0: 2.
  init(_ placement: crnn_image_placement, cell: Int, patch: Int) {
    (x, y) = (Int(placement.x), Int(placement.y))
    (width, height) = (Int(placement.inner_width), Int(placement.inner_height))
    self.patch = patch > 0 ? patch : 2
    var side = cell
    if side == 0 {
      side = (min(width, height) &+ 15) / 16
      while OcclusionGrid.runs(width, height, side, self.patch) > OcclusionGrid.usualRuns, side < max(width, height) {
        side &+= 1
      }
    }
    self.cell = max(1, side)
  }

  var columns: Int { (width &+ cell &- 1) &/ cell }
  var rows: Int { (height &+ cell &- 1) &/ cell }
  var runs: Int { OcclusionGrid.runs(width, height, cell, patch) }

  /// Sides are below 2^31 and cells at most 64 a patch: no product overflows.
  private static func runs(_ width: Int, _ height: Int, _ cell: Int, _ patch: Int) -> Int {
    ((width &+ cell &- 1) &/ cell &+ patch &- 1) &* ((height &+ cell &- 1) &/ cell &+ patch &- 1)
  }

  /// The cells that patch `index` covers, those outside left out.
  func cells(_ index: Int) -> (columns: Extent, rows: Extent) {
    let across = columns &+ patch &- 1
    let (column, row) = (index &% across &- patch &+ 1, index &/ across &- patch &+ 1)
    return (
      Extent(max(0, column), min(columns, column &+ patch)), Extent(max(0, row), min(rows, row &+ patch))
    )
  }

  /// The pixels of the prepared image that patch `index` hides.
  func pixels(_ index: Int) -> (columns: Extent, rows: Extent) {
    let (columns, rows) = cells(index)
    return (
      Extent(x &+ columns.first &* cell, x &+ min(width, columns.end &* cell)),
      Extent(y &+ rows.first &* cell, y &+ min(height, rows.end &* cell))
    )
  }

  /// The pixels of the prepared image that show the image.
  var all: (columns: Extent, rows: Extent) { (Extent(x, x &+ width), Extent(y, y &+ height)) }
}

/// From `first` up to, but without, `end`; nothing where that is not more. Swift's `Range` ends the process where it is less.
struct Extent {
  let first: Int
  let end: Int

  init(_ first: Int, _ end: Int) { (self.first, self.end) = (first, end) }
}
