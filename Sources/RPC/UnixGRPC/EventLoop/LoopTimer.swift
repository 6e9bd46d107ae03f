import Synchronization

/// A one-shot timer of an event loop.
///
/// `@unchecked Sendable`: `deadlinePosition` and `action` are accessed on the event loop only.
final class LoopTimer: DeadlineHolder, @unchecked Sendable {
  let deadline: MonotonicTime?
  var deadlinePosition: Int?
  private var action: (@Sendable () -> Void)?
  private let isCancelled = Atomic(false)
  private let eventLoop: EventLoop

  init(deadline: MonotonicTime, eventLoop: EventLoop, action: @escaping @Sendable () -> Void) {
    self.deadline = deadline
    self.eventLoop = eventLoop
    self.action = action
  }

  /// Cancels the timer, from any thread. The action is released on the event loop soon after.
  func cancel() {
    guard !isCancelled.exchange(true, ordering: .relaxed) else { return }
    eventLoop.perform { [self] in
      eventLoop.forget(self)
      action = nil
    }
  }

  func fire() {
    eventLoop.assertOnLoop()
    let action = action
    self.action = nil
    if !isCancelled.load(ordering: .relaxed) { action?() }
  }
}
