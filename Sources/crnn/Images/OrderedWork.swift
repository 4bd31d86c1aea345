import Glibc

/// Threads that turn entries into rows, and one that takes the rows in the order of the entries as they come. What lies between the
/// two is bounded.
final class OrderedWork<Input: Sendable, Output: Sendable>: @unchecked Sendable {
  private let take: (Int) -> [Input]
  private let work: @Sendable ([Input]) -> [Output]
  /// Entries that a thread takes at a time, at first and at most.
  private let groups: ClosedRange<Int>
  private let capacity: Int
  // What `lock` guards.
  private var places: [Output?]
  private var taken = 0
  private var given = 0
  private var isAtEnd = false
  private var isStopped = false

  private let lock = Lock()
  /// Held while the next entries are taken, which may wait for standard input.
  private let source = Lock()

  /// - Parameters:
  ///   - groups: how many entries a thread takes at a time: at first the least, then more, as long as they take little time. What
  ///     is slow is given early and stopped soon; what is quick is not held up by what every group costs.
  ///   - take: gives at most so many entries, none at the end. Called by one thread at a time.
  ///   - work: as many results as there are entries, in their order. Called by several threads at a time.
  /// Throws where the system gives no thread at all.
  init(
    threads: Int, groups: ClosedRange<Int>, take: @escaping (Int) -> [Input],
    work: @escaping @Sendable ([Input]) -> [Output]
  ) throws {
    self.take = take
    self.work = work
    self.groups = groups
    capacity = max(64, 4 * threads * groups.upperBound)
    places = Array(repeating: nil, count: capacity)
    let begun = (0..<threads).count { _ in begin() }
    guard begun > 0 else { throw CommandError("the system gives no thread: \(String(cString: strerror(errno)))") }
  }

  /// No more entries are begun; those that were are still given.
  func stop() {
    lock.held {
      isStopped = true
      lock.wake()
    }
  }

  /// The next results, at least one; none at the end.
  func next() -> [Output] {
    lock.held {
      while places[given % capacity] == nil {
        if (isAtEnd || isStopped) && given == taken { return [] }
        lock.wait()
      }
      var results: [Output] = []
      while let result = places[given % capacity] {
        results.append(result)
        places[given % capacity] = nil
        given += 1
      }
      lock.wake()
      return results
    }
  }

  private func begin() -> Bool {
    var thread = pthread_t()
    let hasBegun =
      pthread_create(
        &thread, nil,
        { context in
          guard let context else { return nil }
          Unmanaged<AnyWork>.fromOpaque(context).takeRetainedValue().run()
          return nil
        }, Unmanaged.passRetained(AnyWork(run)).toOpaque()) == 0
    if hasBegun { pthread_detach(thread) }
    return hasBegun
  }

  private func run() {
    var group = groups.lowerBound
    while let (first, entries) = takeGroup(of: group) {
      let start = ContinuousClock.now
      let results = work(entries)
      let duration = ContinuousClock.now - start
      lock.held {
        for (index, result) in results.enumerated() { places[(first + index) % capacity] = result }
        lock.wake()
      }
      if duration < .milliseconds(10) {
        group = min(2 * group, groups.upperBound)
      } else if duration > .milliseconds(40) {
        group = max(group / 2, groups.lowerBound)
      }
    }
  }

  private func takeGroup(of group: Int) -> (first: Int, entries: [Input])? {
    source.held {
      let mayGoOn = lock.held {
        while !isStopped, !isAtEnd, taken + group > given + capacity { lock.wait() }
        return !isStopped && !isAtEnd
      }
      guard mayGoOn else { return nil }
      let entries = take(group)
      return lock.held {
        guard !entries.isEmpty, !isStopped else {
          isAtEnd = true
          lock.wake()
          return nil
        }
        let first = taken
        taken += entries.count
        return (first, entries)
      }
    }
  }
}

/// What a thread begins with.
private final class AnyWork {
  let run: () -> Void
  init(_ run: @escaping () -> Void) { self.run = run }
}

/// A mutex and a condition.
final class Lock: @unchecked Sendable {
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let condition = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    mutex.initialize(to: pthread_mutex_t())
    condition.initialize(to: pthread_cond_t())
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(condition, nil)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  func held<Result>(_ body: () -> Result) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return body()
  }

  /// Gives the mutex away until somebody calls `wake`.
  func wait() { pthread_cond_wait(condition, mutex) }

  func wake() { pthread_cond_broadcast(condition) }
}
