/// Has deadlines watched by a ``DeadlineTimer``.
protocol DeadlineOwner: AnyObject, Sendable {
  associatedtype Holder: DeadlineHolder

  /// The deadlines of `holders` have passed, all of one moment together. They have left the timer by then.
  func deadlinesPassed(_ holders: [Holder])
}

/// Watches the deadlines of a connection's calls with one timer.
///
/// `@unchecked Sendable`: every member is touched on the event loop only, which debug builds assert; the conformance lets
/// the timer fire there.
final class DeadlineTimer<Owner: DeadlineOwner>: @unchecked Sendable {
  private let eventLoop: EventLoop
  private var queue = DeadlineQueue<Owner.Holder>()
  private var armed: (deadline: MonotonicTime, timer: LoopTimer)?

  init(eventLoop: EventLoop) {
    self.eventLoop = eventLoop
  }

  /// Watches the deadline of `holder`, and keeps `owner` in memory until ``cancel()`` as long as a timer is armed.
  func insert(_ holder: Owner.Holder, for owner: Owner) {
    eventLoop.assertOnLoop()
    queue.insert(holder)
    arm(for: owner)
  }

  /// Forgets `holder`. The timer is left to fire, and then looks for the next: most calls end long before their deadline.
  func remove(_ holder: Owner.Holder) {
    eventLoop.assertOnLoop()
    queue.remove(holder)
  }

  /// Ends the watch. A timer that is left keeps the owner in memory until it fires, years later if a caller said so.
  func cancel() {
    eventLoop.assertOnLoop()
    armed?.timer.cancel()
    armed = nil
  }

  private func arm(for owner: Owner) {
    guard let earliest = queue.earliest else { return }
    if let armed {
      guard earliest < armed.deadline else { return }
      armed.timer.cancel()
    }
    let timer = eventLoop.schedule(at: earliest) { self.fire(for: owner) }
    armed = (earliest, timer)
  }

  private func fire(for owner: Owner) {
    armed = nil
    let now = eventLoop.now
    var expired: [Owner.Holder] = []
    while let holder = queue.popExpired(now: now) { expired.append(holder) }
    arm(for: owner)
    if !expired.isEmpty { owner.deadlinesPassed(expired) }
  }
}
