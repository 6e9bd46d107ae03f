import Synchronization

/// A count-down latch. Waiting ignores task cancellation.
final class Latch: Sendable {
  private struct State {
    var left: Int
    var waiters: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  init(count: Int) { state = Mutex(State(left: count)) }

  func countDown() {
    let opened: [CheckedContinuation<Void, Never>] = state.withLock { state in
      state.left -= 1
      guard state.left == 0 else { return [] }
      defer { state.waiters = [] }
      return state.waiters
    }
    for waiter in opened { waiter.resume() }
  }

  func wait() async {
    await withCheckedContinuation { continuation in
      let isOpen = state.withLock { state in
        if state.left > 0 { state.waiters.append(continuation) }
        return state.left <= 0
      }
      if isOpen { continuation.resume() }
    }
  }
}
