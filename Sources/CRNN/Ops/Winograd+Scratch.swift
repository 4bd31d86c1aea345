import CCRNN
import CKernels

extension Winograd {
  /// What a strip of tiles needs while it runs.
  struct Scratch {
    let shape: UnsafeMutablePointer<WindowShape>
    let table: UnsafeMutablePointer<UnsafePointer<UInt8>>
    let zeros: UnsafeMutablePointer<UInt8>
    /// [run][point][tile][channel of the run]
    let values: UnsafeMutablePointer<Int16>
    /// Two sixths of the points of one run and panel.
    let weights: UnsafeMutablePointer<Int16>
    /// [point][tile][channel]
    let sums: UnsafeMutablePointer<Int32>
    /// [frame][row][channel]
    let outputs: MatrixSums
    let tilesPerColumn: Int
    /// Columns of tiles, four frames wide, at once.
    let columns: Int
    let runs: Runs
    /// From point to point, in elements: no power of two, which would meet in few sets of a cache.
    let valuesPoint: Int
    let sumsPoint: Int

    init(_ node: NodeView, chunk: Int, _ cursor: inout Cursor) {
      let shape = WindowShape(node)
      let channels = shape.channels
      let spare = Int(CRNN_WINOGRAD_SPARE_ROWS)
      runs = Runs(node)
      tilesPerColumn = Winograd.tilesPerColumn(shape)
      let most = min(mostTiles, mostTileChannels &/ channels) &/ tilesPerColumn
      columns = max(1, min(most, (chunk &+ edge &- 1) &/ edge))
      let tiles = columns &* tilesPerColumn
      valuesPoint = tiles &* runs.longest &+ 32
      sumsPoint = (tiles &+ spare) &* rowsAtOnce
      self.shape = WindowShape.take(&cursor)
      table = UnsafeMutableRawPointer(cursor.take(points, of: Int64.self))
        .assumingMemoryBound(to: UnsafePointer<UInt8>.self)
      zeros = cursor.take(channels, of: UInt8.self)
      values = cursor.take(runs.count &* points &* valuesPoint &+ spare &* runs.longest, of: Int16.self)
      weights = cursor.take(12 &* Int(CRNN_PANEL_ROWS) &* runs.longest, of: Int16.self)
      sums = cursor.take(points &* sumsPoint, of: Int32.self)
      outputs = MatrixSums(tiles &* edge &* edge &* rowsAtOnce, segments: 1, &cursor)
    }
  }

  /// Output channels at once: two panels.
  static let rowsAtOnce = 16

  /// Some groups of four input channels, which are multiplied in one go.
  struct Run {
    var index: Int
    /// The first channel.
    var start: Int
    /// 0: there is no such run.
    var groups: Int
    var startsPart: Bool
    var endsPart: Bool

    var channels: Int { Int(CRNN_GROUP_DEPTH) &* groups }
  }

  /// All input channels in runs, none of which is in two of the parts whose sums are known to stay in range.
  struct Runs {
    private let groups: Int
    private let perPart: Int
    private let perRun: Int

    /// The values of so many groups lie together, and two sixths of their transformed weights fit the first cache.
    private static let mostGroups = 24

    init(_ node: NodeView) {
      groups = Int(node.input(0).pointee.channels) &/ Int(CRNN_GROUP_DEPTH)
      let parts = min(Int(node.record.pointee.winograd_parts), groups)
      perPart = (groups &+ parts &- 1) &/ parts
      let runs = (perPart &+ Runs.mostGroups &- 1) &/ Runs.mostGroups
      perRun = (perPart &+ runs &- 1) &/ runs
    }

    /// Channels of the longest run.
    var longest: Int { Int(CRNN_GROUP_DEPTH) &* perRun }
    var count: Int { (groups &+ perPart &- 1) &/ perPart &* ((perPart &+ perRun &- 1) &/ perRun) }
    var first: Run { run(0, from: 0) }

    func after(_ run: Run) -> Run { self.run(run.index &+ 1, from: run.start &/ Int(CRNN_GROUP_DEPTH) &+ run.groups) }

    private func run(_ index: Int, from group: Int) -> Run {
      let end = min(group &/ perPart &* perPart &+ perPart, groups)
      let count = min(perRun, end &- group)
      return Run(
        index: index, start: Int(CRNN_GROUP_DEPTH) &* group, groups: count, startsPart: group &% perPart == 0,
        endsPart: group &+ count == end)
    }
  }
}
