import CCRNN
import CCRNNImage

/// A batch while it runs: what its threads share. They change nothing of it but the counters, which lie beside it.
struct ImageBatch {
  private let model: ImageModel
  private let items: ImageItems
  private let count: Int
  /// Images that a thread prepares before it runs them, so many of them side by side that there are streams for.
  private let groupSize: Int
  private let together: Int
  /// Of lines that become text: there is one already, which the first thread uses; the others make their own.
  private let decoder: UnsafeMutablePointer<LineDecoder>?
  /// No thread may read or write them in any way but by `crnn_take`, so they are no properties.
  private let taken: UnsafeMutablePointer<UInt32>
  private let begun: UnsafeMutablePointer<UInt32>

  private init(
    _ model: ImageModel, _ items: ImageItems, _ count: Int, _ decoder: UnsafeMutablePointer<LineDecoder>?,
    _ taken: UnsafeMutablePointer<UInt32>, _ begun: UnsafeMutablePointer<UInt32>
  ) {
    (self.model, self.items, self.count, self.decoder) = (model, items, count, decoder)
    (self.taken, self.begun) = (taken, begun)
    // No thread stays without work because another takes more.
    let width = Int(model.executor?.pointee.width ?? 1)
    let share = max(1, (count &+ width &- 1) &/ width)
    groupSize = min(ImageBatch.preparedForEachStream &* model.together, share)
    together = min(model.together, share)
  }

  /// Streams are made anew for each group: the more images are prepared, the less of that there is.
  private static let preparedForEachStream = 4
  private static let mostPreparedBytes = 1 << 20

  /// What the executor is given: one thread's part of the work. Which part, the threads settle among themselves.
  private static let task: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void = { argument, _ in
    argument?.assumingMemoryBound(to: ImageBatch.self).pointee.work()
  }

  /// Every item gets its answer or its status, and none of the first `count` stays without.
  static func run(
    _ model: ImageModel, _ items: ImageItems, _ count: Int, _ decoder: UnsafeMutablePointer<LineDecoder>?
  ) {
    // What no thread comes to, for want of memory, keeps this.
    items.setAll(count, CRNN_ERROR_MEMORY)
    var (taken, begun): (UInt32, UInt32) = (0, 0)
    withUnsafeMutablePointer(to: &taken) { taken in
      withUnsafeMutablePointer(to: &begun) { begun in
        var batch = ImageBatch(model, items, count, decoder, taken, begun)
        withUnsafeMutablePointer(to: &batch) { run($0) }
      }
    }
  }

  private static func run(_ batch: UnsafeMutablePointer<ImageBatch>) {
    let groups = (batch.pointee.count &+ batch.pointee.groupSize &- 1) &/ batch.pointee.groupSize
    if let executor = batch.pointee.model.executor, let run = executor.pointee.run {
      let width = min(Int(executor.pointee.width), groups)
      if width > 1 { run(executor.pointee.context, task, batch, Int32(truncatingIfNeeded: width)) }
    }
    // Alone; or, should the executor not have called its tasks, for those that are missing.
    batch.pointee.work()
  }

  private func work() {
    guard let decoder else { return work(nil) }
    guard crnn_take(begun) > 0 else { return work(decoder) }
    var own = decoder.pointee.another
    withUnsafeMutablePointer(to: &own) { work($0) }
    own.free()
  }

  private func work(_ decoder: UnsafeMutablePointer<LineDecoder>?) {
    // Where others have done everything, nothing is made.
    guard var group = take() else { return }
    guard let lanes = allocate(ImageLane.self, groupSize) else { return }
    defer { release(lanes) }
    guard let records = allocate(crnn_batch_item.self, groupSize) else { return }
    defer { release(records) }
    var memory = BatchMemory()
    defer { memory.free() }
    var i = 0
    while i < groupSize {
      (lanes + i).initialize(to: ImageLane())
      i &+= 1
    }
    while true {
      var (active, bytes) = (0, 0)
      i = group.first
      while i < group.end {
        items.set(i, lanes[active].begin(i, items.source(i), model, items.error(i)))
        if items.status(i) == CRNN_OK {
          records[active] = lanes[active].record(model)
          bytes &+= lanes[active].prepared?.bytes ?? 0
          active &+= 1
        }
        i &+= 1
        // Of large images, no more than run side by side.
        if active == groupSize || (active >= together && bytes > ImageBatch.mostPreparedBytes) {
          run(lanes, records, active, &memory, decoder)
          (active, bytes) = (0, 0)
        }
      }
      if active > 0 { run(lanes, records, active, &memory, decoder) }
      guard let next = take() else { break }
      group = next
    }
    i = 0
    while i < groupSize {
      lanes[i].free()
      i &+= 1
    }
  }

  /// The next items, which no other thread has got; nil where there are none.
  private func take() -> (first: Int, end: Int)? {
    let first = Int(crnn_take(taken)) &* groupSize
    return first < count ? (first, min(first &+ groupSize, count)) : nil
  }

  private func run(
    _ lanes: UnsafeMutablePointer<ImageLane>, _ records: UnsafeMutablePointer<crnn_batch_item>, _ active: Int,
    _ memory: inout BatchMemory, _ decoder: UnsafeMutablePointer<LineDecoder>?
  ) {
    var longest: Int64 = 1
    var lane = 0
    while lane < active {
      longest = max(longest, lanes[lane].inputFrames)
      lane &+= 1
    }
    memory.run(model.model, records, active, together: min(together, active), frames: longest)
    lane = 0
    while lane < active {
      let item = lanes[lane].item
      var status = records[lane].status
      // The batch has one sentence for all: the image is run once more, for its own.
      if status != CRNN_OK { status = lanes[lane].run(model, items.error(item)) }
      if status == CRNN_OK { status = answer(lanes[lane], decoder) }
      items.set(item, status)
      lane &+= 1
    }
  }

  private func answer(_ lane: ImageLane, _ decoder: UnsafeMutablePointer<LineDecoder>?) -> crnn_status {
    switch items {
    case .classes(let items, let result, let context):
      let item = items + lane.item
      lane.rank(item, model.values)
      // It may ask for the status.
      item.pointee.status = CRNN_OK
      if let result { result(context, item, lane.result, lane.frames, Int64(model.values)) }
      return CRNN_OK
    case .texts(let items, let best):
      let item = items[lane.item]
      guard let decoder, let reading = item.reading else { return CRNN_ERROR_ARGUMENT }
      return decoder.pointee.read(lane, model, best, reading, item.error)
    }
  }
}
