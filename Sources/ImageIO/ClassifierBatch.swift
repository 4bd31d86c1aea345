import CCRNN
import CCRNNImage

/// A batch while it runs: what its threads share. They change nothing of it but the counter, which lies beside it.
struct ClassifierBatch {
  let classifier: Classifier
  private let items: UnsafeMutablePointer<crnn_classify_item>
  private let count: Int
  private let together: Int
  private let result: crnn_classify_result?
  private let context: UnsafeMutableRawPointer?
  /// No thread may read or write it in any way but by `crnn_take`, so it is no property.
  private let taken: UnsafeMutablePointer<UInt32>

  init(
    _ classifier: Classifier, _ items: UnsafeMutablePointer<crnn_classify_item>, _ count: Int,
    _ result: crnn_classify_result?, _ context: UnsafeMutableRawPointer?, _ taken: UnsafeMutablePointer<UInt32>
  ) {
    (self.classifier, self.items, self.count) = (classifier, items, count)
    (self.result, self.context, self.taken) = (result, context, taken)
    taken.pointee = 0
    // No thread stays without work because another runs more side by side.
    let width = Int(classifier.executor?.pointee.width ?? 1)
    together = max(1, min(classifier.together, (count &+ width &- 1) / width))
  }

  /// What the executor is given: one thread's part of the work. Which part, the threads settle among themselves.
  private static let task: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void = { argument, _ in
    argument?.assumingMemoryBound(to: ClassifierBatch.self).pointee.work()
  }

  static func run(_ batch: UnsafeMutablePointer<ClassifierBatch>) {
    let groups = (batch.pointee.count &+ batch.pointee.together &- 1) / batch.pointee.together
    if let executor = batch.pointee.classifier.executor, let run = executor.pointee.run {
      let width = min(Int(executor.pointee.width), groups)
      if width > 1 { run(executor.pointee.context, task, batch, Int32(truncatingIfNeeded: width)) }
    }
    // Alone; or, should the executor not have called its tasks, for those that are missing.
    batch.pointee.work()
  }

  private func work() {
    guard let lanes = allocate(ClassifierLane.self, together), let records = allocate(crnn_batch_item.self, together)
    else { return }
    var i = 0
    while i < together {
      (lanes + i).initialize(to: ClassifierLane())
      i &+= 1
    }
    while let group = take() {
      var active = 0
      i = group.first
      while i < group.end {
        if lanes[active].begin(items + i, classifier) {
          records[active] = lanes[active].record(classifier)
          active &+= 1
        }
        i &+= 1
      }
      if active > 0 { run(lanes, records, active) }
    }
    i = 0
    while i < together {
      lanes[i].free()
      i &+= 1
    }
    release(lanes)
    release(records)
  }

  /// The next items, which no other thread has got; nil where there are none.
  private func take() -> (first: Int, end: Int)? {
    let first = Int(crnn_take(taken)) &* together
    return first < count ? (first, min(first &+ together, count)) : nil
  }

  private func run(
    _ lanes: UnsafeMutablePointer<ClassifierLane>, _ records: UnsafeMutablePointer<crnn_batch_item>, _ active: Int
  ) {
    var options = crnn_batch_options()
    options.struct_size = MemoryLayout<crnn_batch_options>.size
    options.together = Int32(truncatingIfNeeded: active)
    _ = crnn_batch_run(classifier.model, &options, nil, 0, records, Int32(truncatingIfNeeded: active), nil)
    var lane = 0
    while lane < active {
      if let item = lanes[lane].item {
        item.pointee.status = records[lane].status
        // The batch has one sentence for all: the image is run once more, for its own.
        if records[lane].status != CRNN_OK { item.pointee.status = lanes[lane].run(classifier, item.pointee.error) }
        if item.pointee.status == CRNN_OK {
          lanes[lane].rank(classifier.values)
          if let result {
            result(context, item, lanes[lane].result, lanes[lane].frames, Int64(classifier.values))
          }
        }
      }
      lane &+= 1
    }
  }
}
