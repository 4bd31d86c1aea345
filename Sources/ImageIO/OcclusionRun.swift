import CCRNN
import CCRNNImage

/// Runs the network with each patch of a grid hidden, on many images at a time.
struct OcclusionRun {
  /// Prepared images that one thread has before it, and what all of them together may take, bytes.
  private static let imagesPerThread = 64
  private static let mostImageBytes = 1 << 26

  private let classifier: ImageModel
  private let options: crnn_explain_options
  private let base: ImageLane
  private let grid: OcclusionGrid
  private let layout: Layout

  /// - Parameter base: has the image with nothing hidden.
  init(
    _ classifier: ImageModel, _ options: crnn_explain_options, _ base: ImageLane,
    _ grid: OcclusionGrid
  ) {
    (self.classifier, self.options, self.base, self.grid) = (classifier, options, base, grid)
    layout = Layout(
      classifier.recipe.layout, width: Int(base.placement.width), height: Int(base.placement.height),
      channels: Int(classifier.recipe.channels))
  }

  /// Writes for each cell by how much `confidence` falls, the mean over all patches that cover it.
  func fill(
    _ falls: UnsafeMutablePointer<Float>, _ answer: ExplainedAnswer, _ confidence: Float,
    _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    var i = 0
    while i < grid.columns &* grid.rows {
      falls[i] = 0
      i &+= 1
    }
    guard let prepared = base.prepared else { return noMemory(error) }
    let threads = Int(classifier.executor?.pointee.width ?? 1)
    let room = max(threads, OcclusionRun.mostImageBytes &/ max(1, prepared.bytes))
    let count = min(grid.runs, min(OcclusionRun.imagesPerThread &* threads, room))
    guard let lanes = allocate(ImageLane.self, count) else { return noMemory(error) }
    defer { release(lanes) }
    guard let records = allocate(crnn_batch_item.self, count) else { return noMemory(error) }
    defer { release(records) }
    guard let patches = allocate(Int.self, count) else { return noMemory(error) }
    defer { release(patches) }
    var ready = 0
    defer {
      i = 0
      while i < ready {
        lanes[i].free()
        i &+= 1
      }
    }
    while ready < count {
      (lanes + ready).initialize(to: ImageLane())
      ready &+= 1
      let status = lanes[ready &- 1].begin(copying: base, classifier, error)
      guard status == CRNN_OK else { return status }
    }
    let status = run(lanes, records, patches, count, answer, confidence, falls, error)
    // Each cell was covered by as many patches.
    let patchCells = Float(grid.patch &* grid.patch)
    i = 0
    while i < grid.columns &* grid.rows {
      falls[i] /= patchCells
      i &+= 1
    }
    return status
  }

  private func run(
    _ lanes: UnsafeMutablePointer<ImageLane>, _ records: UnsafeMutablePointer<crnn_batch_item>,
    _ patches: UnsafeMutablePointer<Int>, _ count: Int, _ answer: ExplainedAnswer, _ confidence: Float,
    _ falls: UnsafeMutablePointer<Float>, _ error: UnsafeMutablePointer<crnn_error>?
  ) -> crnn_status {
    guard let prepared = base.prepared else { return noMemory(error) }
    let image = OccludedImage(layout, prepared.values, prepared.type, grid)
    var batch = crnn_batch_options()
    batch.struct_size = MemoryLayout<crnn_batch_options>.size
    batch.executor = classifier.executor
    var next = 0
    while next < grid.runs {
      var active = 0
      while active < count, next < grid.runs {
        guard let own = lanes[active].prepared else { return noMemory(error) }
        crnn_copy(own.values, prepared.values, prepared.bytes)
        // What hides nothing changes nothing.
        if image.hide(next, of: grid, in: own.values) {
          records[active] = lanes[active].record(classifier)
          patches[active] = next
          active &+= 1
        }
        next &+= 1
      }
      if active > 0 {
        let status = crnn_batch_run(
          classifier.model, &batch, nil, 0, records, Int32(truncatingIfNeeded: active), error)
        guard status == CRNN_OK else { return status }
      }
      var lane = 0
      while lane < active {
        add(confidence - answer.confidence(lanes[lane], classifier), patches[lane], to: falls)
        lane &+= 1
      }
      options.progress?(options.context, Int64(next), Int64(grid.runs))
    }
    return CRNN_OK
  }

  private func add(_ fall: Float, _ patch: Int, to falls: UnsafeMutablePointer<Float>) {
    let (columns, rows) = grid.cells(patch)
    var row = rows.first
    while row < rows.end {
      var column = columns.first
      while column < columns.end {
        falls[row &* grid.columns &+ column] += fall
        column &+= 1
      }
      row &+= 1
    }
  }

  private func noMemory(_ error: UnsafeMutablePointer<crnn_error>?) -> crnn_status {
    Message(error, CRNN_ERROR_MEMORY).text("no memory for the images with a part hidden").status
  }
}
