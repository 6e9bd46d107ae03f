/// Watches the deadlines of a connection's calls with one timer, and tells of each that passes.
///
/// `@unchecked Sendable`: every member is touched on the event loop only, which debug builds assert; the conformance lets
/// the timer fire there.
final class DeadlineTimer<Holder: DeadlineHolder>: @unchecked Sendable {
  private let eventLoop: EventLoop
  private var queue = DeadlineQueue<Holder>()
  private var armed: (deadline: MonotonicTime, timer: LoopTimer)?
  /// Told of every holder whose deadline has passed, all of one moment together. It has left the timer by then.
  var onExpiry: (([Holder]) -> Void)?

  init(eventLoop: EventLoop) {
    self.eventLoop = eventLoop
  }

  func insert(_ holder: Holder) {
    eventLoop.assertOnLoop()
    queue.insert(holder)
    arm()
  }

  /// Forgets `holder`. The timer is left to fire, and then looks for the next: most calls end long before their deadline.
  func remove(_ holder: Holder) {
    eventLoop.assertOnLoop()
    queue.remove(holder)
  }

  /// A timer that is left keeps the connection in memory until it fires, years later if a caller said so.
  func cancel() {
    eventLoop.assertOnLoop()
    armed?.timer.cancel()
    armed = nil
  }

  private func arm() {
    guard let earliest = queue.earliest else { return }
    if let armed {
      guard earliest < armed.deadline else { return }
      armed.timer.cancel()
    }
    let timer = eventLoop.schedule(at: earliest) { self.fire() }
    armed = (earliest, timer)
  }

  private func fire() {
    armed = nil
    let now = eventLoop.now
    var expired: [Holder] = []
    while let holder = queue.popExpired(now: now) { expired.append(holder) }
    arm()
    if !expired.isEmpty { onExpiry?(expired) }
  }
}
