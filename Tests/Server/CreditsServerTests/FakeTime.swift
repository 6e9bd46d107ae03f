import Ledger
import Synchronization

/// A clock that advances only when a task sleeps, and then at once. While it is held, sleeping tasks stay asleep.
final class FakeTime: Sendable {
  private struct State {
    var now: Int64 = 1_700_000_000_000_000
    var isHeld = true
    var sleepers: [AsyncStream<Void>.Continuation] = []
  }

  private let state = Mutex(State())

  var now: LedgerTime { LedgerTime(microseconds: state.withLock { $0.now }) }

  func sleep(_ duration: Duration) async throws {
    let held = state.withLock { state -> AsyncStream<Void>? in
      guard state.isHeld else { return nil }
      let (stream, continuation) = AsyncStream<Void>.makeStream()
      state.sleepers.append(continuation)
      return stream
    }
    if let held { for await _ in held {} }
    try Task.checkCancellation()
    state.withLock { $0.now += duration.microseconds }
    await Task.yield()
  }

  func release() {
    let sleepers = state.withLock { state in
      state.isHeld = false
      defer { state.sleepers = [] }
      return state.sleepers
    }
    for sleeper in sleepers { sleeper.finish() }
  }

  /// Wakes the first task that sleeps while the clock is held, once there is one. Others stay asleep.
  func wakeFirstSleeper() async {
    while true {
      let first = state.withLock { $0.sleepers.isEmpty ? nil : $0.sleepers.removeFirst() }
      if let first { return first.finish() }
      await Task.yield()
    }
  }

  /// Returns once a task sleeps while the clock is held.
  func waitForSleeper() async {
    while state.withLock({ $0.sleepers.isEmpty }) { await Task.yield() }
  }

  func hold() { state.withLock { $0.isHeld = true } }

  func advance(_ duration: Duration) {
    state.withLock { $0.now += duration.microseconds }
  }
}

extension Duration {
  /// Rounded up, so that the time has passed when the sleep ends.
  fileprivate var microseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000_000 + (attoseconds + 999_999_999_999) / 1_000_000_000_000
  }
}
