import Glibc

/// Ctrl-C, and what asks a program to end: waited for by a thread of its own, so that nothing is interrupted in the middle. The second
/// one ends the process at once.
struct Interruption {
  private var signals = sigset_t()

  /// From now on neither this thread nor those that it begins see the signals.
  init() {
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM] where !Interruption.isIgnored(signal) { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
  }

  /// Calls `body` on another thread when the first one comes.
  func watch(_ body: @escaping @Sendable () -> Void) {
    let watcher = Watcher(signals, body)
    var thread = pthread_t()
    let hasBegun =
      pthread_create(
        &thread, nil,
        { context in
          guard let context else { return nil }
          Unmanaged<Watcher>.fromOpaque(context).takeRetainedValue().run()
          return nil
        }, Unmanaged.passRetained(watcher).toOpaque()) == 0
    if hasBegun { pthread_detach(thread) }
    // Without the thread, they end the process as they always do.
    var signals = signals
    if !hasBegun { pthread_sigmask(SIG_UNBLOCK, &signals, nil) }
  }

  /// As in a shell's background, where Ctrl-C is not meant for it.
  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    return sigaction(signal, nil, &action) == 0
      && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }
}

private final class Watcher {
  private var signals: sigset_t
  private let body: @Sendable () -> Void

  init(_ signals: sigset_t, _ body: @escaping @Sendable () -> Void) {
    self.signals = signals
    self.body = body
  }

  func run() {
    var signal: Int32 = 0
    guard sigwait(&signals, &signal) == 0 else { return }
    body()
    guard sigwait(&signals, &signal) == 0 else { return }
    _exit(ExitStatus.interrupted.rawValue)
  }
}
