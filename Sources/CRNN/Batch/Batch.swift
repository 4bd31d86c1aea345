import CCRNN

/// A batch while it runs, at the start of its memory: what its threads share. They change the counters, which lie beside it, and the
/// status of the items that they have taken.
struct Batch {
  /// How many items, and how many threads' memories, have been taken. No thread may read or write them in any way but by `crnn_take`
  /// and `crnn_taken`, so they are no properties.
  private let items: UnsafeMutablePointer<UInt32>
  private let workers: UnsafeMutablePointer<UInt32>
  let model: UnsafePointer<Model>
  let records: UnsafeMutablePointer<crnn_batch_item>
  let count: Int
  let options: BatchOptions
  let plan: BatchPlan

  init(
    _ model: UnsafePointer<Model>, _ records: UnsafeMutablePointer<crnn_batch_item>, _ count: Int,
    _ options: BatchOptions, _ plan: BatchPlan, counters: UnsafeMutablePointer<UInt32>
  ) {
    counters.clear(count: 2)
    (items, workers) = (counters, counters + 1)
    (self.model, self.records, self.count) = (model, records, count)
    (self.options, self.plan) = (options, plan)
  }

  /// The next item in the order of their lengths, which no other thread has got; nil where there is none.
  func takeItem() -> Int? {
    let next = Int(crnn_take(items))
    return next < count ? Int(records[next].order) : nil
  }

  /// A thread's share of the items that nobody has taken.
  func share() -> Int {
    (max(count &- Int(crnn_taken(items)), 0) &+ options.width &- 1) &/ options.width
  }

  /// The number of a thread; nil where as many have come as there is memory for.
  func takeWorker() -> Int? {
    let next = Int(crnn_take(workers))
    return next < options.width ? next : nil
  }
}

extension UnsafeMutablePointer where Pointee == Batch {
  /// What the executor is given: one thread's part of the work. Which part, the threads settle among themselves.
  static var task: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void {
    { argument, _ in argument?.assumingMemoryBound(to: Batch.self).work() }
  }

  func run() {
    if let executor = pointee.options.executor, let run = executor.pointee.run, pointee.options.width > 1 {
      run(executor.pointee.context, UnsafeMutablePointer.task, self, Int32(truncatingIfNeeded: pointee.options.width))
    }
    // Alone; or, should the executor not have called its tasks, for those that are missing.
    work()
  }

  private func work() {
    guard let number = pointee.takeWorker() else { return }
    BatchWorker(self, pointee.plan.worker(number, self)).run()
  }
}
