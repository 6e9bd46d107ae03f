import CEpoll
import Glibc

/// The operations for which a descriptor is ready.
struct Readiness: OptionSet {
  let rawValue: UInt8

  /// Bytes, end of file or an error can be read, or a connection accepted.
  static let readable = Readiness(rawValue: 1)
  static let writable = Readiness(rawValue: 2)
}

/// Owns an epoll(7) instance and an eventfd(2) with which other threads wake it.
final class Poller: Sendable {
  /// Maximum descriptors reported by one wait; others are reported by the next.
  static let batch = 64

  private let epoll: Int32
  private let wakeUp: Int32

  init() throws(SocketError) {
    epoll = try systemCall("epoll_create1", "the event loop") { epoll_create1(Int32(EPOLL_CLOEXEC)) }
    do throws(SocketError) {
      wakeUp = try systemCall("eventfd", "the event loop") {
        eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
      }
    } catch {
      close(epoll)
      throw error
    }
    // Edge-triggered, so that each write is reported once and need not be read.
    var event = epoll_event(events: EPOLLIN.rawValue | EPOLLET.rawValue, data: epoll_data(fd: wakeUp))
    _ = epoll_ctl(epoll, EPOLL_CTL_ADD, wakeUp, &event)
  }

  deinit {
    close(wakeUp)
    close(epoll)
  }

  func add(_ descriptor: Int32, for readiness: Readiness) throws(SocketError) {
    var event = event(descriptor, readiness)
    try systemCall("epoll_ctl", "the event loop") { epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event) }
  }

  func change(_ descriptor: Int32, to readiness: Readiness) {
    var event = event(descriptor, readiness)
    _ = epoll_ctl(epoll, EPOLL_CTL_MOD, descriptor, &event)
  }

  func remove(_ descriptor: Int32) {
    var event = epoll_event()
    _ = epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, &event)
  }

  private func event(_ descriptor: Int32, _ readiness: Readiness) -> epoll_event {
    var events: UInt32 = 0
    if readiness.contains(.readable) { events |= EPOLLIN.rawValue }
    if readiness.contains(.writable) { events |= EPOLLOUT.rawValue }
    return epoll_event(events: events, data: epoll_data(fd: descriptor))
  }

  /// Wakes the current or the next wait. Safe to call from any thread.
  func wake() {
    var one: UInt64 = 1
    // Fails only if the counter is full, in which case a wake-up is already pending.
    _ = write(wakeUp, &one, MemoryLayout<UInt64>.size)
  }

  /// Waits for at most `milliseconds` (-1 for no limit, 0 to poll) and appends the ready descriptors.
  ///
  /// - Returns: Whether there was any event, including a wake-up.
  func wait(milliseconds: Int32, into ready: inout [(descriptor: Int32, readiness: Readiness)]) -> Bool {
    withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.batch) { events in
      let count = epoll_wait(epoll, events.baseAddress, Int32(events.count), milliseconds)
      // Fails only when interrupted by a signal; the caller waits again.
      guard count > 0 else { return false }
      for event in events.prefix(Int(count)) where event.data.fd != wakeUp {
        var readiness: Readiness = []
        // Errors and hang-ups are detected by reading.
        if event.events & ~EPOLLOUT.rawValue != 0 { readiness.insert(.readable) }
        if event.events & EPOLLOUT.rawValue != 0 { readiness.insert(.writable) }
        ready.append((event.data.fd, readiness))
      }
      return true
    }
  }
}
