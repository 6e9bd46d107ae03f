import Synchronization

/// Something that an event loop does at a set time, unless it is cancelled before.
///
/// `@unchecked Sendable`: `deadlinePosition` and `action` belong to the event loop.
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

  /// From any thread. What the action holds is let go soon.
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
