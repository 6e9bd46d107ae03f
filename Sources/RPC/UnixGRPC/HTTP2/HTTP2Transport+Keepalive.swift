/// Finds out whether the peer is still there, and ends connections that nobody uses.
extension HTTP2Transport {
  /// Uses one timer for keepalive and idle timeout: it fires every keepalive interval.
  func scheduleTick() {
    guard let interval = timing.keepaliveInterval else { return }
    keepaliveTimer = eventLoop.schedule(in: interval) { self.tick(interval) }
  }

  private func tick(_ interval: Duration) {
    guard let delegate, !isClosing else { return }
    if hasReceivedSinceTick || !delegate.isIdle {
      quietTicks = 0
    } else {
      quietTicks += 1
    }
    if let idleTimeout = timing.idleTimeout, delegate.isIdle,
      interval * quietTicks >= idleTimeout
    {
      session.submitGoAway()
      return flush()
    }
    if hasReceivedSinceTick {
      hasReceivedSinceTick = false
      return scheduleTick()
    }
    session.ping()
    flush()
    guard isOpen else { return }
    keepaliveTimer = eventLoop.schedule(in: timing.keepaliveTimeout) {
      guard self.delegate != nil, !self.isClosing else { return }
      guard self.hasReceivedSinceTick else { return self.close(.session("no answer to a keepalive ping")) }
      // A PING acknowledgement does not count as activity, so the idle time continues.
      self.hasReceivedSinceTick = false
      self.scheduleTick()
    }
  }
}
