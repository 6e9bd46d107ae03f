import Synchronization

/// Runs an action periodically on an event loop until stopped or released.
final class Heartbeat: Sendable {
  private let interval: Duration
  private let eventLoop: EventLoop
  private let action: @Sendable () -> Void
  private let timer = Mutex<LoopTimer?>(nil)
  private let isStopped = Atomic(false)

  init(every interval: Duration, on eventLoop: EventLoop, action: @escaping @Sendable () -> Void) {
    self.interval = interval
    self.eventLoop = eventLoop
    self.action = action
    schedule()
  }

  func stop() {
    isStopped.store(true, ordering: .relaxed)
    timer.withLock { $0 }?.cancel()
  }

  private func schedule() {
    let next = eventLoop.schedule(in: interval) { [weak self] in
      guard let self, !isStopped.load(ordering: .relaxed) else { return }
      action()
      schedule()
    }
    timer.withLock { $0 = next }
  }
}
