/// The owner of the holders in a ``DeadlineTimer``.
protocol DeadlineOwner: AnyObject, Sendable {
  associatedtype Holder: DeadlineHolder

  /// Called when the deadlines of `holders` have passed. They have already been removed from the timer.
  func deadlinesPassed(_ holders: [Holder])
}

/// Watches the deadlines of a connection's calls with one timer.
///
/// `@unchecked Sendable`: all members are accessed on the event loop only, which debug builds assert; the conformance
/// lets the timer fire there.
final class DeadlineTimer<Owner: DeadlineOwner>: @unchecked Sendable {
  private let eventLoop: EventLoop
  private var queue = DeadlineQueue<Owner.Holder>()
  private var armed: (deadline: MonotonicTime, timer: LoopTimer)?

  init(eventLoop: EventLoop) {
    self.eventLoop = eventLoop
  }

  /// Watches the deadline of `holder`. An armed timer retains `owner` until it fires or ``cancel()`` is called.
  func insert(_ holder: Owner.Holder, for owner: Owner) {
    eventLoop.assertOnLoop()
    queue.insert(holder)
    arm(for: owner)
  }

  /// Removes `holder`. The timer stays armed and rearms when it fires: most calls end long before their deadline.
  func remove(_ holder: Owner.Holder) {
    eventLoop.assertOnLoop()
    queue.remove(holder)
  }

  /// Stops watching. Otherwise the armed timer would retain the owner until it fires, which may be years later.
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
