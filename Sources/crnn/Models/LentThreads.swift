import CCRNN
import Glibc

/// The threads that the tool lends to `crnn_batch_run`, which has none of its own. They begin with the call and end with it.
enum LentThreads {
  private struct Call {
    let task: @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void
    let argument: UnsafeMutableRawPointer?
    let index: Int32
  }

  /// An executor of `count` threads, of which the calling one is one.
  static func executor(_ count: Int) -> crnn_executor {
    crnn_executor(
      struct_size: MemoryLayout<crnn_executor>.size, context: nil,
      run: { _, task, argument, count in
        guard let task else { return }
        LentThreads.run(task, argument, count)
      }, width: Int32(clamping: count), reserved: 0)
  }

  private static func run(
    _ task: @escaping @convention(c) (UnsafeMutableRawPointer?, Int32) -> Void, _ argument: UnsafeMutableRawPointer?,
    _ count: Int32
  ) {
    let calls = UnsafeMutablePointer<Call>.allocate(capacity: Int(count))
    defer { calls.deallocate() }
    var threads: [pthread_t] = []
    // What this thread does itself: its share, and that of threads which the system does not give.
    var own: [Int32] = []
    for index in 0..<count {
      let call = calls + Int(index)
      call.initialize(to: Call(task: task, argument: argument, index: index))
      var thread = pthread_t()
      let hasBegun =
        index > 0
        && pthread_create(
          &thread, nil,
          { context in
            if let call = context?.assumingMemoryBound(to: Call.self).pointee { call.task(call.argument, call.index) }
            return nil
          }, call) == 0
      if hasBegun { threads.append(thread) } else { own.append(index) }
    }
    for index in own { task(argument, index) }
    for thread in threads { pthread_join(thread, nil) }
  }
}
